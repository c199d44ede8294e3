"""The next operation of the bundled contract, as docs/spec-first.md adds it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples/next_operation"


def next_contract(folder: Path) -> Path:
    """Write the bundled contract with the operation that the example adds to it."""
    text = (ROOT / "openapi.yaml").read_text()
    addition = (EXAMPLE / "addition.yaml").read_text()
    assert text.count("\ncomponents:\n") == 1
    path = folder / "openapi.yaml"
    path.write_text(text.replace("\ncomponents:\n", f"\n{addition}components:\n"))
    return path
