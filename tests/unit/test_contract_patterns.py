"""Patterns of contracts: read as ECMA-262 has them, and matched by an engine that ends."""

import re
from pathlib import Path

import pytest
import regress
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.test_contract_load import SCHEMA, changed, read
from tollbridge.contract import SchemaCheck
from tollbridge.contract.ecma import PatternError, translated

READ: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    (r"^a]$", ("a]",), ("a",)),
    (r"^{a}$", ("{a}",), ("a",)),
    (r"^a{,2}$", ("a{,2}",), ("aa",)),
    (r"^[\w-.]+$", ("a-.", "_"), ("é", "+")),
    (r"^\-\_\e\@$", ("-_e@",), ("-_",)),
    (r"^[\b]\0\x41\cA$", ("\x08\x00A\x01",), ("bA",)),
    (r"^\07\8\xg\u1$", ("\x078xgu1",), ("\x07",)),
    (r"^[&&a]+$", ("&a",), ("b",)),
    (r"^[--b]+$", ("a-b", "-"), ("~",)),
    (r"^[^]$", ("a", "\n"), ("",)),
    (r"^[]$", (), ("", "a")),
    (r"^.$", ("a", "\U0001f600"), ("\n", "\r", "\u2028")),
    (r"\bfoo", ("éfoo", "foo"), ("afoo",)),
    (r"^\d\s$", ("1\ufeff", "1 "), ("\u0663 ", "1\x85")),
    (r"^(?=\d)\S+$", ("1a",), ("\u0663a",)),
    (r"^[\D]$", ("\u0663",), ("1",)),
    (r"^\ud83d\ude00[\ud800-\udfff]?$", ("\U0001f600",), ("a",)),
    (r"^\p{Lu}[\p{L}]$", ("Aé",), ("a1",)),
    (r"^(?<quote>['\"]).*\k<quote>$", ("'a'", '"a"'), ("'a\"",)),
    (r"^(['\"]).*\1$", ("'a'",), ("'a\"",)),
    (r"^\/[^\/]+\/$", ("/a/",), ("/",)),
    (r"^(?i:É)a$", ("éa",), ("éA",)),
    ("a$", ("a",), ("a\n",)),
]


@pytest.mark.parametrize(("pattern", "fits", "differs"), READ, ids=[row[0] for row in READ])
def test_a_pattern_means_what_browsers_take_it_for(
    pattern: str, fits: tuple[str, ...], differs: tuple[str, ...]
) -> None:
    """A text fits it where JavaScript says so, by what the flag `u` refuses too, and by accents beside a word's end."""
    check = SchemaCheck({"type": "string", "pattern": pattern})
    assert [text for text in fits if not check.is_valid(text)] == []
    assert [text for text in differs if check.is_valid(text)] == []


REFUSED = {
    "a(": "a ( has no )",
    "a)": "a ) has no (",
    "[a": "a [ has no ]",
    "a\\": "it ends with a \\",
    "*a": "there is nothing before a quantifier that it could repeat",
    "a**": "there is nothing before a quantifier that it could repeat",
    "(?=a)*": "there is nothing before a quantifier that it could repeat",
    "[z-a]": "a range in a class ends before it begins",
    "(?i)a": "a (? begins what ECMA-262 does not have",
    "(?P<a>b)": "a (? begins what ECMA-262 does not have",
    r"\u{110000}": "it names a character beyond the last one of Unicode",
    r"\1(a)": "it repeats what a group has matched that need not have matched before",
    r"(a)?\1": "it repeats what a group has matched that need not have matched before",
    r"(a)|\1": "it repeats what a group has matched that need not have matched before",
    r"(?:(a)|b)*\1": "it repeats what a group has matched that need not have matched before",
}


@pytest.mark.parametrize(("pattern", "said"), REFUSED.items(), ids=REFUSED)
def test_a_pattern_that_cannot_be_read_says_why(tmp_path: Path, pattern: str, said: str) -> None:
    """The operation that needs it is not served, with the reason; of what engines read in two ways too."""
    with pytest.raises(PatternError, match=f"^{re.escape(said)}$"):
        translated(pattern)
    [operation] = read(tmp_path, changed(*SCHEMA, to={"type": "string", "pattern": pattern})).operations
    assert operation.unserved
    assert operation.unserved.reason.endswith(f"is not one that can be compiled: {said}.")


PARTS = [
    *("a", "b", ".", "é", "-", "&", "~~", "/", "#", " ", "]", "}", "{", "^", "$", "|"),
    *(r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\b", r"\B", r"\-", r"\_", r"\e", r"\/", r"\t"),
    *(r"\x41", r"\u0041", r"\0", r"\07", r"\7", r"\8", r"\cA", r"\c", r"\x4", r"\u00"),
    *("[ab]", "[^a]", r"[\w-.]", "[a&&b]", "[]", "[^]", r"[\b]", r"[a-\d]", r"[\c]", "[à-ü]", "[--a]", "[~~]"),
    *("[a-z&&[b]]", r"[\d\-x]", "[|*+]", r"[\]a]", r"[\u0000-\uffff]", r"[\W_]", r"[^\S\n]", r"[\D]"),
    *("a{2}", "a{,2}", "a*", "b+?", "(a)", "(?:ab|b)", "(?=a)", "(?!b)", r"(?=\w)", r"(?![\D])", r"(?<=\s)", "(a|b)?"),
    *(r"\1", "(?i:A)"),
]
LETTERS = "ab.-_]}{Aé1 \x00\x08\x01&~\n\r\u2028/#|c\\d7ü\tex4u0\ufeff\u180e\x85\u0663\u2003"


def by_regress(pattern: str, text: str) -> bool | None:
    """Return what a whole engine of ECMA-262 says, with the flag `u` where it takes that; None where with neither."""
    for flags in ("u", ""):
        try:
            return regress.Regex(pattern, flags).find(text) is not None
        except regress.RegressError:
            continue
    return None


def by_us(pattern: str, text: str) -> tuple[bool | None, str]:
    """Return what we say, or None and why we do not read it."""
    try:
        return SchemaCheck({"type": "string", "pattern": pattern}).is_valid(text), ""
    except PatternError as error:
        return None, str(error)


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join), st.text(LETTERS, max_size=4))
@example("[a&&b]", "&")
@example(r"\b.", "é")
@example(r"^[^\S\n]$", "\x85")
def test_a_verdict_is_that_of_an_engine_of_ecma_262(pattern: str, text: str) -> None:
    """What is compiled of a pattern fits the same texts; what that engine does not read is not compiled either."""
    said = by_regress(pattern, text)
    verdict, refusal = by_us(pattern, text)
    assert verdict is said or "repeats what a group" in refusal


def test_a_sentence_shows_the_pattern_as_it_is_written() -> None:
    """What a client reads is the contract's own pattern, not what is compiled of it."""
    check = SchemaCheck({"type": "object", "properties": {"a": {"type": "string", "pattern": "^.{3}$"}}})
    [violation] = check.violations({"a": "x"})
    assert violation.detail == "a is text of 1 character of another form; send text that matches ^.{3}$."


def test_the_names_of_pattern_properties_are_patterns_too(tmp_path: Path) -> None:
    """They are read in the same way, and one that cannot be read leaves its operation out."""
    check = SchemaCheck({"type": "object", "patternProperties": {r"^[\w-.]+$": {"type": "integer"}}})
    assert [check.is_valid(value) for value in ({"a-.": 1}, {"a-.": "x"}, {"+": "x"})] == [True, False, True]
    document = changed(*SCHEMA, to={"x-kept": 1, "patternProperties": {"(": {}}}) | {"openapi": "3.1.0"}
    [operation] = read(tmp_path, document).operations
    assert operation.unserved
    assert operation.unserved.reason == "the pattern '(' is not one that can be compiled: a ( has no )."
