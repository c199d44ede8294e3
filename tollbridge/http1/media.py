"""The body that a head announces: its media type, and whether there is one. One reading for every route."""

from collections.abc import Mapping

JSON = "application/json"
PROBLEM = "application/problem+json"
NDJSON = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"


def media_type(content_type: str | None) -> str:
    """Return the media type that a `Content-Type` names, without its parameters; empty where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def has_body(headers: Mapping[str, str]) -> bool:
    """Tell whether a body follows a head.

    Args:
        headers: by lower-case name; the framing of a request with two lengths was refused before.
    """
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
