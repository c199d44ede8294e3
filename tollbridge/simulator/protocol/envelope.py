"""How an answer is put."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from tollbridge.simulator.model.errors import INJECTED
from tollbridge.simulator.protocol.faults import LOST, Fault


def encoded(document: Mapping[str, object] | tuple[object, ...]) -> bytes:
    """Return a document as JSON."""
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        # Lone surrogates, which no HTTP can carry and a caller in this process can.
        return json.dumps(document).encode()


def name_log(document: dict[str, Any], request_id: str, now: int) -> None:
    """Name the page of an error's request in the log."""
    document["error"]["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}?t={now}"


def error_told(fault: Fault | None, document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the error object that is answered in the end; None where nothing is refused.

    Args:
        fault: what stands in for the answer; None for nothing.
        document: of the answer that the fault takes the place of; None where it was no refusal.
    """
    if fault is not None and fault.kind != "slow":
        return INJECTED[fault.kind].error() if fault.kind in INJECTED else None
    return document.get("error") if document else None


def status_told(fault: Fault | None, status: int) -> int:
    """Return the status that is answered in the end; 0 where nothing comes back."""
    if fault is None or fault.kind == "slow":
        return status
    if fault.kind in LOST:
        return 0
    return 200 if fault.kind == "garbage" else INJECTED[fault.kind].status
