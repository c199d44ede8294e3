"""Secrets do not reach logs, whoever put them into the message."""

import logging

import pytest

from tollbridge.server.redaction import RedactingFormatter, redacted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pi_3Abc_secret_9xyz leaked", "pi_3Abc_secret_*** leaked"),
        ("key sk_test_4eC39HqLyjWDarjtT1zdp7dc", "key sk_test_***"),
        ("key rk_live_1", "key rk_live_***"),
        ("Authorization: Bearer eyJhbGciOi.x.y'", "Authorization: Bearer ***'"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_secret_is_masked(text: str, expected: str) -> None:
    """Client secrets, keys and tokens keep their prefix and lose their value."""
    assert redacted(text) == expected


def test_a_traceback_is_masked_too() -> None:
    """What an exception says is formatted before it is masked."""
    try:
        raise ValueError("pi_1_secret_abc")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, (ValueError, error, error.__traceback__))
    line = RedactingFormatter("%(message)s").format(record)
    assert "ValueError: pi_1_secret_***" in line
    assert "abc" not in line
