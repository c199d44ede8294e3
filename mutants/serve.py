"""Serve our own server with one mutant: `python -m mutants.serve NAME --port 8080 …`."""

import sys

from mutants.catalogue import ALL
from tollbridge.cli import main


def serve(name: str, arguments: list[str]) -> None:
    """Make the mutant's change, then serve.

    Args:
        name: of the mutant.
        arguments: of `tollbridge serve`.
    """
    if name not in ALL:
        sys.exit(f"There is no mutant {name}. Known are: {', '.join(ALL)}.")
    ALL[name].apply()
    main(["serve", *arguments])


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
