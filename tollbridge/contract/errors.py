"""Errors of a contract, as sentences."""

from collections.abc import Iterable
from pathlib import Path

from tollbridge.contract.sources import Lines
from tollbridge.documents import Place, listed, printable

PLACE_SHOWN = 200


class ContractError(Exception):
    """The contract cannot be used; the sentence says where and why.

    Args:
        said: the sentence, or one a line.
        files: that it is made of, as far as they are known, besides its own.
    """

    def __init__(self, said: str, files: Iterable[Path] = ()) -> None:
        super().__init__(said)
        self.files = tuple(files)


class Fault(Exception):
    """One thing that is wrong in a contract.

    Args:
        said: the sentence.
        place: of it, in the document.
    """

    def __init__(self, said: str, place: Place = ()) -> None:
        super().__init__(said)
        self.place = place


class Unserved(Fault):
    """A feature that one operation needs and this server lacks: that operation is not served, the others are."""


def error_of(found: Lines, faults: Iterable[Fault], files: Iterable[Path] = ()) -> ContractError:
    """Return faults as an error: a sentence for each, with the file and its line."""
    lines = [f"{found.named(fault.place)}: {fault}" for fault in faults]
    return ContractError(listed(dict.fromkeys(lines)), files)


def spelled(place: Place) -> str:
    """Return a place as people write it: `paths./x.get.parameters[0]`; the whole document is `the document`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return printable("".join(steps).removeprefix("."), PLACE_SHOWN) or "the document"
