"""The answers that the contract shows of an operation: what answers in the place of a handler.

`Prefer` chooses among them. An operation without a handler can answer from here as well.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from starlette.types import Send

from tollbridge.contract import Example, Operation, Response
from tollbridge.documents import printable
from tollbridge.http1.media import PROBLEM
from tollbridge.server.responses import send_bytes

JSON_TYPE = re.compile(r"application/(?:[a-z0-9.-]+\+)?json")
EMPTY = (204, 205, 304)
"""Statuses whose answers have no body, whatever the contract shows."""

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
FIELD_VALUE = re.compile(r"[!-~](?:[ -~]{0,1000}[!-~])?")
OURS = frozenset(
    ("cache-control", "connection", "content-length", "content-type", "date", "transfer-encoding", "x-request-id")
) | {"upgrade", "trailer", "keep-alive", "content-encoding", "set-cookie"}
"""Headers that are not taken from an example: the server sends its own, or they would break what follows."""

MAX_LISTED = 2_000
"""Characters of the list of what there is."""

NAME_SHOWN = 60
PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
"""A name that may stand in a header and in the log as it is."""


class NotDocumented(Exception):
    """The contract shows no such answer; the sentence says which there are."""


@dataclass(frozen=True)
class Answer:
    """An answer that the contract shows.

    Args:
        status: the HTTP status.
        media_type: of its body; None where it has none.
        body: the document; it may be null.
        headers: besides those that every answer has, by name.
    """

    status: int
    media_type: str | None
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def error_code(self) -> str | None:
        """The code of a problem, as the log and the console tell it; None where it has none that is plain letters."""
        code = self.body.get("error_code") if isinstance(self.body, dict) else None
        return code if isinstance(code, str) and PLAIN_NAME.fullmatch(code) else None


def documented_answer(operation: Operation, status: int | None, example: str | None) -> Answer:
    """Return the answer that the contract shows under a status, a name, or both.

    Args:
        operation: whose responses are looked through.
        status: of the answer; None for that of the example.
        example: its name; None for the first one of the status.

    Raises:
        NotDocumented: there is none, or, without a status, there are several of the name.
    """
    statuses = [*filter(_is_final, operation.responses)] if status is None else _documenting(operation, status)
    found = [(key, one) for key in statuses for one in _examples(operation.responses[key], example)]
    if status is None and len({key for key, _ in found}) > 1:
        codes = " or ".join(f"code={key}" for key in dict.fromkeys(key for key, _ in found))
        raise NotDocumented(f"{_shown(example)} is the name of several answers: send {codes} with it.")
    if found:
        key, chosen = found[0]
        return _answer(operation.responses[key], _number(key) if status is None else status, chosen)
    if example is None and status is not None and statuses and _is_empty(operation.responses[statuses[0]], status):
        return _answer(operation.responses[statuses[0]], status, None)
    asked = " ".join((f"code={status}" if status else "", f"example={_shown(example)}" if example is not None else ""))
    listed = statuses if status is not None and statuses else [*filter(_is_final, operation.responses)]
    raise NotDocumented(f"The contract shows no answer for {asked.strip()}. {_listing(operation, listed)}")


async def send_documented(send: Send, answer: Answer, instance: str) -> None:
    """Send a documented answer; a problem gets the request's own id as its `instance`."""
    if answer.media_type is None:
        await send_bytes(send, answer.status, None, b"", answer.headers)
        return
    body = answer.body
    if answer.media_type == PROBLEM and isinstance(body, dict) and "instance" in body:
        body = body | {"instance": instance}
    # orjson refuses integers beyond 64 bits, and an example may have one
    await send_bytes(send, answer.status, answer.media_type, json.dumps(body).encode(), answer.headers)


def response_of(operation: Operation, status: int) -> Response | None:
    """Return the response that documents a status; None where the contract does not have it."""
    return next((operation.responses[key] for key in _documenting(operation, status)), None)


def _documenting(operation: Operation, status: int) -> list[str]:
    """Return the key of the response that documents a status, as OpenAPI looks for it: one, or none."""
    keys = (str(status), f"{status // 100}XX", "default")
    return [key for key in keys if key in operation.responses][:1]


def _examples(response: Response, name: str | None) -> Iterator[Example]:
    for one in response.examples:
        if JSON_TYPE.fullmatch(one.media_type) and (name is None or one.name == name):
            yield one


def _is_empty(response: Response, status: int) -> bool:
    return not response.media or status in EMPTY


def _is_final(key: str) -> bool:
    """Tell whether a response can be an answer: what is 1XX only announces one."""
    return _number(key) >= 200


def _number(key: str) -> int:
    """Return the status of a response that was chosen by an example's name: of `5XX` and `default` the plainest."""
    return int(key.upper().replace("X", "0")) if key != "default" else 500


def _answer(response: Response, status: int, chosen: Example | None) -> Answer:
    headers = {name: text for name, value in response.headers.items() if (text := _field(name, value))}
    if chosen is None or status in EMPTY:
        return Answer(status, None, None, headers)
    return Answer(status, chosen.media_type, chosen.value, headers)


def _field(name: str, value: object) -> str:
    """Return the text of a header; empty for one that cannot be sent."""
    text = str(value) if type(value) in (str, int, float) else ""
    good = FIELD_NAME.fullmatch(name) and name.lower() not in OURS and FIELD_VALUE.fullmatch(text)
    return text if good else ""


def _listing(operation: Operation, statuses: list[str]) -> str:
    parts = [_listed(status, operation.responses[status]) for status in statuses]
    return "There are: " + printable("; ".join(parts), MAX_LISTED) + "."


def _listed(status: str, response: Response) -> str:
    names = ", ".join(one.name for one in _examples(response, None) if one.name)
    return f"code={status}" + (f" with example={names}" if names else "")


def _shown(text: str | None) -> str:
    return printable(text or "", NAME_SHOWN)
