"""A target of an operation that says nothing of Stripe: a function that answers, served from a thread."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.threads import served
from tollbridge.compose import Options
from tollbridge.verify import Report, VerifyOptions, verify


@dataclass(frozen=True)
class Asked:
    """A request, as a small target sees it."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The JSON of the body; a ValueError where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What a small target answers: JSON, where it is not bytes."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
Answering = Callable[[Asked], Answer]


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    """Serve it; its URL."""

    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Write nothing."""

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
            given = answering(asked)
            content = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            content = b"" if given.body is None else content
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if content:
                self.send_header("Content-Type", given.media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    handler = type("Handler", (Handling,), {f"do_{method}": Handling._answer for method in METHODS})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


def judged(answering: Answering, contract: Mapping[str, Any], folder: Path, **options: Any) -> Report:
    """The report on a small target, by a contract."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(contract))
    with serving(answering) as url:
        usual = VerifyOptions(path, Options().handlers, Options().world, url, max_examples=0, answer_within=5.0)
        return verify(replace(usual, **options))


def found(report: Report) -> set[str]:
    """The names of the checks that found something."""
    return {finding.check.name for finding in report.findings}
