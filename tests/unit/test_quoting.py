"""Foreign text in another language: whatever it is, it is read back as the same text, and does nothing."""

import ast
import math
import re
import subprocess
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tollbridge import quoting

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=40)
"""Lone surrogates too."""

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANYTHING
    | st.binary(max_size=20),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.tuples(inner, inner) | st.dictionaries(ANYTHING, inner),
    max_leaves=8,
)

ATTACKS = (
    "$(touch canary)",
    "`touch canary`",
    "';touch canary;'",
    '"; touch canary; "',
    "a\ntouch canary\n#",
    "-n",
    "%s%n\\0101",
    "\\",
    "'''\nimport os\n'''",
    "{__import__('os')}",
    "JUDGE\ntouch canary",
    "é\u202e\U0001f600",
    "\x1b]0;title\x07\x9b2J",
    "",
)


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "\x9b2J", "\u202eabc", "\u2066", "\u2028", "\ud800", "\r", "\n", "\t", "\x00"]
)
def test_a_terminal_is_told_nothing_to_do(text: str) -> None:
    """What a terminal would obey is written as an escape."""
    assert quoting.terminal(f"a{text}b") == f"a{text}b".encode("unicode_escape").decode()


@given(ANYTHING)
def test_terminal_text_is_one_printable_line(text: str) -> None:
    """Whatever the text is, every character of what is written is printed, and what was printable is as it was."""
    written = quoting.terminal(text)
    assert written.isprintable()
    assert written == text or not text.isprintable()
    written.encode()


def test_our_own_line_breaks_stay() -> None:
    """Lines are kept; what else is in them is escaped."""
    assert quoting.terminal_lines("a\n\x1bb\r\n") == "a\n\\x1bb\\r\n"


@given(ANYTHING)
@example("::error::x")
@example(" \t::set-output name=a::b")
@example("a ##[error]x")
def test_a_line_of_a_log_is_no_workflow_command(text: str) -> None:
    """It is one printable line that does not begin as a command does, and has none of the old form anywhere."""
    line = quoting.github_log(text)
    assert line.isprintable()
    assert not line.lstrip().startswith("::")
    assert "##[" not in line


@given(PLAIN)
def test_python_reads_back_what_was_written(value: Any) -> None:
    """The expression is a literal, in printable ASCII, and its value is the one that was written."""
    written = quoting.python(value)
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    assert ast.literal_eval(written) == value


class Writes(str):
    """A text that writes itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "os.system('touch canary')"


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, Writes("a"), [Writes("a")], {Writes("a"): 1}, {"a": (Writes("a"),)}]
)
def test_python_writes_plain_data_only(value: object) -> None:
    """What would write itself is refused, wherever it stands."""
    with pytest.raises(TypeError):
        quoting.python(value)


@pytest.mark.parametrize("value", [math.nan, [math.inf], {"a": -math.inf}, [10**5_000]])
def test_python_refuses_what_has_no_literal(value: object) -> None:
    """A name would stand there instead, or nothing that Python reads."""
    with pytest.raises(ValueError, match=r"literal|digits"):
        quoting.python(value)


@settings(max_examples=60)
@given(st.lists(ANYTHING.map(lambda text: text.replace("\0", "").rstrip("\n")), min_size=1, max_size=20))
@example([*ATTACKS])
def test_sh_reads_back_what_was_written(texts: list[str]) -> None:
    """Each word reaches a program as it was, and each printf writes the bytes, run by the real sh."""
    words = [quoting.shell(text) for text in texts]
    line = " ".join(words)
    assert line.isascii()
    assert line.isprintable()
    assert _run(f"printf '%s\\0' {line}") == b"".join(text.encode("utf-8", "surrogatepass") + b"\0" for text in texts)


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
@example([attack.encode("utf-8", "surrogatepass") for attack in ATTACKS])
def test_sh_writes_bytes(pieces: list[bytes]) -> None:
    """Any bytes, NUL and line breaks at their end too."""
    lines = [quoting.shell_printf(piece) for piece in pieces]
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert _run("\n".join(lines)) == b"".join(pieces)


@pytest.mark.parametrize("text", ["a\0b", "a\n"])
def test_sh_refuses_what_no_word_holds(text: str) -> None:
    """A word that would come out as another is not written."""
    with pytest.raises(ValueError, match="word of sh"):
        quoting.shell(text)


def _run(script: str) -> bytes:
    return subprocess.run(["sh", "-c", script], capture_output=True, timeout=20, check=True).stdout


MARKUP = (
    *ATTACKS,
    "<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "![a](http://x/y.png)",
    "&lt;b&gt; <b>",
    "a | b | c\n| - |",
    "# heading",
    "1. one",
    "- one",
    "***",
    "    code",
    "``` <b> ```",
    "`<b>`` <i>`",
    "`a``b` <b>",
    "\\`<b>`",
    "\\<b>",
    "~~a~~ __a__ $a$",
)


class Tags(HTMLParser):
    """Collects the tags of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.one_of(ANYTHING, st.lists(st.sampled_from([*"`\\<>|*_[]()!#-+1. ab\n"]), max_size=30).map("".join)))
@example("`<b>`` <i>`")
@example("`a``<b>")
@pytest.mark.parametrize("before", ["", "| a |\n| --- |\n| "])
def test_markdown_shows_the_text(before: str, text: str) -> None:
    """A renderer shows what was written, as text or as code, in a paragraph and in a cell, and makes nothing of it."""
    page = Tags()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(f"{before}{quoting.markdown(text)}"))
    assert page.tags <= {"p", "code", *(("table", "thead", "tbody", "tr", "th", "td") if before else ())}
    shown = page.text.removeprefix("\n\n\na\n\n\n\n\n") if before else page.text
    blanks = re.compile(r"[\s`\\]")  # backticks become code, backslashes may stand before a bar of code
    assert blanks.sub("", shown) == blanks.sub("", quoting.terminal(" ".join(text.split())))


@pytest.mark.parametrize("text", MARKUP)
def test_markdown_of_attacks(text: str) -> None:
    """Markup of each kind is shown and not obeyed."""
    test_markdown_shows_the_text.hypothesis.inner_test("", text)  # type: ignore[attr-defined]
    test_markdown_shows_the_text.hypothesis.inner_test("| a |\n| --- |\n| ", text)  # type: ignore[attr-defined]
