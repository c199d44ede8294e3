"""The outcome of one test, read from the document of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.verify import reports

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Failed:
    """The test fails; with the whole of what is wrong."""

    said: str


@dataclass(frozen=True)
class Known:
    """The test fails as expected: the baseline has what was found."""

    found: str


@dataclass(frozen=True)
class Skipped:
    """The test has nothing to say; with the reason."""

    why: str


Outcome = Failed | Known | Skipped | None
"""None is a test that passes."""


def outcome_of_check(run: Document, check: str, operation: str) -> Outcome:
    """Return what a run says of a check at an operation."""
    if found := _of(run["findings"], check, operation):
        return Failed("\n\n".join(f"{reports.title(one)}\n{reports.finding_text(one, run)}" for one in found))
    if known := _of(run["known"], check, operation):
        return Known("; ".join(f"known in the baseline: {one['found']}" for one in known))
    counted = next(one for one in run["checks"] if one["name"] == check)
    at = counted["operations"][operation]
    if at["not_applicable"]:
        return Skipped(f"not applicable: {at['not_applicable']}")
    return None if at["held"] else _not_exercised(run, counted)


def _of(findings: list[Document], check: str, operation: str) -> list[Document]:
    return [one for one in findings if (one["check"], one["operation"]) == (check, operation)]


def _not_exercised(run: Document, check: Document) -> Outcome:
    """Return the outcome of a check that had nothing to judge at an operation."""
    if check["held"]:
        return Skipped("the target gave no occasion at this operation")
    why = run["unfinished"] or run["not_reached"] or "its precondition never held"
    # What was found, or is known, may be why: then the run fails, or is let pass, for that.
    return Skipped(f"not exercised: {why}") if _excused(run) else Failed(f"not exercised: {why}")


def _excused(run: Document) -> bool:
    return bool(run["findings"] or run["known"])


def outcome_of_run(run: Document) -> Outcome:
    """Return what a run says of itself: whether everything was exercised that had to be."""
    said = [f"not exercised: {what}" for what in run["not_exercised"]]
    if run["unfinished"]:
        return Failed("\n".join([*said, f"not finished: {run['unfinished']}"]))
    if not said:
        return None
    return Skipped("; ".join(said)) if _excused(run) else Failed("\n".join(said))
