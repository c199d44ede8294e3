"""Keeping secrets out of whatever is logged, however they got into a message."""

import logging

from tollbridge.masking import masked


def redacted(text: str) -> str:
    """Return the text with client secrets, keys, tokens, passwords and card numbers masked."""
    return masked(text, lambda kept, _secret: f"{kept}***")


class RedactingFormatter(logging.Formatter):
    """Formats as usual, tracebacks included, then masks."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return redacted(super().format(record))
