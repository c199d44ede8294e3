"""The head of a request, as the gate reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from tollbridge.http1.media import media_type
from tollbridge.server.hosts import host_name

ELSEWHERE = ("cross-site", "same-site")
"""Values of `Sec-Fetch-Site` that a browser sends for a page of another origin."""


@dataclass(frozen=True)
class Head:
    """The head of a request.

    Args:
        method: the HTTP method.
        path: as it was sent, undecoded, without the query.
        headers: every value of each header, by lower-case name.
        arrived_at: the address of this machine at which the request came in.
    """

    method: str
    path: str
    headers: Mapping[str, list[str]]
    arrived_at: str

    def first(self, name: str) -> str | None:
        """Return the first value of a header; None where it was not sent."""
        return self.headers.get(name, [None])[0]

    @property
    def host(self) -> str | None:
        """The name in `Host`; None where there is none, or more than one."""
        values = self.headers.get("host", [])
        return host_name(values[0]) if len(values) == 1 else None

    @property
    def origin(self) -> str | None:
        """The origin of the page that sent it; None where no browser names one. Several together are never let in."""
        return ", ".join(self.headers["origin"]) if "origin" in self.headers else None

    @property
    def is_same_origin(self) -> bool:
        """Whether the page that sent it has the name and port that the request was sent to."""
        authority = (self.origin or "").partition("://")[2]
        return authority != "" and authority.lower() == (self.first("host") or "").lower()

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether a browser says, without naming an origin, that another site's page is behind it."""
        sites = self.headers.get("sec-fetch-site", [])
        return self.origin is None and any(site.strip().lower() in ELSEWHERE for site in sites)

    @property
    def is_preflight(self) -> bool:
        """Whether a browser asks if it may send another request."""
        return self.method == "OPTIONS" and self.origin is not None and "access-control-request-method" in self.headers

    @property
    def wanted_method(self) -> str:
        """The method that a preflight asks for; its own, where it is none."""
        return (self.first("access-control-request-method") or "") if self.is_preflight else self.method

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters; empty where it has none."""
        return media_type(self.first("content-type"))

    @property
    def has_body(self) -> bool:
        """Whether a body follows."""
        return "transfer-encoding" in self.headers or self.headers.get("content-length", ["0"]) != ["0"]


def head_of(scope: Scope) -> Head:
    """Return the head of a request."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("utf-8", "replace")
    server = scope.get("server")
    return Head(scope["method"], path, headers, str(server[0]) if server else "")
