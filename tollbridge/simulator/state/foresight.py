"""Prefetching: the rows that a request will probably read, by the ids that it names."""

import re

from tollbridge.simulator.model.rows import ROW_NAMES
from tollbridge.simulator.protocol.messages import Request
from tollbridge.simulator.state.unit_of_work import Needed

ID = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(ROW_NAMES)})_[A-Za-z0-9]+")
MAX_TEXT = 4_096
MAX_IDS = 8


def foreseen(request: Request) -> Needed:
    """Return the idempotency key of a request, and the objects that it names; what is missed costs a question more."""
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    body = request.body[:MAX_TEXT].decode("utf-8", "replace")
    text = f"{request.path[:MAX_TEXT]}?{request.query[:MAX_TEXT]}&{body}"
    ids = {found.group(): found.group(1) for found in ID.finditer(text)}
    rows = tuple((ROW_NAMES[prefix], identity) for identity, prefix in ids.items())
    return Needed(() if key is None else (key,), rows[:MAX_IDS])
