"""Credentials that another contract asks for: their presence and their form are checked."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping

from starlette.types import Scope

from tollbridge.contract import Operation, Scheme
from tollbridge.problems import AuthenticationRequired
from tollbridge.server.parameters import sent_at


def require_credentials(operation: Operation, scope: Scope) -> None:
    """Refuse a request that has what none of the alternatives asks for.

    Args:
        operation: whose contract has schemes of its own.
        scope: the ASGI scope.

    Raises:
        AuthenticationRequired: 401; the sentence says what can be sent.
    """
    if not any(all(_is_sent(scheme, scope) for scheme in one) for one in operation.security):
        ways = "; or ".join(" and ".join(_words(scheme) for scheme in one) for one in operation.security)
        raise AuthenticationRequired(f"Send {ways}. Any value of that form will do here.")


def _is_sent(scheme: Scheme, scope: Scope) -> bool:
    values = [value for value in sent_at(scheme.location, scheme.name, scope) if value]
    return len(values) == 1 and FORMS.get(scheme.kind, bool)(values[0])


def _is_bearer(value: str) -> bool:
    scheme, _, token = value.partition(" ")
    return scheme.lower() == "bearer" and bool(token.strip())


def _is_basic(value: str) -> bool:
    scheme, _, coded = value.partition(" ")
    try:
        return scheme.lower() == "basic" and b":" in b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False


FORMS: Mapping[str, Callable[[str], bool]] = {"bearer": _is_bearer, "basic": _is_basic}


def _words(scheme: Scheme) -> str:
    if scheme.kind == "apiKey":
        return f"a key in the {scheme.location} {scheme.name}"
    return f"Authorization: {'Basic' if scheme.kind == 'basic' else 'Bearer'} …"
