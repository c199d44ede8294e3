"""One request to one operation, in the order of refusals: wire → token → violations → organization →
handler → the answer's own validation.

Stands where Connexion's validation and decorators would: Connexion (3.3.0) loads the contract, resolves
and routes; its own per-request layers cost 500 µs, report one violation, and let through what they should not.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tollbridge.contract import Broken, Operation, SchemaCheck, Violation
from tollbridge.contract.extensions import EFFECTIVE_ORGANIZATION
from tollbridge.http1.body import Bounds, read_body
from tollbridge.http1.media import JSON, media_type
from tollbridge.problems import ContractBreach, Entry, InvalidRequest, NotFound, OperationNotServed, Problem
from tollbridge.server.answered_headers import require_headers
from tollbridge.server.areas import SURFACE
from tollbridge.server.bodies import body_sent, parsed_body
from tollbridge.server.credentials import require_credentials
from tollbridge.server.documented import Answer, response_of, send_documented
from tollbridge.server.handlers import Handler
from tollbridge.server.identity import Identity, effective_organization
from tollbridge.server.mock import marked, mocked
from tollbridge.server.negotiation import accepts_any, require_json_accepted
from tollbridge.server.parameters import read_parameters
from tollbridge.server.replies import answer_said, content_of, is_held
from tollbridge.server.request_context import EXCHANGE
from tollbridge.server.responses import send_bytes
from tollbridge.server.signatures import parameters_by_name
from tollbridge.server.steering import steering_of, waited
from tollbridge.server.undocumented import held
from tollbridge.server.wire import MAX_LISTED, Parsed
from tollbridge.world import Account

MAX_BODY = 65_536
"""Bytes. A body of exactly this size is allowed."""

NOT_SERVED = "The contract has this operation, and this server does not serve it:"
RULES_NAMED = 10
"""Of those that a handler's answer breaks."""


@dataclass(frozen=True)
class Limits:
    """How long a client may take.

    Args:
        body_within: seconds for the whole body.
    """

    body_within: float = 10.0


@dataclass(frozen=True)
class Endpoint:
    """An operation with what is worked out once.

    Args:
        operation: what the contract documents.
        handler: what answers it; None where a mock does.
        wants: the names of the handler's parameters.
        parameters: the names of the operation's parameters, by those that a handler asks for them.
        organization: the parameter that names the effective organization; None where there is none.
        naming: the same in words, such as `the header organization_id`.
        added: the problems that the contract does not document, and does as it is served.
        other_types: the media types of its successes besides JSON.
    """

    operation: Operation
    handler: Handler | None
    wants: frozenset[str]
    parameters: Mapping[str, str]
    organization: str | None
    naming: str
    added: Sequence[Entry]
    other_types: frozenset[str]


def endpoint(operation: Operation, handler: Handler | None, added: Sequence[Entry]) -> Endpoint:
    """Work out what a request to the operation needs."""
    named = next((p for p in operation.parameters if p.extensions.get(EFFECTIVE_ORGANIZATION)), None)
    naming = f"the {'header' if named.location == 'header' else 'parameter'} {named.name}" if named else ""
    parameters = {name: one.name for name, one in parameters_by_name(operation).items()}
    if handler is None:  # a mock is given all of them, by their own names
        parameters = {one.name: one.name for one in operation.parameters}
    wants = frozenset(inspect.signature(handler).parameters if handler else ("body", *parameters))
    successes = [one for key, one in operation.responses.items() if key.startswith("2")]
    others = frozenset(media_type(name) for one in successes for name in one.media) - {JSON}
    return Endpoint(operation, handler, wants, parameters, named.name if named else None, naming, added, others)


class Operations:
    """The innermost ASGI layer: serves the operation that Connexion has routed to."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        endpoints: Mapping[str, Endpoint],
        identity: Identity,
        bindings: Mapping[str, object],
        limits: Limits,
        steers: bool,
    ) -> None:
        """Prepare the operations.

        Args:
            app: what Connexion would call next; it never is for a request.
            endpoints: by the name that Connexion has for them.
            identity: how it is known who calls.
            bindings: what handlers may ask for by name, besides body, caller and parameters.
            limits: how long a client may take.
            steers: whether a request may choose its answer by `Prefer`.
        """
        self.app = app
        self._endpoints = endpoints
        self._identity = identity
        self._bindings = bindings
        self._bounds = Bounds(MAX_BODY, limits.body_within)
        self._steers = steers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or raise the problem that it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # connexion.context leaks between requests of one task (3.3.0), so this request's own routing
        # is asked first: tests/contract/test_routing.py.
        served = self._served(scope["extensions"]["connexion_routing"]["operation_id"])
        exchange = scope[EXCHANGE]
        exchange.operation = served.operation
        if served.operation.unserved:
            raise OperationNotServed(f"{NOT_SERVED} {served.operation.unserved.reason}")
        if self._steers:
            exchange.steering = steering_of(served.operation, scope)
        arguments = await self._arguments(served, scope, receive)
        if exchange.steering.wait:
            await waited(exchange.steering.wait, receive)
        if exchange.steering.answer:
            exchange.error_code = exchange.steering.answer.error_code
            await _give_documented(send, served, exchange.steering.answer, exchange.id)
            return
        if served.handler is None:
            await send_documented(send, mocked(served.operation, arguments), exchange.id)
            return
        answer = await _handled(served, served.handler, arguments, exchange.id)
        await send_bytes(send, answer.status, answer.media_type, content_of(served.operation, answer), answer.headers)

    def _served(self, routed: str | None) -> Endpoint:
        if routed is None:
            raise NotFound(f"No operation of the contract has this path; {SURFACE}/docs shows those that there are.")
        return self._endpoints[routed]

    async def _arguments(self, served: Endpoint, scope: Scope, receive: Receive) -> dict[str, Any]:
        """Return what the handler asks for, from a request that breaks no rule."""
        operation = served.operation
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value)
        accepts = headers.get(b"accept", [])
        if not accepts_any(accepts, served.other_types):
            require_json_accepted(accepts)
        sent = body_sent(operation, headers)
        parsed = sent and parsed_body(*sent, await read_body(scope, receive, self._bounds))
        account = self._account(operation, headers.get(b"authorization", []), scope)
        values, refused = read_parameters(operation, scope)
        broken = _broken(sent and sent[0].check, parsed)
        refused += scope[EXCHANGE].steering.refused
        listed = [*broken.listed, *refused[:MAX_LISTED]]
        if listed:
            count = broken.count + len(refused)
            raise InvalidRequest(_summary(listed, count), [_entry(violation) for violation in listed])
        named = values.get(served.organization) if served.organization else None
        caller = effective_organization(self._identity.world, account, named, naming=served.naming)
        named = {name: values[of] for name, of in served.parameters.items() if of in values}
        offered = {**self._bindings, **named, "body": parsed and parsed.given, "caller": caller}
        return {name: value for name, value in offered.items() if name in served.wants}

    def _account(self, operation: Operation, authorization: list[bytes], scope: Scope) -> Account:
        """Return who calls: by this server's tokens, or by the credentials that the contract's own schemes ask for."""
        if operation.security:
            require_credentials(operation, scope)
            return self._identity.default()
        account = self._identity.authenticate(authorization, required=operation.requires_token)
        scope[EXCHANGE].account = account.id if authorization else None
        return account


async def _handled(served: Endpoint, handler: Handler, arguments: Mapping[str, Any], instance: str) -> Answer:
    """Return what a handler answers, or raise the problem that it raises: both held to the contract."""
    try:
        returned = await handler(**arguments)
    except Problem as problem:
        if breach := held(served.operation, problem, served.added, instance):
            raise breach from problem
        raise
    answer = answer_said(served.operation, returned)
    if is_held(answer):
        _require_documented(served.operation, answer.status, answer.body, answer.media_type)
    if response := response_of(served.operation, answer.status):
        require_headers(served.operation, answer.status, response, answer.headers)
    return answer


def _broken(check: SchemaCheck | None, parsed: Parsed | None) -> Broken:
    """Return the rules that the body breaks: what the wire refused, then what the schema does."""
    if parsed is None or check is None:
        return Broken([], 0)
    refused = Broken([*parsed.refusals], len(parsed.refusals) + parsed.left_out)
    # Where refusals are left out the schema is not asked: it would call missing what was refused.
    if parsed.left_out or (refused.count and parsed.document is None):
        return refused
    if check.is_valid(parsed.document):
        return refused
    broken = check.broken(parsed.document, MAX_LISTED)
    places = {violation.pointer for violation in refused.listed}
    others = [violation for violation in broken.listed if violation.pointer not in places]
    return Broken(refused.listed + others, refused.count + broken.count - len(broken.listed) + len(others))


def _summary(listed: list[Violation], count: int) -> str:
    if count > len(listed):
        left_out = count - len(listed)
        return f"The request breaks {count} rules; errors lists the first {len(listed)} and leaves {left_out} out."
    return listed[0].detail if count == 1 else f"The request breaks {count} rules; errors lists them."


def _entry(violation: Violation) -> dict[str, str]:
    given = {
        "pointer": violation.pointer,
        "header": violation.header,
        "parameter": violation.parameter,
        "detail": violation.detail,
        "rule": violation.rule,
    }
    return {name: value for name, value in given.items() if value is not None}


async def _give_documented(send: Send, served: Endpoint, answer: Answer, instance: str) -> None:
    """Send what the contract shows in the place of the handler's answer, held to the same schema."""
    if answer.media_type is not None:
        _require_documented(served.operation, answer.status, answer.body, answer.media_type)
    await send_documented(send, answer if served.handler else marked(answer), instance)


def _require_documented(operation: Operation, status: int, document: object, media_type: str | None) -> None:
    """Withhold an answer that the contract does not allow; the detail names places, never values."""
    response = response_of(operation, status)
    if response is None:
        raise ContractBreach(f"{operation.operation_id} answered {status}, which the contract does not document.")
    check = response.media.get(media_type or "")
    if check is None:
        raise ContractBreach(f"{operation.operation_id} answered JSON to a {status} that has none.")
    if check.is_valid(document):
        return
    broken = check.broken(document, RULES_NAMED)
    rules = ", ".join(f"{v.pointer} ({v.rule or 'schema'})" for v in broken.listed)
    more = f" and {broken.count - RULES_NAMED} more places" if broken.count > RULES_NAMED else ""
    raise ContractBreach(f"The answer {status} of {operation.operation_id} breaks the contract at {rules}{more}.")
