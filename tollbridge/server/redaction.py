"""Keeping secrets out of whatever is logged, however they got into a message."""

import logging

from tollbridge import quoting
from tollbridge.masking import masked


def redacted(text: str) -> str:
    """Return the text with client secrets, keys, tokens, passwords and card numbers masked."""
    return masked(text, lambda kept, _secret: f"{kept}***")


class RedactingFormatter(logging.Formatter):
    """Formats as usual, tracebacks included, then masks, and escapes what a terminal would obey."""

    def __init__(self, *, colours: bool) -> None:
        """Choose the form of the level.

        Args:
            colours: whether it is coloured.
        """
        super().__init__("%(message)s")
        self._level = "\x1b[33m{}\x1b[0m  " if colours else "{}  "

    def format(self, record: logging.LogRecord) -> str:
        """Return the level and the message, without secrets and control characters."""
        return self._level.format(record.levelname) + quoting.terminal_lines(redacted(super().format(record)))
