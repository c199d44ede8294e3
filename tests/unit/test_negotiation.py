"""Media types and `Accept`, as headers tell them."""

import pytest

from tollbridge.problems import NotAcceptable, UnsupportedMediaType
from tollbridge.server.negotiation import require_json_accepted, require_json_body


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        ([], True),
        ([b"*/*"], True),
        ([b"application/json"], True),
        ([b"APPLICATION/JSON"], True),
        ([b"application/*;q=0.1"], True),
        ([b"text/html", b"application/json"], True),
        ([b"application/json;q=0.001"], True),
        ([b"*/*;q=0, application/json"], True),
        ([b"application/json;q=0, */*"], False),
        ([b"application/*;q=0, */*;q=1"], False),
        ([b"application/json;q=nonsense"], False),
        ([b"text/html"], False),
        ([b""], False),
        ([b"application/xml;q=0.9, text/*"], False),
    ],
)
def test_the_most_specific_range_decides(accept: list[bytes], accepted: bool) -> None:
    """RFC 9110: quality counts, and the most specific range that names JSON wins."""
    if accepted:
        require_json_accepted(accept)
    else:
        with pytest.raises(NotAcceptable):
            require_json_accepted(accept)


@pytest.mark.parametrize(
    ("types", "encodings", "accepted"),
    [
        ([b"application/json"], [], True),
        ([b"application/json;charset=utf-8"], [], True),
        ([b'application/json; charset="UTF-8"'], [], True),
        ([b"application/json; profile=x"], [], True),
        ([b"application/json"], [b"identity"], True),
        ([b"application/json"], [b"gzip"], False),
        ([b"application/json"], [b"identity, br"], False),
        ([b"application/json; charset=utf-16"], [], False),
        ([b"application/json; charset="], [], False),
        ([b"application/problem+json"], [], False),
        ([b"application/jsonx"], [], False),
        ([b"application/json", b"application/json"], [], False),
        ([], [], False),
    ],
)
def test_only_plain_json_in_utf_8_is_read(types: list[bytes], encodings: list[bytes], accepted: bool) -> None:
    """A body is read when its headers say JSON, UTF-8, once, and not encoded."""
    if accepted:
        require_json_body(types, encodings)
    else:
        with pytest.raises(UnsupportedMediaType):
            require_json_body(types, encodings)
