"""One finding for people: a title on one line, and the whole of it."""

from collections.abc import Iterator

from tollbridge.verify.findings.shell_script import steps_of
from tollbridge.verify.model.finding import title_of
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.spans import Line, filled, line, plain

MAX_LINE = 400
MAX_RULES, MAX_SEEN = 3, 4


def title(finding: Document) -> str:
    """Return a finding in one line: the check, and the beginning of what it found."""
    return title_of(finding["check"], finding["found"])


def roots(run: Document) -> list[Document]:
    """Return the findings that follow from no other: each is told whole, with those that follow from it under it."""
    return [finding for finding in run["findings"] if finding["follows_from"] is None]


def followers(finding: Document, run: Document) -> list[Document]:
    """Return the findings that follow from one."""
    return [one for one in run["findings"] if one["follows_from"] == finding["fingerprint"]]


def finding_text(finding: Document, run: Document) -> str:
    """Return the whole of a finding as text, its title left out."""
    return "\n".join(map(plain, finding_lines(finding, run)))


def finding_lines(finding: Document, run: Document, width: int = 100) -> Iterator[Line]:
    """Yield the whole of a finding.

    Args:
        finding: of the run.
        run: its document.
        width: of paragraphs.
    """
    yield line(f"   found     {finding['found']}")
    yield line(f"   expected  {finding['expected']}")
    yield line(f"   asserts   {finding['asserts']}")
    yield from _followers(finding, run)
    yield from _rules(finding, run, width)
    more = f" and {finding['count'] - 1} more exchanges" if finding["count"] > 1 else ""
    yield line(f"   seen in   {'; '.join(finding['seen_in'][:MAX_SEEN])}{more}")
    yield line("   sent", "head")
    yield from _block(finding["sent"])
    if finding["stripe_was_told"] is not None:
        yield line("   Stripe was told", "head")
        yield from (line(f"     {told}") for told in finding["stripe_was_told"] or ["nothing"])
    yield line("   came back", "head")
    yield from _block(finding["came_back"])
    if finding["target_log"]:
        yield line("   the end of the target's log", "head")
        yield from _block("\n".join(finding["target_log"]))
    if finding["remembers"]:
        yield line(f"   depends   {finding['remembers']}")
    yield from _script(finding)


def _rules(finding: Document, run: Document, width: int) -> Iterator[Line]:
    for rule in (rule for rule in run["rules"] if rule["id"] in finding["rules"][:MAX_RULES]):
        said = f"{rule['id']} ({rule['origin']}, at {rule['place']}): {rule['statement']}"
        yield from filled(said, width, "   rule      ", "             ")
    if not finding["rules"]:
        yield line("   rule      none of the ledger's: it holds of any HTTP API, or the schema says it")


def _followers(finding: Document, run: Document) -> Iterator[Line]:
    if finding["follows_from"]:
        yield line(f"   follows   from {finding['follows_from']}: mend that first")
    hidden = followers(finding, run)
    if hidden:
        yield line(f"   hides     {len(hidden)} more, of the same answer to calls with more about them:")
        yield from (line(f"             {title(one)}  [{one['severity']}]  {one['fingerprint']}") for one in hidden)


def _block(text: str) -> Iterator[Line]:
    """Yield a text whose line breaks are kept."""
    yield from (line(f"     {one}" if one else "") for one in text.split("\n"))


def _script(finding: Document) -> Iterator[Line]:
    if script := finding["scripts"].get("sh"):
        yield line("   script (run, and it failed)", "head")
        yield from (line(f"     {_cut(step)}") for step in steps_of(script))
        yield line(f"     # judged by the check's own function: {finding['check']}")
        return
    if len(finding["steps"]) > 1:
        yield line("   steps", "head")
        yield from (line(f"     {step}") for step in finding["steps"])
    yield line(f"   script    none: {finding['replay']}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}… (the rest is in --scripts)"
