"""The control API: what a test does to the simulator besides being its client.

Bodies are JSON and have to say so. Who may ask is judged before: the server's gate stands in front.
"""

import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from typing import IO, Any, TypeVar

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from tollbridge.http1.body import BodyTooLarge, BodyTooSlow, Bounds, ClientGone, read_body
from tollbridge.http1.media import JSON, NDJSON, PROBLEM, has_body, media_type
from tollbridge.simulator.model.errors import UNREACHABLE, StripeFailure
from tollbridge.simulator.protocol.faults import Fault
from tollbridge.simulator.protocol.responses import API_VERSION
from tollbridge.simulator.server.asgi import off_the_loop
from tollbridge.simulator.server.upload import uploaded
from tollbridge.simulator.simulator import Simulator
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.unit_of_work import Unavailable

log = logging.getLogger(__name__)

BOUNDS = Bounds(65_536)
SNAPSHOT_LIMIT = 1_073_741_824
"""Bytes of a snapshot that is put back: about a million intents with their charges."""

MAX_LISTED = 1_000
TEXT, FLAG, INTEGER, NUMBER, COUNT = (str,), (bool,), (int,), (int, float), (int, type(None))
JSON_TYPES = {
    TEXT: "string",
    FLAG: "boolean",
    INTEGER: "integer",
    NUMBER: "number",
    COUNT: "integer, or null for all calls",
}
MEMBERS = {
    "method": TEXT,
    "path": TEXT,
    "kind": TEXT,
    "when": TEXT,
    "times": COUNT,
    "share": NUMBER,
    "seconds": NUMBER,
}
"""Of a fault, each with its types."""

PIECE = 1 << 18
"""Bytes of a snapshot that are sent at once."""

NO_ROOM = "There is no room for the snapshot: {}."
LATEST = 4_102_444_800
"""Seconds: the year 2100."""

T = TypeVar("T")
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    503: "Service Unavailable",
}

Operation = Callable[[HttpRequest], Awaitable[Response]]


class Refused(Exception):
    """A request that cannot be followed; its sentence says what was expected."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


def control(simulator: Simulator, *, snapshot_limit: int = SNAPSHOT_LIMIT) -> ASGIApp:
    """Return the control API of a simulator, to be mounted.

    `GET /` tells what is there; `/faults` lists, adds and clears faults; `/record` reads and clears the record;
    `POST /reset` goes back to the beginning; `POST /payment_intents/{intent}/authenticate` ends a 3-D Secure challenge,
    and so it does for `/setup_intents/…`.

    Args:
        simulator: that is controlled.
        snapshot_limit: bytes of a snapshot that can be put back.
    """
    desk = Desk(simulator, Bounds(snapshot_limit))
    routes = [
        Route("/", _told(desk.summary)),
        Route("/faults", _told(desk.faults)),
        Route("/faults", _told(desk.inject), methods=["POST"]),
        Route("/faults", _told(desk.forgive), methods=["DELETE"]),
        Route("/record", _told(desk.record)),
        Route("/record", _told(desk.forget), methods=["DELETE"]),
        Route("/clock", _told(desk.clock)),
        Route("/clock", _told(desk.set_clock), methods=["PUT"]),
        Route("/snapshot", _told(desk.snapshot)),
        Route("/snapshot", _told(desk.restore), methods=["PUT"]),
        Route("/reset", _told(desk.reset), methods=["POST"]),
        Route("/webhooks", _told(desk.webhooks)),
        Route("/webhooks", _told(desk.set_webhooks), methods=["PUT"]),
        Route("/deliveries", _told(desk.deliveries)),
        Route("/deliveries/{delivery:str}/redeliver", _told(desk.redeliver), methods=["POST"]),
        Route("/{kind:str}/{intent:str}/authenticate", _told(desk.authenticate), methods=["POST"]),
    ]
    return Router(routes, redirect_slashes=False)


class Desk:
    """Where the control API's requests are worked on."""

    def __init__(self, simulator: Simulator, snapshots: Bounds) -> None:
        """Take a simulator's place.

        Args:
            simulator: that is controlled.
            snapshots: on those that are put back.
        """
        self._simulator = simulator
        self._snapshots = snapshots
        self._restores = False

    async def _do(self, work: Callable[[], T]) -> T:
        return await off_the_loop(self._simulator, work)

    async def summary(self, _request: HttpRequest) -> Response:
        """Answer with version, counts and what waits."""
        simulator = self._simulator
        counted = await self._do(lambda: (simulator.counts(), len(simulator.faults()), simulator.record.total))
        return _json({"version": API_VERSION} | dict(zip(("objects", "faults", "recorded"), counted, strict=True)))

    async def faults(self, _request: HttpRequest) -> Response:
        """List the faults that wait for their call."""
        return _json({"data": [asdict(fault) for fault in await self._do(self._simulator.faults)]})

    async def inject(self, request: HttpRequest) -> Response:
        """Add a fault."""
        sent = await _body(request)
        _require_members(sent, MEMBERS, ("kind",))
        try:
            fault = Fault(**{"method": None, "path": None} | sent)
            await self._do(lambda: self._simulator.inject(fault))
        except ValueError as error:
            raise Refused(str(error)) from None
        return _json(asdict(fault), 201)

    async def forgive(self, _request: HttpRequest) -> Response:
        """Forget every fault."""
        await self._do(self._simulator.forgive)
        return Response(status_code=204)

    async def record(self, request: HttpRequest) -> Response:
        """Answer with the newest `limit` calls, or with the first of those after number `since`; the oldest first."""
        since, limit = _number(request, "since", None), min(_number(request, "limit", 100), MAX_LISTED)
        calls, total = await self._do(lambda: self._recorded(since, limit))
        data = [{"number": number, **_told_call(told)} for number, told in calls]
        return _json({"data": data, "total": total})

    def _recorded(self, since: int | None, limit: int) -> tuple[list[tuple[int, RecordedCall]], int]:
        record = self._simulator.record
        total = record.total
        return record.after(max(total - limit, 0) if since is None else since, limit), total

    async def forget(self, _request: HttpRequest) -> Response:
        """Clear the record."""
        await self._do(self._simulator.record.clear)
        return Response(status_code=204)

    async def reset(self, request: HttpRequest) -> Response:
        """Go back to the beginning; a seed makes what follows repeatable."""
        sent = await _body(request) if has_body(request.headers) else {}
        _require_members(sent, {"seed": INTEGER}, ())
        try:
            await self._do(lambda: self._simulator.reset(sent.get("seed")))
        except ValueError as error:
            raise Refused(str(error)) from None
        return Response(status_code=204)

    async def clock(self, _request: HttpRequest) -> Response:
        """Answer with the time."""
        clock = self._simulator.clock
        now, stopped = await self._do(lambda: (clock(), clock.stopped))
        return _json({"now": now, "stopped": stopped})

    async def set_clock(self, request: HttpRequest) -> Response:
        """Stop the clock at `now` (null lets it go), or `advance` it by seconds."""
        sent = await _body(request)
        _require_members(sent, {"now": COUNT, "advance": INTEGER}, ())
        if len(sent) != 1 or any(value is not None and not 0 <= value <= LATEST for value in sent.values()):
            raise Refused(f"Send either now or advance, in seconds from 0 to {LATEST}.")
        if "now" in sent:
            await self._do(lambda: self._simulator.clock.set(sent["now"]))
        else:
            await self._do(lambda: self._simulator.clock.advance(sent["advance"]))
        return await self.clock(request)

    async def webhooks(self, _request: HttpRequest) -> Response:
        """Answer with the order of deliveries, whether each is made twice, and how many wait."""
        outbox = self._simulator.outbox
        (order, duplicates), waiting = await self._do(lambda: (outbox.order(), outbox.waiting()))
        return _json({"order": order, "duplicates": duplicates, "waiting": waiting})

    async def set_webhooks(self, request: HttpRequest) -> Response:
        """Choose the `order` of the deliveries of one call's events, and whether there are `duplicates`."""
        sent = await _body(request)
        _require_members(sent, {"order": TEXT, "duplicates": FLAG}, ())
        try:
            await self._do(
                lambda: self._simulator.outbox.set_order(sent.get("order"), duplicates=sent.get("duplicates"))
            )
        except ValueError as error:
            raise Refused(str(error)[:200]) from None
        return await self.webhooks(request)

    async def deliveries(self, request: HttpRequest) -> Response:
        """Answer with the newest deliveries of events, the newest first; at most `limit` of them."""
        limit = min(_number(request, "limit", 100), MAX_LISTED)
        return _json({"data": await self._do(lambda: self._simulator.outbox.newest(limit))})

    async def redeliver(self, request: HttpRequest) -> Response:
        """Make a delivery again, now."""
        delivery = request.path_params["delivery"]
        shown = await self._do(lambda: self._simulator.outbox.deliver_again(delivery))
        if shown is None:
            raise Refused(f"No such delivery: {delivery[:80]!r}.", 404)
        return _json(shown)

    async def snapshot(self, _request: HttpRequest) -> Response:
        """Answer with the whole state as it is now, a line an object.

        It is read in a thread, and sent in pieces: others are answered meanwhile.
        """
        try:
            file = await run_sync(self._simulator.snapshot_file)
        except OSError as error:
            raise Refused(NO_ROOM.format(error.strerror), 503) from None
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        headers = {"Cache-Control": "no-store", "Content-Length": str(size)}
        return StreamingResponse(_pieces(file), 200, headers, NDJSON)

    async def restore(self, request: HttpRequest) -> Response:
        """Put a whole state back."""
        if media_type(request.headers.get("content-type")) != NDJSON:
            raise Refused(f"Send the snapshot as {NDJSON}, with that Content-Type.", 415)
        if self._restores:
            raise Refused("Another snapshot is being put back. Send this one when that is done.", 409)
        self._restores = True
        try:
            async with uploaded(request.scope, request.receive, self._snapshots) as lines:
                await run_sync(self._simulator.restore, lines)  # others are answered meanwhile
        except ValueError as error:
            raise Refused(str(error)) from None
        except OSError as error:
            raise Refused(NO_ROOM.format(error.strerror), 503) from None
        finally:
            self._restores = False
        return Response(status_code=204)

    async def authenticate(self, request: HttpRequest) -> Response:
        """End a 3-D Secure challenge, with `outcome` `succeed` or `fail`; answer with the intent."""
        sent = await _body(request)
        _require_members(sent, {"outcome": TEXT}, ("outcome",))
        if sent["outcome"] not in ("succeed", "fail"):
            raise Refused(f"outcome is {sent['outcome'][:40]!r}; send succeed or fail.")
        try:
            passes = sent["outcome"] == "succeed"
            identity = request.path_params["intent"]
            document = await self._do(lambda: self._simulator.authenticate(identity, passes=passes))
        except StripeFailure as failure:
            raise Refused(failure.message, failure.status) from None
        return _json(document)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _told(operation: Operation) -> Operation:
    """Return an operation whose refusals are problems."""

    async def answering(request: HttpRequest) -> Response:
        try:
            return await operation(request)
        except Unavailable as reason:
            log.warning("The control API cannot reach the state: %s", reason)
            return _problem(503, UNREACHABLE)
        except Refused as refused:
            return _problem(refused.status, str(refused))
        except BodyTooLarge as reason:
            return _problem(413, str(reason))
        except BodyTooSlow as reason:
            return _problem(408, str(reason))
        except ClientGone:
            return Response(status_code=400)  # the client has left

    return answering


def _problem(status: int, detail: str) -> Response:
    problem = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    return _json(problem, status, PROBLEM)


def _json(document: Any, status: int = 200, media: str = JSON) -> Response:
    return Response(orjson.dumps(document), status, {"Cache-Control": "no-store"}, media)


async def _body(request: HttpRequest) -> dict[str, Any]:
    if media_type(request.headers.get("content-type")) != JSON:
        raise Refused(f"Send the body as {JSON}, with that Content-Type.", 415)
    content = await read_body(request.scope, request.receive, BOUNDS)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused("The body is no JSON.") from None
    if not isinstance(document, dict):
        raise Refused("The body is no JSON object.")
    return document


def _require_members(sent: dict[str, Any], known: Mapping[str, tuple[type, ...]], required: tuple[str, ...]) -> None:
    for name, value in sent.items():
        if name not in known:
            raise Refused(f"{name[:40]!r} is not known here; there are {', '.join(known)}.")
        if type(value) not in known[name]:
            raise Refused(f"{name} has to be a JSON {JSON_TYPES[known[name]]}.")
    for name in required:
        if name not in sent:
            raise Refused(f"{name} is missing.")


N = TypeVar("N", int, int | None)


def _number(request: HttpRequest, name: str, usual: N) -> int | N:
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(f"{name} is {text[:40]!r}; send a number of digits only.")
    return int(text)


def _told_call(told: Any) -> dict[str, Any]:
    return {
        "method": told.method,
        "path": told.path,
        "route": told.route,
        "parameters": told.parameters,
        "idempotency_key": told.idempotency_key,
        "status": told.status,
        "effects": [{"what": what, "id": identity} for what, identity in told.effects],
        "fault": told.fault,
        "key": told.key,
        "error": told.error,
    }
