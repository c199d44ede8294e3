"""The answers that the contract shows of an operation: what answers in the place of a handler.

`Prefer` chooses among them, and a mock (`mock.py`) takes one. Where the contract has a schema and no example, a value
that fits it is made; it is the same each time.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from starlette.types import Send

from tollbridge.contract import Example, Operation, Response, Sample, SchemaCheck, is_json_type, sample_of
from tollbridge.documents import printable
from tollbridge.http1.media import PROBLEM, media_type
from tollbridge.server.responses import send_bytes

TEXT = "text/plain"
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
        generated: whether the contract shows no such body, and it was made for its schema.
    """

    status: int
    media_type: str | None
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)
    generated: bool = False

    @property
    def content(self) -> bytes:
        """The body as it is sent: text as it is, unless it is JSON."""
        if self.media_type is None:
            return b""
        if isinstance(self.body, str) and not is_json(self.media_type):
            return self.body.encode()
        return json.dumps(self.body).encode()  # orjson refuses integers beyond 64 bits, and an example may have one

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
        return answer_of(operation.responses[key], _number(key) if status is None else status, chosen)
    if example is None and status is not None and statuses:
        made = made_answer(operation.responses[statuses[0]], status, operation.operation_id)
        if made is not None:
            return made
    asked = " ".join((f"code={status}" if status else "", f"example={_shown(example)}" if example is not None else ""))
    listed = statuses if status is not None and statuses else [*filter(_is_final, operation.responses)]
    raise NotDocumented(f"The contract shows no answer for {asked.strip()}. {_listing(operation, listed)}")


def made_answer(response: Response, status: int, seed: str) -> Answer | None:
    """Return an answer without a body, where it has none, or with one that is made for the schema.

    Args:
        response: that documents the status.
        status: of the answer.
        seed: of what is not determined.

    Returns:
        None where the schema is of a type that is not made, or no value for it was found.
    """
    if not response.media or status in EMPTY:
        return answer_of(response, status, None)
    name = _made_type(response)
    sample = _sample(response.media[name], seed) if name else None
    if name is None or sample is None:
        return None
    return replace(answer_of(response, status, Example("", name, sample.value)), generated=True)


def is_json(content_type: str) -> bool:
    """Tell whether a body of a type is JSON, a vendor's included."""
    return is_json_type(media_type(content_type))


def _made_type(response: Response) -> str | None:
    """Return the media type of a body that is made: JSON, or plain text."""
    types = [*filter(is_json, response.media), *(name for name in response.media if media_type(name) == TEXT)]
    return types[0] if types else None


@lru_cache(maxsize=10_000)
def _sample(check: SchemaCheck, seed: str) -> Sample | None:
    return sample_of(check, seed)


async def send_documented(send: Send, answer: Answer, instance: str) -> None:
    """Send a documented answer; a problem gets the request's own id as its `instance`."""
    body = answer.body
    if answer.media_type == PROBLEM and isinstance(body, dict) and "instance" in body:
        answer = replace(answer, body=body | {"instance": instance})
    await send_bytes(send, answer.status, answer.media_type, answer.content, answer.headers)


def response_of(operation: Operation, status: int) -> Response | None:
    """Return the response that documents a status; None where the contract does not have it."""
    return next((operation.responses[key] for key in _documenting(operation, status)), None)


def _documenting(operation: Operation, status: int) -> list[str]:
    """Return the key of the response that documents a status, as OpenAPI looks for it: one, or none."""
    keys = (str(status), f"{status // 100}XX", "default")
    return [key for key in keys if key in operation.responses][:1]


def _examples(response: Response, name: str | None) -> Iterator[Example]:
    for one in response.examples:
        if is_json(one.media_type) and (name is None or one.name == name):
            yield one


def _is_final(key: str) -> bool:
    """Tell whether a response can be an answer: what is 1XX only announces one."""
    return _number(key) >= 200


def _number(key: str) -> int:
    """Return the status of a response that was chosen by an example's name: of `5XX` and `default` the plainest."""
    return int(key.upper().replace("X", "0")) if key != "default" else 500


def answer_of(response: Response, status: int, chosen: Example | None) -> Answer:
    """Return an answer with the headers that the contract shows, and a body where it has one."""
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
