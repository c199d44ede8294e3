"""Changes of what the server answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mutants import seams

OWN_PATHS = "/_tollbridge"
"""The prefix of our own routes, which are not in the contract and stay unchanged."""


@dataclass
class Request:
    """A request to the server."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON; an empty object where it is not a JSON object."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Answer:
    """The answer of the server, for a mutant to change.

    Args:
        request: that is answered.
        status: of the answer.
        headers: by lower-case name.
        body: of the answer.
        memory: kept from answer to answer while the server runs.
    """

    request: Request
    status: int
    headers: dict[str, str]
    body: bytes
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """The body as JSON; an empty object where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def error_code(self) -> str | None:
        """The problem's code; None where the answer has none."""
        code: str | None = self.document.get("error_code")
        return code

    def now(self, document: Any) -> None:
        """Answer another document."""
        self.body = json.dumps(document).encode()

    def add(self, **members: Any) -> None:
        """Answer the document with further members."""
        self.now({**self.document, **members})

    def drop(self, *names: str) -> None:
        """Answer the document without some members."""
        self.now({name: value for name, value in self.document.items() if name not in names})


When = Callable[[Answer], bool]
Change = Callable[[Answer], object]
"""Changes an answer in place; what it returns is awaited where it can be."""


def always(_answer: Answer) -> bool:
    """Every answer."""
    return True


def refused(answer: Answer) -> bool:
    """Every problem."""
    return answer.status >= 400


def at(*statuses: int) -> When:
    """Return the condition that an answer has one of some statuses."""
    return lambda answer: answer.status in statuses


def with_code(code: str) -> When:
    """Return the condition that a problem has a code."""
    return lambda answer: answer.error_code == code


def change_answer(when: When, change: Change) -> None:
    """Let a function change the answers that meet a condition."""

    def made(application: Any, parts: Any) -> ASGIApp:
        return _Changing(application(parts), when, change)

    seams.APPLICATION.wrap(made)


def adds(**members: Any) -> Change:
    """Return the change that gives a document further members, or others of the same name."""
    return lambda answer: answer.add(**members)


def leaves_out(name: str) -> Change:
    """Return the change that leaves a member of the document out."""
    return lambda answer: answer.drop(name)


def sets_header(name: str, value: str) -> Change:
    """Return the change that gives an answer a header."""
    return lambda answer: answer.headers.update({name: value})


def drops_header(name: str) -> Change:
    """Return the change that takes a header away."""
    return lambda answer: answer.headers.pop(name, None)


@dataclass
class _Changing:
    """An application whose answers are held until they are whole, and changed."""

    app: ASGIApp
    when: When
    change: Change
    memory: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OWN_PATHS):
            await self.app(scope, receive, send)
            return
        answer = await self._answer(scope, receive)
        changed = self.change(answer) if self.when(answer) else None
        if isawaitable(changed):
            await changed
        await _send(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], scope["path"], headers)
        answer = Answer(request, 0, {}, b"", self.memory)

        async def reading() -> Message:
            message = await receive()
            request.body += message.get("body", b"")
            return message

        async def holding(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self.app(scope, reading, holding)
        return answer


async def _send(send: Send, answer: Answer) -> None:
    answer.headers["content-length"] = str(len(answer.body))
    lines = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if answer.request.method == "HEAD" else answer.body})
