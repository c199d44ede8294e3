"""Places in a JSON document, as RFC 6901 writes them in a URI fragment (§6)."""

from urllib.parse import quote

FRAGMENT = "/~!$&'()*+,;=:@-._?"
"""What a fragment may hold unescaped, by RFC 3986 §3.5."""


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
