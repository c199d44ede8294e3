"""What a script takes along of the module that the scripts are made of."""

import subprocess
import sys

from tollbridge.verify import scripted
from tollbridge.verify.excerpt import excerpt, names_in


def test_only_what_is_needed_is_taken() -> None:
    """A proof about the status needs nothing; one about a subscription needs Stripe, and no schema."""
    assert excerpt(scripted, "status == 404") == ""
    taken = excerpt(scripted, "subscription('sub_1')['default_payment_method'] is None")
    assert "def subscription" in taken
    assert "def at_stripe" in taken
    assert "def fits" not in taken
    assert "import re" not in taken.splitlines()
    assert "noqa" not in taken


def test_what_is_taken_runs_alone() -> None:
    """Whatever function a proof names, its part of the module has all that it needs."""
    functions = [
        name for name, found in vars(scripted).items() if getattr(found, "__module__", "") == scripted.__name__
    ]
    assert len(functions) > 15
    for name in functions:
        code = excerpt(scripted, name)
        looked_for = names_in(code) - {"self"}
        check = f"{code}\n{name}"
        done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, (name, done.stderr)
        assert all(f"def {other}(" in code for other in looked_for & set(functions) - {"Answer"}), name
