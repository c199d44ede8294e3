"""The runtime of a finding's script: it sends calls, keeps the answers, and reads Stripe's objects.

Scripts carry parts of this module, so it imports the standard library only and runs on Python 3.9.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from tollbridge.verify.model.evidence import NO_TOKEN_OF_ANYBODY, TOKEN, Answer, Evidence, Known, answer_of, made_by

CONTROL = "/_tollbridge/simulator"
BROKEN = "none came, or none that is whole"
MAX_ANSWER = 1_000_000
"""Bytes of an answer that are read; a longer one is none."""

MAX_PRINTED = 4_000
"""Characters of a text that are printed."""


class CannotTell(Exception):
    """It cannot be told whether the target is right; the sentence says why."""


def at_stripe(path: str, data: bytes | None = None, method: str | None = None) -> Any:
    """Ask the target's Stripe, or its control API."""
    form = data is not None and path.startswith("/v1/")
    media = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Authorization": "Bearer sk_test_script", "Content-Type": media}
    request = Request(os.environ["STRIPE"] + path, data, headers, method=method)  # noqa: S310 - http
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def undisturbed(read: Callable[[], Any]) -> Any:
    """Return what is read at Stripe while no fault waits: faults are for the target's calls."""
    waiting = at_stripe(CONTROL + "/faults")["data"]
    at_stripe(CONTROL + "/faults", None, "DELETE")
    try:
        return read()
    finally:
        for fault in waiting:
            # Any method and any path are null where faults are listed, and left out where they are given.
            given = {name: value for name, value in fault.items() if value is not None or name == "times"}
            at_stripe(CONTROL + "/faults", json.dumps(given).encode())


def subscriptions_now() -> dict[str, Any]:
    """Return every subscription, by id."""
    listed = at_stripe("/v1/subscriptions?limit=100&status=all")["data"]
    return {subscription["id"]: subscription for subscription in listed}


def stripe_now() -> dict[str, Any]:
    """Return what Stripe has before a call."""

    def reading() -> dict[str, Any]:
        before = subscriptions_now()
        return {"before": before, "total": at_stripe(CONTROL + "/record?limit=1")["total"]}

    return dict(undisturbed(reading))


def seen_by(moments: list[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Return what Stripe was told during each call, and of the last one what Stripe has now.

    Args:
        moments: what Stripe had before each call; None where it was not read.
    """

    def reading() -> list[dict[str, Any]]:
        until = float("inf")
        found: list[dict[str, Any]] = []
        for moment in reversed(moments):
            if moment is None:
                found.append({})
                continue
            calls = at_stripe(f"{CONTROL}/record?since={moment['total']}&limit=1000")["data"]
            found.append({"before": moment["before"], "calls": [call for call in calls if call["number"] <= until]})
            until = moment["total"]
        found[0] = {**found[0], **now(found[0].get("calls", []))}
        return found[::-1]

    return list(undisturbed(reading))


def now(calls: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what Stripe has: the intents that some calls made, and every subscription."""
    intents = [at_stripe("/v1/payment_intents/" + identity) for identity in made_by(calls)]
    return {"intents": intents, "after": subscriptions_now(), "api_keys": os.environ.get("API_KEYS", "").split()}


def ask(method: str, path: str, headers: list[Any], body: bytes, seconds: float) -> Answer | None:
    """Return the target's answer; None where no whole one comes."""
    url = urlsplit(os.environ["TARGET"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = kind(url.hostname or "", url.port, timeout=seconds)
    try:
        line.connect()
    except OSError as error:
        raise CannotTell(f"No server listens at {os.environ['TARGET']}: {error}") from None
    begun, over = time.monotonic(), threading.Timer(seconds, cut, [line.sock])
    over.start()
    try:
        line.putrequest(method, url.path.rstrip("/") + path, skip_accept_encoding=True)
        for name, value, *variable in headers:
            filled = value + "".join(os.environ[one] for one in variable)
            line.putheader(name, filled.encode("utf-8", "surrogatepass"))
        if not any(name.lower() == "transfer-encoding" for name, *_ in headers):
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        text = answer.read(MAX_ANSWER + 1)
        whole = len(text) <= MAX_ANSWER and not answer.length and time.monotonic() - begun < seconds
        return answer_of(answer.status, answer.getheaders(), text) if whole else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        over.cancel()
        line.close()


def cut(line: Any) -> None:
    """End a connection while it is read from: an answer may not take its time byte by byte."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def ask_together(calls: list[tuple[Any, ...]]) -> list[Answer | None]:
    """Return the answers to calls that are under way at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: ask(*call), calls))


def kept_by_curl(folder: str, number: int) -> Answer | None:
    """Return an answer that curl has put into a folder; None where none is whole."""
    found = [Path(folder) / f"{number}.{part}" for part in ("head", "body", "failed")]
    if found[2].exists() or not found[0].exists():
        return None
    head, body = [path.read_bytes() if path.exists() else b"" for path in found[:2]]
    # Before the head there may be interim answers, behind it trailers.
    blocks = [block for block in head.decode("latin-1").split("\r\n\r\n") if block.startswith("HTTP/")]
    if not blocks or len(body) > MAX_ANSWER:
        return None
    first, *lines = blocks[-1].split("\r\n")
    named = [line.partition(":") for line in lines if ":" in line]
    return answer_of(int(first.split()[1]), [(name, value.strip()) for name, _, value in named], body)


def look(file: str) -> None:
    """Write what Stripe has into a file."""
    Path(file).write_text(json.dumps(stripe_now()))


def looked(folder: str, number: int) -> dict[str, Any] | None:
    """Return what Stripe had before a call; None where it was not read."""
    file = Path(folder) / f"{number}.stripe"
    return json.loads(file.read_text()) if file.exists() else None


def all_canaries(canaries: dict[str, str]) -> dict[str, str]:
    """Return the texts that belong into no answer: some that are given, tokens, and the address of Stripe."""
    tokens = [token for name, token in os.environ.items() if "TOKEN_" in name and token]
    address = urlsplit(os.environ["STRIPE"]).netloc
    return {**canaries, address: "the address of Stripe", **dict.fromkeys([*tokens, NO_TOKEN_OF_ANYBODY], TOKEN)}


def evidence(call: dict[str, Any], answer: Answer | None, **more: Any) -> Evidence:
    """Return evidence of one call, of the parts that the check reads."""
    parts = {**call, "answer": answer, "broken": None if answer else BROKEN, **more}
    return Evidence(**{name: part for name, part in parts.items() if name in Evidence.__dataclass_fields__})


def compared(x: Evidence, **others: Any) -> Evidence:
    """Return evidence with the exchanges that it is compared with."""
    return replace(x, **others)


def first_known(canaries: dict[str, str]) -> Known:
    """Return what is known before the first call."""
    return Known(canaries=all_canaries(canaries))


def require(library: str, package: str) -> None:
    """Refuse to judge without a library.

    Raises:
        CannotTell: it is not installed.
    """
    try:
        import_module(library)
    except ImportError:
        raise CannotTell(f"This needs {package}: python3 -m pip install {package}") from None


def safe(text: str) -> str:
    """Return text for a terminal: cut, without client secrets, and without what a terminal obeys but line breaks."""
    masked = re.sub("_secret_[A-Za-z0-9]*", "_secret_***", text[:MAX_PRINTED])
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in masked)


def show(answer: Answer | None) -> None:
    """Print an answer."""
    if answer is None:
        print("no answer")
    else:
        headers = "".join(f"{name}: {value}\n" for name, value in answer.headers)
        print(safe(f"{answer.status}\n{headers}\n{answer.text}\n"))


def exit_code(judging: Callable[[], list[Any]]) -> int:
    """Return 0 where the target is right, 7 where it is wrong, 2 where that cannot be told, and print which."""
    try:
        found = judging()
    except Exception as error:
        print(safe(f"It cannot be told: {type(error).__name__}: {error}"), file=sys.stderr)
        return 2
    for wrong in found:
        print(safe(f"WRONG. Found: {wrong.said} Expected: {wrong.expected}"))
    if not found:
        print("right")
    return 7 if found else 0
