"""Places in a JSON document, as RFC 6901 writes them in a URI fragment (§6)."""

from urllib.parse import quote, unquote

FRAGMENT = "/~!$&'()*+,;=:@-._?"
"""Characters that a fragment holds unescaped (RFC 3986 §3.5)."""

MAX_NAME = 40
"""Characters of a name that are shown."""

MAX_SHOWN = 300
"""Characters after which no further step is shown."""

CUT = "…"


def pointer(*steps: str | int) -> str:
    """Return the pointer to a place.

    Args:
        steps: names and indexes from the root; none is the whole document.

    Returns:
        `#`, or `#/` and the escaped steps; always ASCII, whatever the names hold.

    Source: RFC 6901 §3, §6.
    """
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join("/" + quote(step, safe=FRAGMENT, errors="surrogatepass") for step in escaped)


def steps_of(reference: str) -> tuple[str, ...]:
    """Return the steps of a pointer: what `pointer` made of them, undone.

    Args:
        reference: `#`, or `#/` and steps.

    Source: RFC 6901 §4, §6.
    """
    steps = unquote(reference, errors="surrogatepass")[1:].split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def shown_pointer(*steps: str | int) -> str:
    """Return the pointer to a place as a problem shows it: names and depth are cut, with an ellipsis.

    Args:
        steps: as of `pointer`; hostile ones have 65,000 characters.
    """
    shown = "#"
    for step in steps:
        if len(shown) > MAX_SHOWN:
            return shown + pointer(CUT)[1:]
        name = str(step)
        shown += pointer(name if len(name) <= MAX_NAME else name[:MAX_NAME] + CUT)[1:]
    return shown
