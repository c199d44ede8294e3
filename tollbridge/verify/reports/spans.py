"""Lines for people: texts, each with its kind. The printer makes them safe to print, and gives styles."""

import textwrap
from collections.abc import Iterator, Mapping

from tollbridge import quoting
from tollbridge.verify.model.finding import brief

MAX_PARAGRAPH = 2_000

Span = tuple[str, str]
"""A text, and what it is: `bad`, `good`, `dim`, `head`, or empty."""

Line = tuple[Span, ...]


def line(text: str, what: str = "") -> Line:
    """Return a line that is one thing."""
    return ((text, what),)


def plain(spans: Line) -> str:
    """Return a line without styles."""
    return "".join(quoting.terminal(text) for text, _ in spans)


def shown(text: str) -> str:
    """Return foreign text whose line breaks are kept, for a reader whose terminal may show it."""
    return quoting.terminal_lines(text)


def filled(text: str, width: int, first: str, others: str, what: str = "") -> Iterator[Line]:
    """Yield a paragraph as lines."""
    told = quoting.terminal(brief(text, most=MAX_PARAGRAPH))
    wrapped = textwrap.wrap(told, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    yield from (line(one, what) for one in wrapped)


def by_reason(what: str, reasons: Mapping[str, str]) -> Iterator[Line]:
    """Yield what stands aside, by the reason.

    Args:
        what: is said of it.
        reasons: by the name of a check or of a documented problem.
    """
    for reason in dict.fromkeys(reasons.values()):
        named = ", ".join(name for name, why in reasons.items() if why == reason)
        yield from filled(f"{what}: {named} ({reason})", 100, "", "  ", "dim")
