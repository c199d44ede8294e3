"""Security schemes of a contract, and which of them an operation takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.contract.references import followed

BEARER, BASIC, KEY = "bearer", "basic", "apiKey"
"""A token in `Authorization`, a name and password there, or a key in a place of its own."""


@dataclass(frozen=True)
class Scheme:
    """One thing that a request proves itself by.

    Args:
        kind: `bearer`, `basic` or `apiKey`.
        location: of a key: `header`, `query` or `cookie`.
        name: of a key.
    """

    kind: str
    location: str = "header"
    name: str = "Authorization"


def alternatives(document: Mapping[str, Any], spec: Mapping[str, Any]) -> tuple[tuple[Scheme, ...], ...]:
    """Return what an operation takes, each alternative with all that it needs together; an empty one asks for nothing.

    Args:
        document: with the schemes.
        spec: of the operation.

    Returns:
        Nothing where every scheme is HTTP's bearer, or not described: those are the tokens that this server issues.
    """
    wanted = spec.get("security", document.get("security", []))
    schemes = document.get("components", {}).get("securitySchemes", {})
    known = [one for one in wanted if all(name in schemes for name in one)]  # of another, nothing could be asked
    found = [{name: followed(document, schemes[name], ()) for name in one} for one in known]
    if all(scheme["type"] == "http" and not _is_basic(scheme) for one in found for scheme in one.values()):
        return ()
    return tuple(tuple(_schemes(one)) for one in found)


def _schemes(described: Mapping[str, Mapping[str, Any]]) -> Iterator[Scheme]:
    for scheme in described.values():
        if scheme["type"] == KEY:
            yield Scheme(KEY, scheme["in"], scheme["name"])
        elif _is_basic(scheme):
            yield Scheme(BASIC)
        elif scheme["type"] != "mutualTLS":  # proven below HTTP, where this server does not look
            yield Scheme(BEARER)


def _is_basic(scheme: Mapping[str, Any]) -> bool:
    return scheme["type"] == "http" and str(scheme.get("scheme")).lower() == BASIC
