"""TypeScript types of a contract, by openapi-typescript, where Node has it."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tollbridge.contract import load_contract
from tollbridge.contract.flat import flat
from tollbridge.contracts.programs import ProgramFailed, node_program, run_program
from tollbridge.documents import printable

REASON_SHOWN = 400


def types_of(path: Path, *, is_flat: bool) -> str:
    """Return a contract's types in TypeScript.

    Args:
        path: of the document.
        is_flat: whether branches that only narrow are left out, so that each member has a type that can be named.

    Raises:
        ContractError: it cannot be read.
        ProgramMissing, ProgramFailed: openapi-typescript is not here, or cannot do it.
    """
    contract = load_contract(path)
    program = node_program("openapi-typescript", "openapi-typescript typescript")
    with TemporaryDirectory() as folder:  # where no other configuration is found
        copy = Path(folder, "openapi.json")
        copy.write_text(json.dumps(flat(contract.document) if is_flat else contract.document))
        done = run_program(program, [copy], cwd=Path(folder))
    if done.code != 0:
        said = printable(" ".join(done.err.split()), REASON_SHOWN)
        raise ProgramFailed(f"openapi-typescript ended with code {done.code}: {said}")
    return done.out.decode()
