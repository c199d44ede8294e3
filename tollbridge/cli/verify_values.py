"""Values of `tollbridge verify`'s options, each read or refused before the run begins."""

import math
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
SHARD = re.compile(r"[1-9][0-9]{0,3}")


def address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.removeprefix("http://").rstrip("/").rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise click.BadParameter(f"{value!r} is no HOST:PORT, such as 127.0.0.1:12111.")
    return host.strip("[]") or "127.0.0.1", int(port)


def shard(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Return a part and of how many: 2/8."""
    if value is None:
        return None
    number, _, of = value.partition("/")
    if all(SHARD.fullmatch(one) for one in (number, of)) and int(number) <= int(of):
        return int(number), int(of)
    raise click.BadParameter(f"{value} is not the number of a part and of all parts, such as 2/8.")


def server_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return the target's URL, http or https, with host, port and perhaps a path to which the contract's are added."""
    if value is None:
        return None
    with suppress(ValueError):  # of a port that is none
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if plain and not parts.query and not parts.fragment and parts.username is None:
            return parts.geturl()
    raise click.BadParameter(f"{value} is no URL of a server, such as http://localhost:8000.")


def endpoint_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return an address that the harness asks: http or https, with a host; a query is part of it."""
    if value is None:
        return None
    with suppress(ValueError):  # of a port that is none
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and parts.username is None
        if plain and value.isascii() and value.isprintable() and " " not in value:
            return value
    raise click.BadParameter(f"{value!r} is not an address, such as http://localhost:4242/webhook.")


def finite(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number of seconds.")
    return value


def header_name(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return the name of a header (RFC 9110, 5.1)."""
    if value is not None and not HEADER_NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not the name of a header.")
    return value


def header_value(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return what fits into a header."""
    if value and not all("!" <= character <= "~" for character in value):
        raise click.BadParameter("It takes letters, digits and signs of ASCII, without spaces.")
    return value or None


def held(context: click.Context, parameter: click.Parameter, value: str | None) -> frozenset[str] | None:
    """Return origins, groups and rules; whether there are such, the contract tells."""
    if value is None:
        return None
    if found := frozenset(names(context, parameter, value)):
        return found
    raise click.BadParameter("It takes names, such as documented,wire.")


def writable(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a file that can be written: told before the run, not after it."""
    if value is not None:
        new = not value.exists()
        try:
            value.open("a").close()
        except OSError as error:
            raise click.BadParameter(f"{value} cannot be written ({error.strerror}).") from None
        if new:
            value.unlink()
    return value


def folder(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a folder, made where it is not there."""
    if value is not None:
        try:
            value.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{value} cannot be made ({error.strerror}).") from None
    return value


def names(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


def variables(
    _context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return variables of an environment, each with its name and its value."""
    found = []
    for one in value:
        name, given, told = one.partition("=")
        if not (given and name) or "\0" in one:
            raise click.BadParameter(f"{one!r} is not NAME=VALUE.")
        found.append((name, told))
    return tuple(found)
