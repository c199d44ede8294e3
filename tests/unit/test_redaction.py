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
    line = RedactingFormatter(colours=False).format(record)
    assert line.startswith("ERROR  failed\nTraceback")
    assert "ValueError: pi_1_secret_***" in line
    assert "abc" not in line


def test_a_line_tells_a_terminal_nothing_to_do() -> None:
    """Whatever is logged, and whatever percent-encoding of a secret hid, is escaped; the level's colour is ours."""
    said = "\x1b]0;owned\x07\u202e %1b[2J pi_1%5Fsecret%5Fabc\nnext"
    record = logging.LogRecord("x", logging.WARNING, "f", 1, said, None, None)
    assert RedactingFormatter(colours=True).format(record) == (
        "\x1b[33mWARNING\x1b[0m  \\x1b]0;owned\\x07\\u202e \\x1b[2J pi_1_secret_***\nnext"
    )
