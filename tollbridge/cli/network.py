"""Options on who may reach a server, and what is told of it at the start."""

import logging
import re
from collections.abc import Sequence
from ipaddress import ip_address
from socket import AF_INET, SOCK_DGRAM, socket

import click

from tollbridge.server.exposure import CONTROL_TOKEN, Exposure

log = logging.getLogger(__name__)

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737). Nothing is sent there: the kernel is only asked which way it would go."""

TURN_ON = "--control-token TOKEN turns it on"

HTTP_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:_-]+/?")


def _checked_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not HTTP_URL.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not an address: send scheme://host[:port], with http or https.")
    return value


HOST = click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
ALLOW_HOST = click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A further name of this server, such as a container's or a proxy's; *.example.test for all below one. "
    "Repeatable.  [default: localhost, and the address it listens on]",
)
TOKEN = click.option(
    "--control-token",
    envvar=CONTROL_TOKEN,
    metavar="TOKEN",
    help="What the control surface asks for. Without one it is off where the server listens beyond this machine, and "
    "open where it does not.",
)


PUBLIC_URL = click.option(
    "--public-url",
    metavar="URL",
    callback=_checked_url,
    help="The address that browsers reach this server by, for the page that asks for 3-D Secure, where that is not the "
    "one it listens on: https://mock.example.test.",
)


def url_of(host: str, sockets: Sequence[socket]) -> str:
    """Return the address that a browser of this machine would be given."""
    return _url("localhost" if host in ("localhost", *ANY_ADDRESS) else host, sockets)


def network_url(host: str, sockets: Sequence[socket]) -> str:
    """Return the address that a browser of another machine would be given."""
    return _url(_own_address() if host in ANY_ADDRESS else host, sockets)


def warn(host: str, exposure: Exposure, *, is_open: str) -> None:
    """Say in one line what is open where a server listens beyond this machine.

    Args:
        host: what it listens on.
        exposure: how far it can be reached.
        is_open: what anybody who reaches it may use.
    """
    if exposure.shared:
        control = "asks for its token" if exposure.control_token else f"is off ({TURN_ON})"
        log.warning("Listening on %s, beyond this machine: %s. The control surface %s.", host, is_open, control)


def network_lines(network: str, exposure: Exposure, *, is_open: str, control: str) -> list[str]:
    """Return the banner's lines on what is open beyond this machine; none where nothing is.

    Args:
        network: the server's address there.
        exposure: how far it can be reached.
        is_open: what anybody who reaches it may use.
        control: what takes the control token.
    """
    if not exposure.shared:
        return []
    state = "with the control token" if exposure.control_token else f"off; {TURN_ON}"
    return [f"  network   {network}: {is_open}", f"  control   {state} ({control})"]


def _url(name: str, sockets: Sequence[socket]) -> str:
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{sockets[0].getsockname()[1]}"


def _own_address() -> str:
    """Return this machine's address on its network, as far as it has one."""
    try:
        with socket(AF_INET, SOCK_DGRAM) as probe:
            probe.connect(ELSEWHERE)
            address = str(probe.getsockname()[0])
    except OSError:
        return "THIS-MACHINE"
    return "THIS-MACHINE" if ip_address(address).is_loopback else address
