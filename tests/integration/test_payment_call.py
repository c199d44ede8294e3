"""Which call of a contract the checkout page takes for the one that pays."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tollbridge.server.builtin_routes import ASSETS

pytestmark = pytest.mark.node
PAYS = {"x-stripe": {"creates": "payment_intent", "amount": "#/a", "currency": "#/c", "secret": {"response": "#/s"}}}
LOOK = """
globalThis.location = { origin: "http://localhost:8080" };
const { paymentCall } = await import("./payment_call.js");
console.log(JSON.stringify(paymentCall(JSON.parse(process.argv[2]))));
"""


def payment_call(folder: Path, paths: dict[str, Any]) -> dict[str, Any] | None:
    """Ask the page's own module."""
    for name in ("payment_call.js", "base_path.js"):
        shutil.copy(ASSETS / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "look.js").write_text(LOOK)
    said = subprocess.check_output(["node", "look.js", json.dumps({"paths": paths})], cwd=folder, text=True)
    found: dict[str, Any] | None = json.loads(said)
    return found


def test_the_call_that_pays_has_a_method_of_http(tmp_path: Path) -> None:
    """A member of a path that is no method is no call: its name is anybody's text, and the page shows it as curl's."""
    hostile = {"x-$(id)": PAYS, "summary": "Pay.", "parameters": []}
    assert payment_call(tmp_path, {"/pay": hostile}) is None
    found = payment_call(tmp_path, {"/pay": hostile | {"post": PAYS}})
    assert found is not None
    assert (found["method"], found["path"], found["secret"]) == ("POST", "/pay", ["s"])
