"""scripts/setup on machines that lack something, and on one where all is done."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

OLD = 'case "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac'
BARE = 'case "$*" in --version) echo "Python 3.11.2" ;; *ensurepip*) exit 1 ;; esac'
GOOD = 'case "$*" in --version) echo "Python 3.13.0" ;; esac; echo "$*" >>"$CALLS"'
BROKEN_PIP = 'case "$*" in *pip*) echo "pip: no route to the index"; exit 1 ;; esac'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but what setup reads."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/setup", tmp_path / "scripts")
    return tmp_path


def fake(path: Path, script: str) -> Path:
    """Write a program that stands for a Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def setup(checkout: Path, what: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup."""
    calls = {"CALLS": str(checkout / "calls"), "PYTHON": ""}
    return subprocess.run(
        ["sh", "scripts/setup", what],
        cwd=checkout,
        env={**os.environ, **calls, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_gets_one_sentence(checkout: Path) -> None:
    """A Python that is too old is named, with what is needed and what to do, and nothing is made."""
    done = setup(checkout, "run", PYTHON=str(fake(checkout / "bin/python3", OLD)))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "found Python 3.9.2, but Tollbridge needs Python 3.11 or newer: install one" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_newer_python_beside_an_old_one_is_found(checkout: Path) -> None:
    """Where python3 is too old, python3.13 is taken."""
    fake(checkout / "bin/python3", OLD)
    fake(checkout / "bin/python3.13", GOOD)
    done = setup(checkout, "python", PATH=f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert (done.returncode, done.stdout) == (0, "python3.13\n")


def test_a_python_without_venv_gets_one_sentence(checkout: Path) -> None:
    """Debian's bare python3 is told which package to install."""
    done = setup(checkout, "run", PYTHON=str(fake(checkout / "bin/python3", BARE)))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "apt install python3-venv" in done.stderr


def test_a_second_run_does_nothing(checkout: Path) -> None:
    """After an installation setup is silent and calls no Python; one for the tests serves the server too."""
    fake(checkout / ".venv/bin/python", GOOD)
    assert "locked packages from requirements/test.txt" in setup(checkout, "test").stdout
    assert "--require-hashes -r requirements/test.txt" in (checkout / "calls").read_text()
    (checkout / "calls").unlink()
    for what in ("test", "run"):
        assert setup(checkout, what).stdout == ""
    assert not (checkout / "calls").exists()


@pytest.mark.parametrize("changed", ["requirements/run.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed_again(checkout: Path, changed: str) -> None:
    """What the installation was made from is compared, not how old it is."""
    fake(checkout / ".venv/bin/python", GOOD)
    setup(checkout, "run")
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")
    assert "setup: ready" in setup(checkout, "run").stdout


def test_what_pip_said_is_shown_when_it_fails(checkout: Path) -> None:
    """A failed installation shows pip's words and a sentence, and is tried again by the next run."""
    fake(checkout / ".venv/bin/python", BROKEN_PIP)
    for _ in range(2):
        done = setup(checkout, "test")
        assert done.returncode == 1
        assert "pip: no route to the index" in done.stderr
        assert done.stderr.endswith("once mended, run this again.\n")


def test_a_lock_names_no_address_and_hashes_everything() -> None:
    """The locks say what is installed, not where one machine got it, and each holds the one before it."""
    pins = {}
    for name in ("run", "verify", "test", "bench"):
        text = (ROOT / f"requirements/{name}.txt").read_text()
        assert "://" not in text
        packages = [block for block in text.split("\n") if "==" in block]
        assert all(line.endswith("\\") for line in packages)  # a hash follows
        pins[name] = {line.split()[0] for line in packages}
    assert pins["run"] < pins["verify"] < pins["test"]


def test_the_locks_are_those_of_the_project() -> None:
    """Every pin of the tests' own packages stands in their lock: scripts/lock was run."""
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["test"]
    lock = [line.split(" ")[0] for line in (ROOT / "requirements/test.txt").read_text().splitlines()]
    assert [pin for pin in pins if pin.lower() not in lock] == []
