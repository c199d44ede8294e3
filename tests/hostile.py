"""Hostile text for every field that a target, a contract or a world controls, and a target that answers with it.

The walks are generic: a field that is added to a document is attacked without a change here.
"""

import copy
import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

MARK = "Canary"
"""Stands in every payload: whoever finds it outside of a literal has found code."""

Place = tuple[str | int, ...]


def payload(canary: Path) -> str:
    """Return text that is code for sh and Python, markup for HTML and Markdown, and orders for a terminal.

    Args:
        canary: the file that is there once any of it was run.
    """
    touch, python = f"touch {canary}", f"__import__('os').system('touch {canary}')"
    return "".join(
        [
            f"{MARK}\ncoding:raw_unicode_escape\\u000a{python}\\u000a#",
            f"\n'''+{python}+'''\"\"\"+{python}+\"\"\"'+{python}+'\"+{python}+\"",
            f"{{{python}}}%s%n\\N{{DASH}}\\x27\\",
            f"'\"`{touch}`$({touch});{touch};\n{touch}\nJUDGE\n{touch}\n",
            "<script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:alert(1)) | `x` |\n# heading\n",
            "\x1b]0;owned\x07\x1b[2J\x9b2J\x08\r\t\u202e\u2066\u2028\u0085\u00e9../../../etc/",
        ]
    )


def on_a_line(text: str) -> str:
    """Return hostile text for where no line break can be."""
    return re.sub(r"[\r\n\x00]", "", text)


def visible(text: str) -> str:
    """Return hostile text for where nothing but printable ASCII can be, and no space."""
    return re.sub(r"[^!-~]", "", text.replace("touch ", "touch$IFS"))


def in_a_word(text: str) -> str:
    """Return hostile text for where a name of HTTP has to be."""
    return re.sub(r"[^A-Za-z0-9!#$%&'*+.^_`|~-]", "", text)


def short(text: str) -> str:
    """Return the end of a hostile text, the orders for a terminal, for where a text has to be short."""
    return text[-50:]


LEVELS: tuple[Callable[[str], str], ...] = (str, short, on_a_line, visible, in_a_word)


def strings(document: Any) -> Iterator[str]:
    """Yield every text of a document, names of members too."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            yield str(name)
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)
    elif isinstance(document, str):
        yield document


def places(document: Any, place: Place = ()) -> Iterator[tuple[Place, bool]]:
    """Yield the place of every text of a document, and whether it is a member's name."""
    members = document.items() if isinstance(document, Mapping) else enumerate(document)
    for name, value in members:
        here = (*place, name)
        if isinstance(document, Mapping):
            yield here, True
        if isinstance(value, str):
            yield here, False
        elif isinstance(value, Mapping | list):
            yield from places(value, here)


def changed(document: Any, place: Place, *, name: bool, text: str) -> Any:
    """Return a document with a text, or a name, changed."""
    made = copy.deepcopy(document)
    *way, last = place
    parent = made
    for step in way:
        parent = parent[step]
    if name:
        renamed = {text if key == last else key: value for key, value in parent.items()}
        parent.clear()
        parent.update(renamed)
    else:
        parent[last] = text
    return made


def renamed(document: Any, words: Mapping[str, str]) -> Any:
    """Return a document in which some texts have become others, wherever they stand; in pointers too."""
    if isinstance(document, Mapping):
        return {renamed(name, words): renamed(value, words) for name, value in document.items()}
    if isinstance(document, list):
        return [renamed(value, words) for value in document]
    if isinstance(document, str) and document.startswith("#/"):
        steps = (step.replace("~1", "/").replace("~0", "~") for step in document[2:].split("/"))
        return "#/" + "/".join(words.get(step, step).replace("~", "~0").replace("/", "~1") for step in steps)
    return words.get(document, document) if isinstance(document, str) else document


def attacked(
    document: Any, text: str, stands: Callable[[Any], bool], spared: Collection[str] = ()
) -> tuple[Any, dict[str, str]]:
    """Return a document with hostile text behind every text that takes it, and what each of these became.

    Args:
        document: a good one.
        text: the most hostile text; where it does not stand, a milder one is tried.
        stands: tells whether a changed document can still be used.
        spared: texts that are of the language, not of the document.
    """
    words: dict[str, str] = {}

    def put(names: list[str], level: Callable[[str], str]) -> None:
        tried = words | {name: name + level(text) for name in names}
        if stands(renamed(document, tried)):
            words.update(tried)
        elif len(names) > 1:
            put(names[: len(names) // 2], level)
            put(names[len(names) // 2 :], level)

    for level in LEVELS:
        left = [name for name in dict.fromkeys(strings(document)) if name not in words and name not in spared]
        left = [name for name in left if not name.startswith("#/")]  # a pointer follows the names that it has
        if left:
            put(left, level)
    return renamed(document, words), words


ANSWER: dict[str, Any] = {
    "reason": "Bad Request",
    "headers": {
        "Content-Type": "application/problem+json",
        "Location": "/elsewhere",
        "X-Request-Id": "req-1",
        "Cache-Control": "no-store",
        "Set-Cookie": "a=b",
        "WWW-Authenticate": "Bearer",
        "Allow": "POST",
        "Retry-After": "1",
    },
    "trailers": {"X-Checksum": "abc"},
    "body": {
        "type": "about:blank",
        "title": "Wrong",
        "status": "400",
        "detail": "It is wrong.",
        "instance": "req-1",
        "error_code": "invalid-request",
        "errors": [{"detail": "It is wrong.", "rule": "body.json", "pointer": "#/amount", "header": "x"}],
    },
}
"""An answer of the target, part by part."""

TOLD: dict[str, Any] = {
    "headers": {
        "Idempotency-Key": "key-1",
        "Stripe-Version": "2026-01-01",
        "User-Agent": "target",
        "Authorization": "Bearer sk_test_x",
    },
    "form": {
        "amount": "4200",
        "currency": "usd",
        "customer": "nobody",
        "description": "a description",
        "metadata[order]": "7",
        "statement_descriptor": "X",
        "receipt_email": "a@example.com",
    },
}
"""What the target tells Stripe, part by part."""


def variants(document: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """Return a document once for each of its texts and names, with hostile text there."""
    made = []
    for place, name in places(document):
        if len(place) > 1 or not name:
            level = str if place[0] in ("body", "form") else on_a_line
            made.append(changed(document, place, name=name, text=level(text)))
    return made


def code_of(number: int) -> str:
    """Return the `error_code` of a variant: each is a cause of its own, as causes have words and no numbers."""
    return "variant-" + "".join("abcdefghij"[int(digit)] for digit in str(number))


class Target:
    """A server that answers each request with one variant, always the same for the same request."""

    def __init__(self, canary: Path, stripe: tuple[str, int] | None, *, status: int = 400) -> None:
        """Prepare it.

        Args:
            canary: the file that its text wants to make.
            stripe: where it has its Stripe; None where it asks none.
            status: of every answer.
        """
        text = payload(canary)
        self.answers = variants(ANSWER, text)
        self.told = variants(TOLD, text) if stripe else []
        self.canary, self.stripe = canary, stripe
        self.status = status
        self.given: set[int] = set()

    def answer(self, request: bytes) -> bytes:
        """Return the bytes that answer a request."""
        number = zlib.crc32(request.partition(b"\r\n\r\n")[2]) % (len(self.answers) + len(self.told))
        self.given.add(number)
        answer = ANSWER
        if number < len(self.answers):
            answer = self.answers[number]
        else:
            self._tell(self.told[number - len(self.answers)])
        body = dict(answer["body"])
        if body.get("error_code") == "invalid-request":
            body["error_code"] = code_of(number)
        return _written(answer, body, self.status)

    def _tell(self, told: dict[str, Any]) -> None:
        assert self.stripe
        form = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in told["form"].items())
        head = [f"POST {told.get('path', '/v1/payment_intents')} HTTP/1.1", "Connection: close"]
        head += ["Host: {}:{}".format(*self.stripe)]
        head += [f"{name}: {value}" for name, value in told["headers"].items()]
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}", "", form]
        with suppress(OSError), socket.create_connection(self.stripe, timeout=5) as line:
            line.sendall("\r\n".join(head).encode())
            while line.recv(65_536):
                pass


def _written(answer: dict[str, Any], body: dict[str, Any], status: int) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode()
    head = [f"HTTP/1.1 {status} {answer['reason']}", "Transfer-Encoding: chunked"]
    head += [f"{name}: {value}" for name, value in answer["headers"].items()]
    trailers = "".join(f"{name}: {value}\r\n" for name, value in answer["trailers"].items())
    chunks = b"%x\r\n%s\r\n0\r\n" % (len(content), content)
    return "\r\n".join([*head, "", ""]).encode() + chunks + trailers.encode() + b"\r\n"


@contextmanager
def serving(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve whatever bytes a function returns for a request, one connection a request; the URL."""

    def answering(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.sendall(answer(_request(line)))

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def accepting() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answering, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accepting, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _request(line: socket.socket) -> bytes:
    """Return a request, whole."""
    received = b""
    while b"\r\n\r\n" not in received and (more := line.recv(65_536)):
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    while length and len(body) < int(length[1]) and (more := line.recv(65_536)):
        body += more
    return head + b"\r\n\r\n" + body


def path_of(text: str) -> str:
    """Return hostile text as a part of a path."""
    return quote(text, safe="$()';!*")


SGR = re.compile(r"\x1b\[[0-9;]*m")
"""Our own styles; no payload has one."""


def obeyed(output: str) -> list[str]:
    """Return what in an output a terminal would obey, besides line breaks and our own styles."""
    return sorted({c for c in SGR.sub("", output.replace("\r\n", "\n")) if not c.isprintable() and c != "\n"})
