"""Foreign text written into another language, as data and never as code: one function for each language.

Foreign is whatever a target, a contract, a world file or a Stripe at another address says. For HTML the standard
library has `html.escape`, for JSON `json.dumps`, which by default writes ASCII only.
"""

import math
import re
import shlex
from collections.abc import Iterator
from pprint import pformat

MAX_WIDTH = 110
"""Characters of a line of Python, where it can be broken."""

PLAIN = (type(None), bool, int, float, str, bytes, dict, list, tuple)
"""Types whose values Python's own `repr` writes as literals."""

CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]")
COMMAND_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
COMMAND_PROPERTY = COMMAND_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})
LINE_START = re.compile(r"^\d*(?=[#+=.)-])")
"""Behind it a backslash keeps a line from being a heading, a list or a rule."""


def terminal(text: str) -> str:
    """Return text as a part of one line of a terminal.

    Everything that is not printed but does something is escaped as Python would: control characters, line breaks,
    what turns the direction of writing, lone surrogates.
    """
    return text if text.isprintable() else "".join(map(_printable, text))


def terminal_lines(text: str) -> str:
    """Return text for a terminal whose line breaks are ours."""
    return "\n".join(map(terminal, text.split("\n")))


def _printable(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def python(value: object) -> str:
    """Return plain data as a Python literal of printable ASCII characters, on several lines where it is long.

    Raises:
        TypeError: it is no plain data.
        ValueError: it has a number that no literal says.
    """
    _require_plain(value)
    text = pformat(value, width=MAX_WIDTH, sort_dicts=False) if len(repr(value)) > MAX_WIDTH else repr(value)
    return text.encode("ascii", "backslashreplace").decode()


def _require_plain(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} has no literal.")
    if type(value) not in PLAIN:
        raise TypeError(f"{type(value).__name__} is not plain data.")
    if isinstance(value, dict | list | tuple):
        for item in (*value, *(value.values() if isinstance(value, dict) else ())):
            _require_plain(item)


def shell(text: str) -> str:
    """Return text as one word of sh, in printable ASCII and on one line.

    Raises:
        ValueError: no word of sh holds it: it has a NUL, or ends with a line break.
    """
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    if "\0" in text or text.endswith("\n"):
        raise ValueError("A word of sh holds no NUL, and no line break at its end.")
    return f'"$({shell_printf(text.encode("utf-8", "surrogatepass"))})"'


def shell_printf(data: bytes) -> str:
    """Return a command of sh that writes bytes, in printable ASCII and on one line."""
    return f"printf '{''.join(_octal(data))}'"


def _octal(data: bytes) -> Iterator[str]:
    """Yield the format of a `printf` whose bytes are written as they are, or by number where they have a meaning."""
    for number, byte in enumerate(data):
        means = byte in b"\\%'" or (byte == ord("-") and number == 0)
        yield f"\\{byte:03o}" if means or not 32 <= byte < 127 else chr(byte)


def markdown(text: str) -> str:
    """Return text as one line of Markdown, a cell of a table too, in which it is text; `code` stays code."""
    prose, *parts = CODE.split(terminal(" ".join(text.split())))
    return LINE_START.sub(r"\g<0>\\", _prose(prose)) + "".join(
        _code(part) if number % 2 == 0 else _prose(part) for number, part in enumerate(parts)
    )


def github_message(text: str) -> str:
    """Return text as the message of one of GitHub's workflow commands, behind its second `::`."""
    return terminal_lines(text).translate(COMMAND_MESSAGE)


def github_log(text: str) -> str:
    """Return text as one line of a log, in which GitHub's runner finds no workflow command, of the old form neither."""
    line = terminal(text).replace("##[", "## [")
    return f"| {line}" if line.lstrip().startswith("::") else line


def github_property(text: str) -> str:
    """Return text as the value of a property of one of GitHub's workflow commands, such as `title=`."""
    return terminal_lines(text).translate(COMMAND_PROPERTY)


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _prose(text: str) -> str:
    return MARKUP.sub(r"\\\g<0>", text)
