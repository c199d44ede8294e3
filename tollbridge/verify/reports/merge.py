"""Several runs as one: shards of a CI matrix, or the same target with several seeds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.check import SEVERITIES
from tollbridge.verify.reports.answers import MEDIAN, SLOW
from tollbridge.verify.reports.finding_lines import followers
from tollbridge.verify.reports.report import MAX_PASSED, Document, exit_code

SAME = ("tollbridge", "contract", "world", "held", "two_sided", "seed")
"""Members that are equal in all shards of a run; runs with several seeds differ in the seed alone."""

MAX_SEEN, MAX_TOLD = 12, 20
"""Cases that a finding names, and shards that a sentence does."""

OF_ONE_RUN = "the generator"
"""How a sentence begins that is about a run of its own, whatever the others did."""


def merged(runs: Sequence[Document]) -> dict[str, Any]:
    """Return one document of several: a finding of one is a finding, and what one exercised is exercised.

    Args:
        runs: documents of the harness; all shards of one run, or whole runs.

    Raises:
        VerifyError: they do not belong together, or a shard is missing.
    """
    _require_one_run(runs)
    findings = [*_findings(runs)]
    found = {finding["fingerprint"] for finding in findings}
    known = [*{one["fingerprint"]: one for run in runs for one in run["known"]}.values()]
    whole = {
        **runs[0],
        "shard": None,
        "ended": max(run["ended"] for run in runs),
        "seconds": round(max(run["seconds"] for run in runs), 3),
        "calls": sum(run["calls"] for run in runs),
        "random_cases": sum(run["random_cases"] for run in runs),
        "unfinished": _joined(run["unfinished"] for run in runs),
        "not_reached": _joined(run["not_reached"] for run in runs),
        "findings": sorted(findings, key=lambda one: (SEVERITIES.index(one["severity"]), one["seconds_to_find"])),
        "known": [one for one in known if one["fingerprint"] not in found],
        "stale": _in_all([run["stale"] for run in runs]),
        "not_judged": _in_any(run["not_judged"] for run in runs),
        "let_pass": _in_any(run["let_pass"] for run in runs)[:MAX_PASSED],
        "not_exercised": [*_not_exercised(runs)],
        "checks": [_check(parts) for parts in _by([run["checks"] for run in runs], "name")],
        "rules": [_rule(parts) for parts in _by([run["rules"] for run in runs], "id")],
        "problems_not_provoked": _provoked_by_none(runs),
        "answers": _answers([run["answers"] for run in runs]),
    }
    for check in whole["checks"]:
        check["findings"] = sum(one["check"] == check["name"] for one in findings)
    for finding in findings:
        finding["hides"] = len(followers(finding, whole))
    ended = (whole[member] for member in ("findings", "known", "not_exercised", "unfinished"))
    return whole | {"exit_code": exit_code(*ended)}


def _require_one_run(runs: Sequence[Document]) -> None:
    for member in SAME:
        values = [*dict.fromkeys(str(run[member]) for run in runs)]
        if len(values) > 1 and not (member == "seed" and all(run["shard"] is None for run in runs)):
            raise VerifyError(f"The reports do not belong together: {member} is {' and '.join(values)}.")
    shards = [run["shard"] for run in runs]
    if not any(shards):
        return
    of = (shards[0] or "1/1").partition("/")[2]
    wanted = {f"{number}/{of}" for number in range(1, int(of) + 1)}
    if {*shards} - wanted:
        raise VerifyError(f"The reports are not shards of one run: {', '.join(map(str, shards[:MAX_TOLD]))}.")
    if missing := sorted(wanted - {*shards}, key=lambda shard: int(shard.partition("/")[0])):
        raise VerifyError(f"There is no report of {len(missing)} of {of} shards: {', '.join(missing[:MAX_TOLD])}.")
    if len(shards) > len(wanted):
        raise VerifyError(f"A shard has two reports: {', '.join(map(str, shards[:MAX_TOLD]))}.")


def _findings(runs: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """Yield each cause once: as the run tells it that has a script, with the count of all."""
    by_name: dict[str, list[Document]] = {}
    for run in runs:
        for finding in run["findings"]:
            by_name.setdefault(finding["fingerprint"], []).append(finding)
    for same in by_name.values():
        best = max(same, key=lambda one: (bool(one["scripts"]), one["reproduced"], -one["seconds_to_find"]))
        seen = _in_any(one["seen_in"] for one in same)
        yield {**best, "count": sum(one["count"] for one in same), "seen_in": seen[:MAX_SEEN]}


def _not_exercised(runs: Sequence[Document]) -> Iterator[str]:
    """Yield what no run exercised. A run that ended early says nothing of it, and its report is no clean one anyway."""
    says = [run["not_exercised"] for run in runs if not run["unfinished"]]
    yield from _in_all(says)
    yield from (what for run in says for what in run if what.startswith(OF_ONE_RUN))


def _in_any(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return what any of the lists has, each once."""
    return [*dict.fromkeys(one for listed in lists for one in listed)]


def _in_all(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return what each of the lists has, in the order of the first."""
    return [one for one in (lists[0] if lists else ()) if all(one in other for other in lists)]


def _by(lists: Sequence[Sequence[Document]], name: str) -> Iterator[list[Document]]:
    """Yield what the lists have of each name of the first."""
    found = [{one[name]: one for one in entries} for entries in lists]
    for identity in found[0]:
        yield [entries[identity] for entries in found if identity in entries]


def _check(parts: Sequence[Document]) -> dict[str, Any]:
    names = dict.fromkeys(name for part in parts for name in part["operations"])
    at = {name: [part["operations"][name] for part in parts if name in part["operations"]] for name in names}
    return {**parts[0], **_judged(parts), "operations": {name: _judged(same) for name, same in at.items()}}


def _judged(parts: Sequence[Document]) -> dict[str, Any]:
    """Return how often parts judged, and why none of them could."""
    reasons = [part["not_applicable"] for part in parts]
    return {"held": sum(part["held"] for part in parts), "not_applicable": reasons[0] if all(reasons) else None}


def _rule(parts: Sequence[Document]) -> dict[str, Any]:
    verdicts = [part["verdict"] for part in parts]
    verdict = next((one for one in ("broken", "kept") if one in verdicts), verdicts[0])
    return {**parts[0], "exercised": sum(part["exercised"] for part in parts), "verdict": verdict}


def _provoked_by_none(runs: Sequence[Document]) -> dict[str, str]:
    names = _in_all([[*run["problems_not_provoked"]] for run in runs])
    return {name: runs[0]["problems_not_provoked"][name] for name in names}


def _answers(parts: Sequence[Document]) -> dict[str, Any]:
    """Return all answers. Of their times the bins are known: the median is told as the upper edge of its bin."""
    statuses = Counter[str]()
    for part in parts:
        statuses.update(part["statuses"])
    bins = [
        {**same[0], "count": sum(one["count"] for one in same)}
        for same in zip(*(part["histogram"] for part in parts), strict=False)
    ]
    slowest = max((took for part in parts if (took := part["milliseconds"]["slowest"]) is not None), default=None)
    edges = {"median": _edge(bins, MEDIAN, slowest), "p95": _edge(bins, SLOW, slowest)}
    return {"statuses": dict(sorted(statuses.items())), "milliseconds": edges | {"slowest": slowest}, "histogram": bins}


def _edge(bins: Sequence[Document], part: float, slowest: float | None) -> float | None:
    """Return the upper edge of the bin below which a part of the answers lies; None without answers."""
    left = part * sum(one["count"] for one in bins)
    for one in bins:
        left -= one["count"]
        if left < 0:
            return slowest if one["to"] is None or slowest is None else min(float(one["to"]), slowest)
    return slowest


def _joined(reasons: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(filter(None, reasons))) or None
