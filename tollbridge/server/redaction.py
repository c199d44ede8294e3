"""Keeping secrets out of whatever is logged, however they got into a message."""

import logging
import re

SECRET = re.compile(r"(_secret_)[A-Za-z0-9]+|\b([sr]k_(?:test|live)_)[A-Za-z0-9_]+|(Bearer )[^\s'\"]+")


def redacted(text: str) -> str:
    """Return the text with client secrets, keys and tokens masked."""
    return SECRET.sub(lambda found: f"{found[1] or found[2] or found[3]}***", text)


class RedactingFormatter(logging.Formatter):
    """Formats as usual, tracebacks included, then masks."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return redacted(super().format(record))
