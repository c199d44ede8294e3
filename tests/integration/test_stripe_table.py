"""The table of what Stripe has, against the specification that it is generated from."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.generate_stripe_table import table, table_text

ROOT = Path(__file__).resolve().parents[2]
SPEC = "github.com/stripe/stripe-mock@v0.203.0/embedded/openapi/spec3.json"


def specification() -> Path | None:
    """Return the pinned specification, which `make stripe-mock` leaves in Go's module cache; None without Go."""
    go = shutil.which("go")
    cache = os.environ.get("GOMODCACHE")
    if cache is None and go:
        cache = subprocess.run([go, "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    path = Path(cache or "/nowhere") / SPEC
    return path if path.exists() else None


def test_the_table_is_the_specifications() -> None:
    """Generated anew, it is the committed file, byte for byte."""
    spec = specification()
    if spec is None:
        pytest.skip("stripe-mock's Go module is not here (make stripe-mock, with Go)")
    committed = (ROOT / "tollbridge/simulator/protocol/stripe.json").read_text()
    assert table_text(table(json.loads(spec.read_bytes()))) == committed
