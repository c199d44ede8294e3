"""Plots of a run's answers, as SVG within the page."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from tollbridge.verify.reports.elements import element
from tollbridge.verify.reports.report import Document

WIDTH, ROW, NAMES, COUNTS = 480, 20, 110, 60
"""Of a plot: its width, the height of a bar, and the room for names on its left and counts on its right."""

Bar = tuple[str, int, bool]
"""A name, a count, and whether it is shown as wrong."""


def plots(run: Document) -> list[ET.Element]:
    """Return the plots of a run; none where no call was timed."""
    answers = run["answers"]
    if not answers["statuses"]:
        return []
    took = answers["milliseconds"]
    told = f"Median {took['median']:g} ms, 95 of 100 within {took['p95']:g} ms, slowest {took['slowest']:g} ms."
    times: list[Bar] = [(_between(one["from"], one["to"]), one["count"], False) for one in answers["histogram"]]
    statuses: list[Bar] = [(name, count, _wrong(name)) for name, count in answers["statuses"].items()]
    return [
        _figure("How long answers took", _without_ends(times), told),
        _figure("Statuses of answers", statuses, "Refusals are asked for: most calls of a run are wrong on purpose."),
    ]


def _between(least: int, most: int | None) -> str:
    return f"over {least} ms" if most is None else f"{least} to {most} ms"


def _wrong(status: str) -> bool:
    return not status.isdigit() or status.startswith("500")


def _without_ends(bars: Sequence[Bar]) -> list[Bar]:
    """Return bars without the empty ones at both ends."""
    counted = [number for number, (_, count, _) in enumerate(bars) if count]
    return list(bars[counted[0] : counted[-1] + 1])


def _figure(name: str, bars: Sequence[Bar], told: str) -> ET.Element:
    most = max(count for _, count, _ in bars)
    rows = [part for number, bar in enumerate(bars) for part in _bar(number, bar, most)]
    said = f"{name}: " + ", ".join(f"{what}: {count}" for what, count, _ in bars)
    height = len(bars) * ROW
    drawn = element("svg", *rows, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=said)
    return element("figure", element("h3", name), drawn, element("figcaption", told))


def _bar(number: int, bar: Bar, most: int) -> list[ET.Element]:
    name, count, wrong = bar
    top, length = number * ROW, max(1.0 if count else 0.0, (WIDTH - NAMES - COUNTS) * count / most)
    size = {"x": str(NAMES), "y": str(top + 3), "width": f"{length:.1f}", "height": str(ROW - 6)}
    return [
        element("text", name, x=str(NAMES - 8), y=str(top + 14), text_anchor="end"),
        element("rect", class_="wrong" if wrong else "bar", **size),
        element("text", str(count), x=f"{NAMES + length + 6:.1f}", y=str(top + 14)),
    ]
