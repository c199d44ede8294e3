"""What the wheel asks of an environment, and what the locks install."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import tollbridge

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASKED = {
    "run": PROJECT["dependencies"],
    "test": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["verify"]],
}


def locked(lock: str) -> dict[str, str]:
    """The versions of a lock, by package."""
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / f"requirements/{lock}.txt").read_text(), re.M)
    return {name.lower(): version for name, version in pins}


@pytest.mark.parametrize("asked", ASKED["test"])
def test_a_requirement_is_a_range(asked: str) -> None:
    """It has a lowest version, which is tested, and ends before the next one that may break; it pins nothing."""
    operators = {one.operator for one in Requirement(asked).specifier}
    assert operators == {">=", "<"}


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_pins_a_version_of_each_range(lock: str) -> None:
    """What a checkout installs is within what the wheel asks for."""
    pins = locked(lock)
    for asked in map(Requirement, ASKED[lock]):
        assert pins[asked.name.lower()] in asked.specifier, asked


def test_the_version_is_one() -> None:
    """The package says the version that is published."""
    assert tollbridge.__version__ == PROJECT["version"]


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers of those who import it read its annotations (PEP 561)."""
    assert (ROOT / "tollbridge/py.typed").exists()
    assert "Typing :: Typed" in PROJECT["classifiers"]
