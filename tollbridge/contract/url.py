"""Texts of a contract, encoded for a URL."""

import re
from urllib.parse import quote

OF_A_PATH = "/{}%:@!$&'()*+,;=~"
"""Besides letters, digits and `-._`, what a path may hold (RFC 3986, section 3.3), and the braces of its parameters."""

LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def sendable(path: str) -> str:
    """Return a path, or a part of one, percent-encoded where a URL cannot hold it; what is encoded already stays."""
    return quote(LONE_PERCENT.sub("%25", path), safe=OF_A_PATH, errors="surrogatepass")
