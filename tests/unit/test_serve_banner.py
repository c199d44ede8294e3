"""What `tollbridge serve` says of a contract at its start."""

from pathlib import Path

import yaml

from tollbridge.cli.serve import _banner
from tollbridge.compose import Options, compose

OK = {"responses": {"200": {"description": "ok"}}}
BAD = {**OK, "requestBody": {"content": {"application/x-thing": {"schema": {"type": "object"}}}}}


def banner(folder: Path, paths: object) -> str:
    """Return the banner of a contract without handlers, as it is printed."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document))
    sandbox = compose(Options(contract=folder / "openapi.yaml"), lambda _exchange: None)
    lines = _banner(sandbox, "http://localhost:1", "simulator", [])
    return "\n".join(line if isinstance(line, str) else "".join(text for text, _ in line) for line in lines)


def test_mocks_and_what_is_not_served_are_listed(tmp_path: Path) -> None:
    """Mocks by method and path; what is not served as a table of place, operation and reason."""
    said = banner(tmp_path, {"/good": {"get": OK}, "/bad": {"post": BAD}})
    assert "  mock      1 of 2 operations, answered by the contract itself\n            GET     /good" in said
    assert "not served, and answered by 501: 1 of 2 operations" in said
    line = next(
        n for n, text in enumerate((tmp_path / "openapi.yaml").read_text().splitlines(), 1) if "requestB" in text
    )
    [row] = [row for row in said.splitlines() if "POST /bad" in row]
    assert row.split(maxsplit=3) == [f"{tmp_path}/openapi.yaml:{line + 1}", "POST", "/bad", row.split(maxsplit=3)[3]]
    assert "a body of application/x-thing is not read" in row
    assert "curl -X GET http://localhost:1/good" in said


def test_a_contract_without_operations_has_no_request_to_paste(tmp_path: Path) -> None:
    """It is served all the same: the docs and the console are there."""
    said = banner(tmp_path, {})
    assert "curl" not in said
    assert "mock" not in said
