"""What a head says of its body is read in one way."""

import pytest

from tollbridge.http1.media import JSON, has_body, media_type


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (None, ""),
        ("", ""),
        (JSON, JSON),
        ("Application/JSON;charset=utf-8", JSON),
        (" application/json ; a=b; c", JSON),
        (";application/json", ""),
    ],
)
def test_a_media_type_is_read_without_case_and_parameters(sent: str | None, read: str) -> None:
    """Its parameters, its case and the space around it say nothing of the type."""
    assert media_type(sent) == read


@pytest.mark.parametrize(
    ("headers", "follows"),
    [
        ({}, False),
        ({"content-length": "0"}, False),
        ({"content-length": "1"}, True),
        ({"transfer-encoding": "chunked"}, True),
        ({"content-type": JSON}, False),
    ],
)
def test_a_body_follows_where_the_head_frames_one(headers: dict[str, str], follows: bool) -> None:
    """A length above nothing or a transfer coding is a body's; a media type alone is none."""
    assert has_body(headers) is follows
