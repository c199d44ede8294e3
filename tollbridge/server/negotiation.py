"""Content negotiation: media type and encoding of the body, and `Accept`."""

from tollbridge.http1.media import JSON
from tollbridge.problems import NotAcceptable, UnsupportedMediaType

CHARSETS = ("utf-8", "utf8", "us-ascii")


def require_json_body(content_types: list[bytes], encodings: list[bytes]) -> None:
    """Refuse a body that is not JSON in UTF-8, as its headers tell.

    Args:
        content_types: every `Content-Type` value of the request.
        encodings: every `Content-Encoding` value of the request.

    Raises:
        UnsupportedMediaType: 415.
    """
    if len(content_types) == 1 and content_types[0] == b"application/json" and not encodings:
        return
    for encoding in encodings:
        if encoding.strip().lower() not in (b"", b"identity"):
            raise UnsupportedMediaType("The body has a Content-Encoding; send it as it is.")
    if len(content_types) != 1:
        found = "none" if not content_types else "several"
        raise UnsupportedMediaType(f"One Content-Type was expected ({JSON}); there is {found}.")
    media, *parameters = content_types[0].decode("latin-1").split(";")
    if media.strip().lower() != JSON:
        raise UnsupportedMediaType(f"The Content-Type is not {JSON}. Send a JSON object.")
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() != "utf-8":
            raise UnsupportedMediaType("The charset is not utf-8. Send JSON encoded in UTF-8.")


def require_plain(content_types: list[bytes], encodings: list[bytes], expected: str) -> str:
    """Return the one Content-Type of a body that is not encoded, of text in UTF-8.

    Args:
        content_types: every `Content-Type` value of the request.
        encodings: every `Content-Encoding` value of the request.
        expected: the media types that are taken, in words.

    Raises:
        UnsupportedMediaType: 415.
    """
    if any(encoding.strip().lower() not in (b"", b"identity") for encoding in encodings):
        raise UnsupportedMediaType("The body has a Content-Encoding; send it as it is.")
    if len(content_types) != 1:
        found = "none" if not content_types else "several"
        raise UnsupportedMediaType(f"One Content-Type was expected ({expected}); there is {found}.")
    content_type = content_types[0].decode("latin-1")
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in CHARSETS:
            raise UnsupportedMediaType("The charset is not utf-8. Send text encoded in UTF-8.")
    return content_type


def require_json_accepted(accepts: list[bytes]) -> None:
    """Refuse a request whose `Accept` excludes JSON; quality counts, the most specific range wins.

    Args:
        accepts: every `Accept` value of the request; none accepts everything.

    Raises:
        NotAcceptable: 406.

    Source: RFC 9110 §12.5.1.
    """
    if not accepts or accepts == [b"*/*"] or accepts == [b"application/json"]:
        return
    best: tuple[int, float] = (-1, 0.0)
    for media_range in b",".join(accepts).decode("latin-1").split(","):
        best = max(best, _weight(media_range))
    if best[0] < 0 or best[1] == 0:
        raise NotAcceptable(f"The Accept header excludes {JSON}, which is what this operation answers.")


def _weight(media_range: str) -> tuple[int, float]:
    """Return how specifically the range names JSON (-1: not at all), and its quality."""
    media, *parameters = (part.strip().lower() for part in media_range.split(";"))
    specificity = {"*/*": 0, "application/*": 1, JSON: 2}.get(media, -1)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return specificity, _quality(value.strip())
    return specificity, 1.0


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def accepts_any(accepts: list[bytes], types: frozenset[str]) -> bool:
    """Tell whether `Accept` has a range around one of some media types; one of quality 0 is none.

    Args:
        accepts: every `Accept` value of the request.
        types: in lower case, without parameters.
    """
    for media_range in b",".join(accepts).decode("latin-1").lower().split(",") if types else ():
        name, *parameters = (part.strip() for part in media_range.split(";"))
        quality = next((_quality(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        if quality and any(name in (one, f"{one.partition('/')[0]}/*", "*/*") for one in types):
            return True
    return False
