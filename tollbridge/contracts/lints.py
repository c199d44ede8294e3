"""The usual lints of Redocly and Spectral, by the tools themselves, where Node and they are here."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tollbridge.contract.pointer import pointer, steps_of
from tollbridge.contracts.complaint import ERROR, WARNING, Complaint
from tollbridge.contracts.programs import Done, ProgramFailed, ProgramMissing, node_program, run_program
from tollbridge.documents import Document, printable

RULE_SHOWN = 80
SAID_SHOWN = 300
REASON_SHOWN = 300
RULES_OF_SPECTRAL = "extends: spectral:oas\n"
RULES_OF_REDOCLY = "extends: [recommended]\n"
"""Their usual rules, and none of a file beside the contract: such files may name code."""

Lint = tuple[list[Complaint], str]
"""Complaints, and why there are none; empty where the lint was run."""


def lints(document: Document) -> Iterator[Lint]:
    """Yield what each lint says of a contract."""
    for name, lint in (("Redocly", redocly), ("Spectral", spectral)):
        try:
            yield [*lint(document)], ""
        except (ProgramMissing, ProgramFailed) as reason:
            yield [], f"{name}'s lint was not run: {reason}"


def redocly(document: Document) -> Iterator[Complaint]:
    """Yield what `redocly lint` says, by its recommended rules."""
    program = node_program("redocly", "@redocly/cli")
    done = _linted(program, "redocly.yaml", RULES_OF_REDOCLY, _redocly_arguments, document.path)
    for problem in _read(done, program.name)["problems"]:
        steps = _numbered(document.value, steps_of(str(problem["location"][0].get("pointer") or "#")))
        severity = ERROR if problem["severity"] == "error" else WARNING
        yield _complaint(document, steps, f"redocly:{problem['ruleId']}", severity, problem["message"])


def spectral(document: Document) -> Iterator[Complaint]:
    """Yield what `spectral lint` says, by its rules for OpenAPI."""
    program = node_program("spectral", "@stoplight/spectral-cli")
    done = _linted(program, "ruleset.yaml", RULES_OF_SPECTRAL, _spectral_arguments, document.path)
    for problem in _read(done, program.name):
        steps = _numbered(document.value, tuple(problem["path"]))
        severity = ERROR if problem["severity"] == 0 else WARNING
        yield _complaint(document, steps, f"spectral:{problem['code']}", severity, problem["message"])


def _redocly_arguments(rules: Path, contract: Path) -> list[str | Path]:
    return ["lint", contract, "--config", rules, "--format", "json", "--max-problems", "1000"]


def _spectral_arguments(rules: Path, contract: Path) -> list[str | Path]:
    return ["lint", contract, "--ruleset", rules, "--format", "json", "--quiet"]


def _linted(
    program: Path, name: str, rules: str, arguments: Callable[[Path, Path], list[str | Path]], contract: Path
) -> Done:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(rules)
        # In that folder no other configuration is found.
        return run_program(program, arguments(path, contract.resolve()), cwd=Path(folder))


def _read(done: Done, name: str) -> Any:
    try:
        return json.loads(done.out)
    except ValueError:
        said = " ".join((done.err or done.out.decode(errors="replace")).split())
        raise ProgramFailed(f"{name} ended with code {done.code}: {printable(said, REASON_SHOWN)}") from None


def _numbered(value: Any, steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return steps to a place, those into lists as numbers; as far as they lead."""
    made: list[str | int] = []
    for step in steps:
        if isinstance(value, list) and str(step).isdigit() and int(step) < len(value):
            made.append(int(step))
        elif isinstance(value, dict) and str(step) in value:
            made.append(str(step))
        else:
            break
        value = value[made[-1]]
    return tuple(made)


def _complaint(document: Document, place: tuple[str | int, ...], rule: str, severity: str, said: object) -> Complaint:
    words = " ".join(printable(str(said), SAID_SHOWN).split())
    return Complaint(document.line(place), pointer(*place), printable(rule, RULE_SHOWN), severity, words)
