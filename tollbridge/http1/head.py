"""Rules for the head of a request before any application sees it (RFC 9112), and the meaning of its target.

httptools has judged characters, lengths and chunks by then. What is judged here, it lets through: a missing Host, the
version HTTP/2.0, codings that nobody undoes.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

Header = tuple[bytes, bytes]

HOST = re.compile(
    rb"(?:\[[0-9A-Za-z.:%~_-]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?",
)
"""`uri-host [":" port]` (RFC 9110 §7.2); it may be empty."""

ABSOLUTE = re.compile(rb"https?://([^/?#]*)([^?#]*)(\?[^#]*)?", re.I)
ENCODED_SLASH = re.compile(r"%2[Ff]")


class Refused(Exception):
    """A request that no application sees: its status, and a sentence for its sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Target(NamedTuple):
    """A parsed request target.

    Args:
        raw_path: the path as it was sent.
        query: without the question mark.
        authority: of the absolute form; None in the other forms.
    """

    raw_path: bytes
    query: bytes
    authority: bytes | None = None


def target_of(url: bytes, method: str) -> Target:
    """Return what a request target means.

    Args:
        url: as the parser took it from the request line: printable ASCII without spaces.
        method: the asterisk is for OPTIONS only.

    Raises:
        Refused: 400, it is none of the forms of RFC 9112 §3.2.
    """
    if url[:1] == b"/" and b"#" not in url:
        path, _, query = url.partition(b"?")
        return Target(path, query)
    if url == b"*" and method == "OPTIONS":
        return Target(url, b"")
    absolute = ABSOLUTE.fullmatch(url)
    if absolute is None or not absolute[1]:
        raise Refused(400, "The request target is not a path such as /api, nor a whole URL of http or https.")
    return Target(absolute[2] or b"/", (absolute[3] or b"")[1:], absolute[1])


def decoded(raw_path: bytes) -> str:
    """Return a path with its characters decoded, all but the slash.

    An encoded letter is that letter (RFC 3986 §6.2.2.2); an encoded slash is part of a segment, where a slash ends one
    (§2.2), so `%2F` stays. Dot segments are not resolved: clients do that (§5.2.4).
    """
    path = raw_path.decode("ascii")
    return "%2F".join(map(unquote, ENCODED_SLASH.split(path))) if "%" in path else path


def addressed_to(authority: bytes, headers: Iterable[Header]) -> list[Header]:
    """Return headers whose Host is the authority of an absolute target, which takes its place (RFC 9112 §3.2.2).

    Raises:
        Refused: 400, it is not a host with perhaps a port.
    """
    if not HOST.fullmatch(authority):
        raise Refused(400, "The host of the request target is not a host with perhaps a port, such as localhost:8080.")
    return [(b"host", authority), *(header for header in headers if header[0] != b"host")]


def require_framing(version: str, hosts: Iterable[bytes], codings: Iterable[bytes]) -> None:
    """Refuse a head whose message cannot be told apart from the next, or from another server's.

    Args:
        version: of HTTP, such as `1.1`.
        hosts: every value of Host.
        codings: every value of Transfer-Encoding.

    Raises:
        Refused: 505 for a version other than HTTP/1, 400 for Host (RFC 9112 §3.2) and for codings in HTTP/1.0 (§6.1),
            501 for codings other than chunked (§6.1).
    """
    if not version.startswith("1."):
        raise Refused(505, f"HTTP/{version} is not served here; send HTTP/1.1.")
    _require_one_host(version, [*hosts])
    sent = [*codings]
    if sent and version == "1.0":
        raise Refused(400, "HTTP/1.0 has no Transfer-Encoding; send Content-Length, or HTTP/1.1.")
    named = (coding.strip().lower() for value in sent for coding in value.split(b","))
    if any(coding not in (b"", b"chunked") for coding in named):
        raise Refused(501, "The only Transfer-Encoding that is read here is chunked.")


def _require_one_host(version: str, hosts: list[bytes]) -> None:
    if not hosts and version == "1.0":
        return
    if len(hosts) != 1:
        raise Refused(400, f"The request has {len(hosts) or 'no'} Host headers; send one (RFC 9112, section 3.2).")
    if not HOST.fullmatch(hosts[0]):
        raise Refused(400, "The Host header is not a host with perhaps a port, such as localhost:8080.")


def without_offer(method: bytes, url: bytes, version: str, headers: Iterable[Header]) -> bytes:
    """Return a head without its offer to change the protocol, which a server may ignore (RFC 9110 §7.8).

    Args:
        method: of the request.
        url: its target.
        version: of HTTP.
        headers: as the parser took them: without line breaks.
    """
    kept = (b"%s: %s\r\n" % header for header in headers if header[0] != b"upgrade")
    return b"%s %s HTTP/%s\r\n%s\r\n" % (method, url, version.encode(), b"".join(kept))
