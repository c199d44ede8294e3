"""What the scripts of findings are made of: each takes from here what it needs, and runs with nothing but Python."""

import http.client
import json
import os
import re
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

SECONDS = 35.0
"""That one answer may take; each script has its run's own."""

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        """Read it."""
        self.status, self.text = status, body.decode("utf-8", "replace")
        self.headers = {name.lower(): value for name, value in headers}
        self.everything = "\n".join([*(f"{name}: {value}" for name, value in headers), self.text])
        try:
            self.body = json.loads(body)
        except ValueError:
            self.body = None


def kept(folder: str, number: int) -> Answer:
    """Return an answer that curl has put into a folder."""
    found = [Path(folder) / f"{number}.{part}" for part in ("head", "body")]
    head, body = [path.read_bytes() if path.exists() else b"" for path in found]
    first, *lines = head.decode("latin-1").strip().split("\r\n\r\n")[-1].split("\r\n")
    return Answer(int(first.split()[1]) if first else 0, [x.split(": ", 1) for x in lines if ": " in x], body)


def ask(method: str, path: str, headers: Any, body: bytes) -> Answer:
    """Ask the target."""
    url = urllib.parse.urlsplit(os.environ["TARGET"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = kind(url.hostname or "", url.port, timeout=SECONDS)
    line.putrequest(method, url.path.rstrip("/") + path, skip_accept_encoding=True)
    for name, value in headers:
        line.putheader(name, value.encode("utf-8", "surrogatepass"))
    line.putheader("Content-Length", str(len(body)))
    line.endheaders(body)
    try:
        answer = line.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, [], b"")


def at_stripe(path: str, data: bytes | None = None, method: str | None = None) -> Any:
    """Ask the target's Stripe, or its control API."""
    form = data is not None and path.startswith("/v1/")
    media = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Authorization": "Bearer sk_test_script", "Content-Type": media}
    request = urllib.request.Request(os.environ["STRIPE"] + path, data, headers, method=method)  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
        return json.loads(answer.read() or b"null")


def told_so_far() -> int:
    """Return how many calls Stripe was told."""
    return int(at_stripe("/_tollbridge/simulator/record?limit=1")["total"])


def record(since: int, until: float = float("inf")) -> Any:
    """Return the calls that Stripe was told after so many, up to so many."""
    told = at_stripe(f"/_tollbridge/simulator/record?since={since}&limit=1000")["data"]
    return [call for call in told if call["number"] <= until]


def made_by(calls: Any) -> Any:
    """Return the payment intents that some calls made, as they are now."""
    effects = [effect for call in calls for effect in call["effects"]]
    made = [effect["id"] for effect in effects if effect["what"] == "payment_intent.created"]
    return [at_stripe("/v1/payment_intents/" + identity) for identity in made]


def subscription(identity: str) -> Any:
    """Return a subscription."""
    return at_stripe("/v1/subscriptions/" + identity)


def fits(schema: Any, value: Any) -> bool:
    """Tell whether a value fits a schema, by the keywords that the scripts use."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[k]) and (k == "boolean") >= isinstance(value, bool) for k in kinds):
        return False
    by_type: dict[Any, Any] = {dict: fits_object, list: fits_list, str: fits_text}
    parts = by_type.get(type(value))
    return (
        ("enum" not in schema or value in schema["enum"])
        and (parts is None or parts(schema, value))
        and all(fits(one, value) for one in schema.get("allOf", ()))
        and ("anyOf" not in schema or any(fits(one, value) for one in schema["anyOf"]))
    )


def fits_object(schema: Any, value: Any) -> bool:
    """Tell it of an object."""
    known = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False
    return (
        all(name in value for name in schema.get("required", ()))
        and (not closed or set(value) <= set(known))
        and all(fits(known[name], member) for name, member in value.items() if name in known)
    )


def fits_list(schema: Any, value: Any) -> bool:
    """Tell it of a list."""
    return len(value) >= schema.get("minItems", 0) and all(fits(schema.get("items", {}), item) for item in value)


def fits_text(schema: Any, value: str) -> bool:
    """Tell it of a text."""
    return len(value) >= schema.get("minLength", 0) and re.search(schema.get("pattern", ""), value) is not None


def shows_none_besides(everything: str, body: Any, member: str | None) -> bool:
    """Tell whether an answer shows no client secret but the one at its place."""
    own = body.get(member) if isinstance(body, dict) and member else None
    rest = everything.replace(own, "", 1) if isinstance(own, str) else everything
    return re.search(r"(pi|seti)_[A-Za-z0-9]+_secret_[A-Za-z0-9]+", rest) is None


def alike(first: Answer, second: Answer) -> bool:
    """Tell whether two answers differ in nothing but ids."""

    def seen(answer: Answer) -> Any:
        body = answer.body
        body = {name: v for name, v in body.items() if name != "instance"} if isinstance(body, dict) else answer.text
        text = re.sub(r"[0-9a-fA-F-]{16,}|\d+", "#", json.dumps(body, sort_keys=True))
        return answer.status, sorted(answer.headers), text

    return bool(seen(first) == seen(second))


def writes(calls: Any) -> list[tuple[str, str | None]]:
    """Return each write of some calls, as text, with its idempotency key."""
    return [
        (call["method"] + call["path"] + json.dumps(call["parameters"], sort_keys=True), call["idempotency_key"])
        for call in calls
        if call["method"] != "GET"
    ]


def retries_keep_their_key(calls: Any) -> bool:
    """Tell whether each write that is sent again after it failed has the key that it had."""
    failed: dict[str, str | None] = {}
    changing = [call for call in calls if call["method"] != "GET"]
    for call, (what, key) in zip(changing, writes(calls), strict=True):
        if what in failed and (key is None or failed[what] != key):
            return False
        if call["fault"] or not 200 <= call["status"] < 300:
            failed[what] = key
        else:
            failed.pop(what, None)
    return True


def one_meaning_per_key(calls: Any) -> bool:
    """Tell whether no two different writes have one key."""
    return all(len({what for what, k in writes(calls) if k == key}) == 1 for _, key in writes(calls) if key)


def intent_first(calls: Any) -> bool:
    """Tell whether the intent was made before the subscription was changed."""
    done = [effect["what"] for call in calls for effect in call["effects"]]
    return done.index("payment_intent.created") < done.index("customer.subscription.updated")


def lives(intent: Any) -> bool:
    """Tell whether an intent is neither refused nor cancelled."""
    return not intent["last_payment_error"] and intent["status"] != "canceled"


def each_its_own(answers: Any, intents: Any, member: str, wanted: Any) -> bool:
    """Tell whether of calls under way together each got an intent of its own, with its own values."""
    found = {intent["client_secret"]: intent for intent in intents}
    for n, answer in enumerate(answers):
        params = wanted[n]
        if answer.status >= 300 or params is None:
            continue
        intent = found.get((answer.body or {}).get(member))
        if intent is None or any(intent[name] != value for name, value in params.items()):
            return False
    return len([i for i in intents if lives(i)]) == len([a for a in answers if a.status < 300])
