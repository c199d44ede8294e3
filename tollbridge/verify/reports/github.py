"""A run in GitHub Actions: annotations at the contract's own lines, and the summary of the step."""

from collections.abc import Iterator, Mapping

from tollbridge.quoting import github_message, github_property, markdown
from tollbridge.verify.reports.finding_lines import finding_text, roots, title
from tollbridge.verify.reports.report import CLEAN, Document
from tollbridge.verify.reports.text import summary, verdict

MAX_SUMMARY = 100
"""Findings in a step's summary: GitHub takes a megabyte."""

MAX_ANNOTATION = 4_000
"""Characters of an annotation's message: GitHub cuts it soon after."""

LEVELS = {"low": "warning"}


def in_actions(environment: Mapping[str, str]) -> bool:
    """Tell whether this is a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def stopped(mark: str) -> tuple[str, str]:
    """Return two lines between which GitHub obeys no command that a target wrote into its answers.

    Args:
        mark: a word that cannot be guessed.
    """
    return f"::stop-commands::{mark}", f"::{mark}::"


def annotations(run: Document) -> Iterator[str]:
    """Yield a workflow command for each finding that follows from no other, and for what was not exercised."""
    for finding in roots(run):
        place = f"file={github_property(run['contract_file'])},line={finding['line']}"
        level = LEVELS.get(finding["severity"], "error")
        name = github_property(f"{finding['check']} [{finding['severity']}] {finding['fingerprint']}")
        told = github_message(f"{title(finding)}\n\n{finding_text(finding, run)}"[:MAX_ANNOTATION])
        yield f"::{level} {place},title={name}::{told}"
    level = "notice" if run["exit_code"] == CLEAN else "warning" if run["findings"] else "error"
    for what in (*run["not_exercised"], *([run["unfinished"]] if run["unfinished"] else [])):
        yield f"::{level} title=not everything was exercised::{github_message(what)}"


def step_summary(run: Document) -> str:
    """Return a run as Markdown."""
    return "\n".join([*_summary(run), ""])


def _summary(run: Document) -> Iterator[str]:
    yield f"## tollbridge: {verdict(run)[0]}"
    yield ""
    yield markdown(f"{run['target']}{summary(run)}")
    yield ""
    if run["findings"]:
        yield "| finding | severity | found | expected | contract |"
        yield "| --- | --- | --- | --- | --- |"
    for finding in roots(run)[:MAX_SUMMARY]:
        place = f"{run['contract_file']}:{finding['line']}"
        cells = (finding["check"], finding["severity"], finding["found"], finding["expected"], place)
        yield f"| {' | '.join(map(markdown, cells))} |"
    if len(roots(run)) > MAX_SUMMARY:
        yield f"\n… and {len(roots(run)) - MAX_SUMMARY} more"
    for what in run["not_exercised"]:
        yield f"\nNot exercised: {markdown(what)}"
    if run["not_reached"]:
        yield f"\nNot reached: {markdown(run['not_reached'])}"
    if run["unfinished"]:
        yield f"\nNot finished: {markdown(run['unfinished'])}"
