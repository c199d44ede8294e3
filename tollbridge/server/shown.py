"""An exchange as the console shows it: plain JSON, its secrets masked."""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from tollbridge.server.areas import STRIPE, Area
from tollbridge.server.journal import Body, Entry, HeaderList, StripeCall
from tollbridge.server.redaction import redacted

HIDDEN = ("authorization", "cookie", "proxy-authorization", "set-cookie", "tollbridge-control-token")
"""Headers of which nothing but the scheme is shown."""

LEFT_OUT = re.compile(
    "accept-encoding|accept-language|access-control-expose-headers|connection|priority|referer|sec-.*|user-agent|vary"
)
"""Headers that browsers add, and what CORS answers them: they say nothing about an exchange."""

SECURITY_CODE = re.compile(r'((?:cvc\]?(?:"\s*:\s*"?|=|%5[Dd]=))|(?:cvc%5[Dd]=))[^&",}\s]+')
MAX_HEADERS = 40
MAX_HEADER = 500
MAX_PATH = 500


def shown(entry: Entry) -> bytes:
    """Return an entry as JSON."""
    exchange = entry.exchange
    sent, is_plain = _text(entry.sent)
    query = masked(entry.query.decode("latin-1"))[:MAX_PATH]
    document = {
        "when": round(entry.when, 3),
        "id": exchange.id,
        "area": "stripe" if entry.area is Area.STRIPE else "api",
        "method": exchange.method[:20],
        "path": masked(exchange.path.removeprefix(STRIPE))[:MAX_PATH],
        "query": query,
        "status": exchange.status,
        "error_code": exchange.error_code,
        "operation": exchange.operation.operation_id if exchange.operation else None,
        "milliseconds": round(entry.milliseconds, 2),
        "asked": [f"{call.method} {_path(call)} {call.status}" for call in entry.calls],
        "steered": exchange.steering.applied,
        "account": exchange.account,
        "sent": {"headers": _headers(entry.headers), "body": sent, "size": entry.sent.size},
        "repeatable": is_plain
        and _was_read(entry)
        and entry.area is Area.API
        and query == entry.query.decode("latin-1"),
        "answer": {"headers": _headers(entry.answered), "body": _text(entry.answer)[0], "size": entry.answer.size},
        "calls": [_call(call) for call in entry.calls],
    }
    return orjson.dumps(document)


def _was_read(entry: Entry) -> bool:
    """Tell whether all of a request's body is known: one that is refused for its head is not read."""
    framing = [value for name, value in entry.headers if name in (b"content-length", b"transfer-encoding")]
    return entry.sent.ended or all(value == b"0" for value in framing)


def masked(text: str) -> str:
    """Return a text without secrets, and without what JSON cannot have."""
    plain = SECURITY_CODE.sub(r"\1***", redacted(text))
    return plain.encode("utf-8", "replace").decode()


def _text(body: Body) -> tuple[str, bool]:
    """Return a body as text, and whether it is all of what was sent."""
    text = body.content.decode("utf-8", "replace")
    safe = masked(text)
    is_uncut = body.size == len(body.content)
    is_whole = is_uncut and text.encode() == body.content and safe == text
    return (safe if is_uncut else safe + "…"), is_whole


def _headers(headers: HeaderList) -> list[list[str]]:
    return [[*pair] for pair in _shown_headers(headers)][:MAX_HEADERS]


def _shown_headers(headers: HeaderList) -> Iterable[tuple[str, str]]:
    for raw, raw_value in headers:
        name, value = raw.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in HIDDEN:
            yield name, f"{value.partition(' ')[0][:20]} ***" if name == "authorization" and " " in value else "***"
        elif not LEFT_OUT.fullmatch(name):
            yield name[:100], masked(value)[:MAX_HEADER]


def _call(call: StripeCall) -> dict[str, Any]:
    return {
        "method": call.method,
        "path": _path(call),
        "form": _text(call.form)[0],
        "idempotency_key": None if call.idempotency_key is None else masked(call.idempotency_key)[:MAX_HEADER],
        "status": call.status,
        "answer": _text(call.answer)[0],
        "milliseconds": round(call.milliseconds, 2),
    }


def _path(call: StripeCall) -> str:
    return masked(call.path)[:MAX_PATH]
