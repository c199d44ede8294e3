"""How far a server can be reached, and what its user allows beyond the defaults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from socket import socket

from tollbridge.server.hosts import Hosts, host_pattern, is_loopback, plain_name
from tollbridge.server.origins import ANY, Origins, origin_pattern

CONTROL_TOKEN = "TOLLBRIDGE_CONTROL_TOKEN"  # noqa: S105 - its name


class ExposureError(Exception):
    """An option that allows access cannot be followed; the message says why."""


@dataclass(frozen=True)
class Exposure:
    """How far a server can be reached.

    Args:
        shared: whether it listens beyond this machine.
        hosts: the names that are its own.
        origins: the pages that may read the API's answers.
        control_token: what the control surface asks for; None for nothing, or, where the server is shared, for off.
    """

    shared: bool = False
    hosts: Hosts = field(default_factory=Hosts)
    origins: Origins = field(default_factory=Origins)
    control_token: str | None = None


def exposure(
    host: str,
    sockets: Sequence[socket],
    *,
    allow_host: Iterable[str] = (),
    cors: Iterable[str] = (),
    cors_credentials: bool = False,
    control_token: str | None = None,
) -> Exposure:
    """Return the exposure of a server.

    Args:
        host: what it was told to listen on.
        sockets: on which it listens.
        allow_host: further names, as `host_pattern` takes them.
        cors: origins, as `origin_pattern` takes them.
        cors_credentials: whether pages may send credentials.
        control_token: what the control surface asks for; None or empty for nothing.

    Raises:
        ExposureError: one of them cannot be followed.
    """
    cors = tuple(cors)
    if cors_credentials and ANY in cors:
        raise ExposureError("--cors-credentials with --cors '*' would lend every page the browser's credentials.")
    addresses = {plain_name(str(one.getsockname()[0])) for one in sockets}
    try:
        hosts = Hosts(frozenset({plain_name(host), *addresses}), tuple(map(host_pattern, allow_host)))
        origins = Origins(tuple(map(origin_pattern, cors)), cors_credentials)
    except ValueError as error:
        raise ExposureError(str(error)) from None
    return Exposure(not all(map(is_loopback, addresses)), hosts, origins, _sendable(control_token))


def _sendable(token: str | None) -> str | None:
    """Return a token that fits into a header."""
    if not token:
        return None
    if not all("!" <= character <= "~" for character in token):
        raise ExposureError("--control-token takes letters, digits and signs of ASCII, without spaces.")
    return token
