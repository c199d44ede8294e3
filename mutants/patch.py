"""What a mutant is, and the few ways in which one changes the server before it starts."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tollbridge import compose
from tollbridge.contract import load
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.problems import ProviderRefused

Document = MutableMapping[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A server with one change.

    Args:
        name: of the function that makes the change.
        kind: of fault, which is its module's name; `legal` for a variant.
        says: what is different, in a sentence.
        apply: makes the change in this process.
    """

    name: str
    kind: str
    says: str
    apply: Callable[[], None]


ALL: dict[str, Mutant] = {}
"""By name, in the order of the files."""


def mutant(apply: Callable[[], None]) -> Callable[[], None]:
    """Put a function on the list; its docstring says what is different."""
    name, kind = apply.__name__, apply.__module__.rpartition(".")[2].removeprefix("more_")
    if name in ALL:
        raise ValueError(f"There are two mutants called {name}.")
    ALL[name] = Mutant(name, "legal" if ".legal" in apply.__module__ else kind, str(apply.__doc__), apply)
    return apply


def instead(owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Let a function stand in for another: it gets that one, then what that one gets."""
    kept = getattr(owner, name)
    setattr(owner, name, lambda *given, **named: change(kept, *given, **named))


@dataclass
class Request:
    """A request to the server."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def document(self) -> Any:
        """The body as JSON; an empty object where it is no object."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Answer:
    """What the server would answer; a mutant changes it."""

    request: Request
    status: int
    headers: dict[str, str]
    body: bytes
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """The body as JSON; an empty object where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def now(self, document: Any, **more: Any) -> None:
        """Answer another document."""
        self.body = json.dumps(document, **more).encode()

    def add(self, **members: Any) -> None:
        """Answer the document with further members."""
        self.now({**self.document, **members})

    def drop(self, *names: str) -> None:
        """Answer the document without some members."""
        self.now({name: value for name, value in self.document.items() if name not in names})


Change = Callable[[Answer], Awaitable[None] | None]


def answering(change: Change) -> None:
    """Let a function change every answer below `/api`."""

    def made(application: Any, parts: Any) -> ASGIApp:
        return _changing(application(parts), change)

    instead(compose, "application", made)


def _changing(app: ASGIApp, change: Change) -> ASGIApp:
    memory: dict[str, Any] = {}

    async def serving(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_tollbridge"):
            await app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], scope["path"], headers)
        answer = Answer(request, 0, {}, b"", memory)

        async def reading() -> Message:
            message = await receive()
            request.body += message.get("body", b"")
            return message

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await app(scope, reading, keeping)
        changed = change(answer)
        if changed is not None:
            await changed
        answer.headers["content-length"] = str(len(answer.body))
        lines = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})

    return serving


def creating(change: Callable[[dict[str, Any]], Any]) -> None:
    """Let a function change what the create of an intent says to Stripe."""

    async def created(create: Any, self: Gateway, params: Mapping[str, Any], *, until: float) -> Intent:
        changed = dict(params)
        change(changed)
        intent: Intent = await create(self, changed, until=until)
        return intent

    instead(Gateway, "create_intent", created)


async def created_in_two(
    create: Any, self: Gateway, params: Mapping[str, Any], *, until: float, more: Mapping[str, Any]
) -> Intent:
    """Create an intent, then confirm it, with more on the confirmation."""
    if "confirm" not in params:
        plain: Intent = await create(self, params, until=until)
        return plain
    first = {n: v for n, v in params.items() if n not in ("confirm", "error_on_requires_action")}
    made: Intent = await create(self, first, until=until)
    how: dict[str, Any] = {"error_on_requires_action": True, **more}
    if "payment_method" not in params:
        customer = await self._ask("get", f"/v1/customers/{params['customer']}", {}, until)
        if customer["default_source"] is None:
            await self._ask("post", f"/v1/payment_intents/{made.id}/cancel", {}, until)
            raise ProviderRefused("none", code="payment_intent_unexpected_state", param=None)
        how["payment_method"] = customer["default_source"]
    await self._ask("post", f"/v1/payment_intents/{made.id}/confirm", how, until, charges=True)
    return made


def reading(change: Callable[[dict[str, Any]], None]) -> None:
    """Let a function change the contract that the server enforces."""

    def changed(read: Any, path: Any) -> dict[str, Any]:
        document: dict[str, Any] = read(path)
        change(document)
        return document

    instead(load, "_read", changed)


def body_schema(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the request's body."""
    found: dict[str, Any] = document["components"]["schemas"]["PaymentIntentRequest"]
    return found


def branches(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the branches of the money rules."""
    found: list[dict[str, Any]] = body_schema(document)["anyOf"][0]["oneOf"]
    return found
