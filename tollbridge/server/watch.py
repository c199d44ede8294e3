"""`serve --watch`: what is edited is served, without a restart; a broken edit keeps what was good and is shown.

Files are looked at by their size and time, four times a second: they are few, it needs no library, and it sees edits on
network and container mounts too, where systems tell of none.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import islice
from pathlib import Path

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tollbridge.server.areas import is_ours
from tollbridge.server.lifespan import Lifespan

log = logging.getLogger(__name__)

SECONDS = 0.25
MAX_FILES = 2_000
BODY = re.compile(rb"<body[^>]*>")
CONDITIONS = (b"if-none-match", b"if-modified-since")
VALIDATORS = (b"etag", b"last-modified", b"content-length")
"""Headers of a page as it was before something was added to it."""

Signature = dict[Path, tuple[int, int, int]]


class Watching:
    """An application that is built anew when its files change."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        build: Callable[[], ASGIApp],
        files: Callable[[], Iterable[Path]],
        refused: tuple[type[Exception], ...],
    ) -> None:
        """Begin with what is served now.

        Args:
            app: the application.
            build: makes it anew.
            files: that it is made of, as they are now.
            refused: what `build` raises where the files are wrong; each is a sentence.
        """
        self._app = app
        self._build = build
        self._files = files
        self._refused = refused
        self._lifespan = Lifespan(app)
        self._served = self._seen = self._signature()
        self.wrong = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by what is good; the lifespan is that of the watch."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.wrong and scope["type"] == "http" and (is_ours(scope["path"]) or scope["path"] == "/"):
            headers = [header for header in scope["headers"] if header[0] not in CONDITIONS]
            await self._app({**scope, "headers": headers}, receive, _Telling(send, self.wrong))
        else:
            await self._app(scope, receive, send)

    async def look(self) -> None:
        """Serve what was edited, once an edit is whole: two looks in a row see the same."""
        seen, self._seen = self._seen, self._signature()
        if self._seen == self._served or self._seen != seen:
            return
        self._served = self._seen
        try:
            await self._replace(self._build())
        except self._refused as reason:
            self.wrong = str(reason)
            log.error("The last edit is not served:\n%s", self.wrong)
        except Exception as error:
            self.wrong = f"The server failed on it ({type(error).__name__}); its log says how."
            log.exception("The last edit is not served.", exc_info=error)
        else:
            self.wrong = ""
            log.warning("The last edit is served.")

    async def _replace(self, app: ASGIApp) -> None:
        lifespan = Lifespan(app)
        await lifespan.begin()
        before, self._app, self._lifespan = self._lifespan, app, lifespan
        await before.end()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._lifespan.begin()
        await send({"type": "lifespan.startup.complete"})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            await receive()
            tasks.cancel_scope.cancel()
        await self._lifespan.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(SECONDS)
            await self.look()

    def _signature(self) -> Signature:
        try:
            return dict(_signed(islice(self._files(), MAX_FILES)))
        except OSError:  # a folder went while it was looked through; the next looks see what is left
            return {}


def _signed(files: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, int, int]]]:
    for path in files:
        try:
            status = path.stat()
        except OSError:  # gone, for now: editors replace files
            yield path, (0, 0, 0)
        else:
            yield path, (status.st_mtime_ns, status.st_size, status.st_ino)


class _Telling:
    """The ASGI channel of a page that says what is wrong with the last edit."""

    def __init__(self, send: Send, wrong: str) -> None:
        self._send = send
        self._wrong = wrong
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Hold a page back until it is whole; pass everything else on."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._tell(self._start)

    async def _tell(self, start: Message) -> None:
        told = (
            '<aside role="alert"><strong>The last edit is not served; what was good before is.</strong>'
            f"<pre>{escape(self._wrong)}</pre></aside>"
        )
        page = BODY.sub(lambda found: found[0] + told.encode(), self._body, count=1)
        headers = [header for header in start["headers"] if header[0] not in VALIDATORS]
        length = (b"content-length", str(len(page)).encode())
        await self._send({**start, "headers": [*headers, length]})
        await self._send({"type": "http.response.body", "body": page})


def _is_page(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])
