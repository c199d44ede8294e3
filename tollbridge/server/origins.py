"""The pages that may read answers (CORS): those of this machine, and those that `--cors` names."""

import re
from dataclasses import dataclass

from tollbridge.server.hosts import LABELS, host_name, is_loopback

PATTERN = re.compile(r"([a-z][a-z0-9+.-]*)://(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}|\*))?")
ANY, OPAQUE = "*", "null"
"""Values of `--cors` besides origins: every page, and pages without an origin (files, sandboxed frames)."""

SECONDS = b"600"

HeaderList = list[tuple[bytes, bytes]]


def is_local(origin: str) -> bool:
    """Tell whether an origin is a page's of this machine, on any port."""
    scheme, _, authority = origin.partition("://")
    name = host_name(authority) if scheme in ("http", "https") else None
    return name is not None and is_loopback(name)


def origin_pattern(text: str) -> re.Pattern[str]:
    """Return what matches the origins that a `--cors` lets in.

    Args:
        text: `https://app.example.test`, with `*.` for any name below another and `:*` for any port; `capacitor://…`
            and other schemes of apps; `null`; or `*`.

    Raises:
        ValueError: it is something else.
    """
    if text == ANY:
        return re.compile(".*")
    if text == OPAQUE:
        return re.compile(OPAQUE)
    found = PATTERN.fullmatch(text.lower())
    if found is None:
        raise ValueError(
            f"{text!r} is not an origin: send scheme://host[:port] without a path, such as https://app.example.test, "
            "https://*.example.test or http://192.168.1.5:*; null for files and sandboxed frames; or * for every page."
        )
    scheme, below, name, port = found.groups()
    ports = {None: "", "*": "(?::[0-9]{1,5})?"}.get(port, f":{port}")
    return re.compile(f"{re.escape(scheme)}://{LABELS if below else ''}{re.escape(name)}{ports}")


@dataclass(frozen=True)
class Origins:
    """Origins that `--cors` lets in, besides the pages of this machine.

    Args:
        allowed: one for each `--cors`.
        credentials: whether pages may send what the browser keeps for the server (cookies, client certificates).
    """

    allowed: tuple[re.Pattern[str], ...] = ()
    credentials: bool = False

    def allow(self, origin: str) -> bool:
        """Tell whether pages of an origin may read what the contract documents."""
        return is_local(origin) or any(pattern.fullmatch(origin) for pattern in self.allowed)


def reading_headers(origin: str, exposed: bytes, *, credentials: bool = False) -> HeaderList:
    """Return what lets a page read an answer, problems included.

    Args:
        origin: of the page; `*` for every one.
        exposed: the names of the headers that its script may see.
        credentials: whether it may send credentials.
    """
    allowed = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", exposed),
        (b"vary", b"Origin"),
    ]
    return [*allowed, (b"access-control-allow-credentials", b"true")] if credentials else allowed


def preflight_headers(method: bytes, names: bytes | None) -> HeaderList:
    """Return the answer to a preflight.

    Browsers ask their user before a page of the internet may call this machine or its network (Local Network Access);
    the header that Private Network Access once asked for is gone from them.

    Args:
        method: what the page wants to use.
        names: of the headers that it wants to send; None where it names none.
    """
    allowed = [
        (b"access-control-allow-methods", method),
        (b"access-control-max-age", SECONDS),
        (b"cache-control", b"no-store"),
    ]
    return allowed if names is None else [*allowed, (b"access-control-allow-headers", names)]
