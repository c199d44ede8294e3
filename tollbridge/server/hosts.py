"""The names that a request may give as its `Host`.

A page of another site can point its own name at this machine (DNS rebinding). Its requests then look like those of
the server's own pages, but for the name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:@/?#\[\]]+)(?::[0-9]{1,5})?")
NAME = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
LABELS = r"(?:[a-z0-9_-]+\.)+"
REMEMBERED = 256
"""Names that are judged once: nearly all requests give the same few."""


@lru_cache(REMEMBERED)
def host_name(authority: str) -> str | None:
    """Return the name or address in a `Host` header's value, or an origin's; None where it has none.

    Args:
        authority: such as `localhost:8080` or `[::1]:8080`.
    """
    found = AUTHORITY.fullmatch(authority.lower())
    return plain_name(found[1]) if found else None


def plain_name(name: str) -> str:
    """Return a name or an address in its one spelling: lower case, without brackets, IPv6 compressed."""
    bare = name.lower().removeprefix("[").removesuffix("]")
    address = address_of(bare)
    return bare if address is None else str(address)


def address_of(name: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a name is; None where it is a name."""
    try:
        return ip_address(name)
    except ValueError:
        return None


@lru_cache(REMEMBERED)
def is_loopback(name: str) -> bool:
    """Tell whether a name can only mean the machine that asks (RFC 6761 for `localhost` and what is below it)."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = address_of(name)
    return address is not None and address.is_loopback


def host_pattern(text: str) -> re.Pattern[str]:
    """Return what matches the names that `--allow-host` lets in.

    Args:
        text: a name, an address, `*.example.test` for every name below another, or `*` for all.

    Raises:
        ValueError: it is something else.
    """
    if text == "*":
        return re.compile(".*")
    name = plain_name(text)
    if address_of(name) is None and not NAME.fullmatch(name):
        raise ValueError(
            f"{text!r} is not a host: send a name or an address without a port, *.example.test, or * for any."
        )
    below = name.removeprefix("*.")
    return re.compile((LABELS if below != name else "") + re.escape(below))


@dataclass(frozen=True)
class Hosts:
    """The names of one server.

    Args:
        bound: the name that it was told to listen on, and its addresses.
        allowed: what `--allow-host` adds.
    """

    bound: frozenset[str] = frozenset()
    allowed: tuple[re.Pattern[str], ...] = ()

    def allow(self, name: str | None, arrived_at: str) -> bool:
        """Tell whether a name is one of the server's.

        Args:
            name: of the request; None where it gives none that can be read.
            arrived_at: the address of this machine at which the request came in.
        """
        if name is None:
            return False
        if is_loopback(name) or name in self.bound or name == arrived_at:
            return True
        return any(pattern.fullmatch(name) for pattern in self.allowed)
