"""A run for people, as lines of a terminal."""

from collections.abc import Iterator, Sequence

from tollbridge.verify.reports.finding_lines import finding_lines, roots, title
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.spans import Line, Span, by_reason, filled, line, plain

VERDICTS = {"broken": "bad", "kept": "good"}


def text(run: Document, *, width: int = 100, full: bool = False) -> str:
    """Return a run for people, without styles."""
    return "\n".join(map(plain, lines(run, width=width, full=full)))


def lines(run: Document, *, width: int = 100, full: bool = False) -> Iterator[Line]:
    """Yield the lines of a run for people.

    Texts of a target, a contract or a world are as they came: the printer makes them safe to show.

    Args:
        run: its document.
        width: of paragraphs.
        full: whether to show the checks and the ledger beside findings too.
    """
    findings = roots(run)
    if len(findings) > 1:
        yield from _contents(findings)
    for number, finding in enumerate(findings, 1):
        yield line(f"{number}. {finding['check']}  [{finding['severity']}]  {finding['fingerprint']}", "bad")
        yield from (*finding_lines(finding, run, width), line(""))
    unprovoked = run["problems_not_provoked"]
    if full or not run["findings"]:
        yield from (*_checks(run), line(""), *_ledger(run), line(""))
        yield from (*by_reason("not provoked", unprovoked), *([line("")] if unprovoked else []))
    else:
        aside = {check["name"]: check["not_applicable"] for check in run["checks"] if check["not_applicable"]}
        yield from (*by_reason("not applicable", aside), line("--full shows each check and the ledger."))
    yield from _ending(run)


def _contents(findings: Sequence[Document]) -> Iterator[Line]:
    """Yield the titles of findings."""
    for number, finding in enumerate(findings, 1):
        yield (f"{number:>3}. ", ""), (f"{finding['severity']:<8}", "bad"), (f"  {title(finding)}", "")
    yield line("")


def _ending(run: Document) -> Iterator[Line]:
    """Yield what was not judged, known, gone or not reached; and the verdict."""
    yield from (line(f"not judged: {what}", "dim") for what in run["not_judged"])
    for said in let_pass(run):
        yield from filled(said, 100, "", "  ", "dim")
    if run["known"]:
        names = dict.fromkeys(f"{finding['check']} {finding['fingerprint']}" for finding in run["known"])
        yield line(f"known: {', '.join(names)}", "dim")
    if run["stale"]:
        yield line(f"in the baseline, and not seen: {', '.join(run['stale'])}", "dim")
    if run["shard"]:
        yield line(f"shard {run['shard']}: tollbridge report merge tells what no shard exercised", "dim")
    else:
        yield from (line(f"not exercised: {what}", "bad") for what in run["not_exercised"])
    if run["not_reached"]:
        yield line(f"cut after {run['seconds']:.1f} s: not reached: {run['not_reached']}", "dim")
    if run["unfinished"]:
        yield line(f"cut after {run['seconds']:.1f} s: not finished: {run['unfinished']}", "bad")
    yield verdict(run), (summary(run), "")


def let_pass(run: Document) -> Iterator[str]:
    """Yield in words what a clean run says nothing against, by what `--hold` takes to judge it."""
    by_group: dict[str, list[str]] = {}
    for what in run["let_pass"]:
        group, _, call = what.partition(": ")
        by_group.setdefault(group, []).append(call)
    for group, calls in by_group.items():
        yield f"let pass, as our choices alone refuse it (--hold {group} judges it): {'; '.join(calls)}"


def _checks(run: Document) -> Iterator[Line]:
    yield line(f"{'check':<36}{'judged':>8}  verdict", "head")
    for check in run["checks"]:
        yield ((f"{check['name']:<36}{check['held']:>8}  ", ""), check_verdict(check))


def check_verdict(check: Document) -> Span:
    """Return what a run says of a check."""
    if check["findings"]:
        return f"{check['findings']} found", "bad"
    if check["not_applicable"]:
        return f"not applicable: {check['not_applicable']}", "dim"
    return ("kept", "good") if check["held"] else ("not exercised", "bad")


def _ledger(run: Document) -> Iterator[Line]:
    yield line(f"{'rule':<28}{'origin':<12}{'exercised':>9}  verdict", "head")
    for rule in run["rules"]:
        kind = VERDICTS.get(rule["verdict"], "dim")
        yield ((f"{rule['id']:<28}{rule['origin']:<12}{rule['exercised']:>9}  ", ""), (rule["verdict"], kind))


def verdict(run: Document) -> Span:
    """Return the verdict in a word."""
    if found := len(roots(run)):
        hidden = len(run["findings"]) - found
        more = f" (and {hidden} that follow{'s' * (hidden == 1)})" if hidden else ""
        return f"{found} finding{'s' * (found != 1)}{more}", "bad"
    return ("not everything was asked", "bad") if run["exit_code"] else ("clean", "good")


def summary(run: Document) -> str:
    """Return what stands behind the verdict: how much was done."""
    exercised = sum(1 for rule in run["rules"] if rule["exercised"])
    sides = "both sides" if run["two_sided"] else "the client's side only"
    known = f", {len(run['known'])} known" if run["known"] else ""
    ran = sum(1 for check in run["checks"] if check["held"])
    return (
        f"{known}: {run['calls']} calls in {run['seconds']:.1f} s from {sides}, {ran} checks exercised, "
        f"{exercised} of {len(run['rules'])} rules, held {', '.join(run['held'])}, seed {run['seed']}."
    )
