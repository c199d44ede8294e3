"""Reading documents: JSON, YAML, neither, and what is made to break a reader."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tollbridge.documents import Document, DocumentError, read_document, read_file
from tollbridge.documents.bounds import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, MAX_FAULTS, MAX_NODES

TOO_DEEP = "has more than 100 lists and objects within each other; make it flatter."
TOO_MANY = "has more than 1,000,000 values, with what its aliases repeat; make it smaller."
TOO_LONG = "has more than 16,777,216 characters of text, with what its aliases repeat; make it smaller."
NO_VALUE = "is not one that JSON has a value for; leave it out."
HALF = "a text has half of a surrogate pair, which is no character; write both halves, or none."
LIST_AS_NAME = "a name is a list; a name is text."
OBJECT_AS_NAME = "a name is an object; a name is text."
NINES = "9" * 5000
LONG_NUMBER = f"{NINES[:24]}… is a number of 5,000 characters; 400 are the most that is read."


def document(folder: Path, content: str | bytes) -> Document:
    """Read a content from a file."""
    path = folder / "document"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path)


def refusal(folder: Path, content: str | bytes) -> str:
    """Return what is said of a content, with `FILE` for the file's name."""
    with pytest.raises(DocumentError) as caught:
        document(folder, content)
    return str(caught.value).replace(str(folder / "document"), "FILE")


def bomb(levels: int) -> str:
    """Return YAML whose aliases repeat ten times what the line before repeats."""
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, levels)]
    return "a0: &a0 [x]\n" + "".join(lines)


DEEP: dict[str, tuple[str, str]] = {
    "lists": ("[" * 200_000, f"FILE:1: {TOO_DEEP}"),
    "lists on lines": ("[\n" * 200_000, f"FILE:101: {TOO_DEEP}"),
    "objects of JSON": ('{"a":' * 200_000, f"FILE:1: {TOO_DEEP}"),
    "flow mappings": ("{a: " * 200_000, f"FILE:1: {TOO_DEEP}"),
    "block sequences": ("- " * 200_000, f"FILE:1: {TOO_DEEP}"),
    "block mappings": ("".join(" " * n + "a:\n" for n in range(300)), f"FILE:101: {TOO_DEEP}"),
    "names of names": ("? " * 200_000, f"FILE:1: {OBJECT_AS_NAME}"),
    "lists as names": ("[{" * 200_000, f"FILE:1: {LIST_AS_NAME}"),
    "through aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300)),
        f"FILE:100: {TOO_DEEP}",
    ),
}
ALIASES: dict[str, tuple[str, str]] = {
    "a bomb": (bomb(12), f"FILE:7: {TOO_MANY}"),
    "a bomb of text": (f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]", f"FILE:2: {TOO_LONG}"),
    "a bomb of merges": (
        "m0: &m0 {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}\n"
        + "".join(f"m{n}: &m{n} {{<<: [*m0, *m{n - 1}]}}\n" for n in range(1, 1000)),
        f"FILE:32: {TOO_MANY}",
    ),
    "itself": ("&a [*a]", "FILE:1: the alias *a is within what it repeats; write it out."),
    "itself below": ("a: &a\n  b:\n    c: *a", "FILE:3: the alias *a is within what it repeats; write it out."),
    "nothing": ("a: *b", "FILE:1: the alias *b repeats nothing: there is no &b before it."),
    "a name": ("a: &a b\n? *a\n: c", "FILE:2: a name is the alias *a; write the name."),
    "merged text": ("a:\n  <<: b", "FILE:2: << takes in what is not an object; name an object."),
    "a merged list of text": ("<<: [{a: 1}, b]", "FILE:1: << takes in what is not an object; name an object."),
}  # fmt: skip
NUMBERS: dict[str, tuple[str, str]] = {
    "5,000 digits": (f"a: {NINES}", f"FILE:1: {LONG_NUMBER}"),
    "5,000 digits of JSON": (f'{{"a": 1,\n"b": {NINES}}}', f"FILE:2: {LONG_NUMBER}"),
    "5,000 digits after a point": (f"a: 0.{NINES}", "FILE:1: 0.9999999999999999999999… is a number of 5,002 "
                                   "characters; 400 are the most that is read."),
    "5,000 digits of 16": (f"a: 0x{NINES}", "FILE:1: 0x9999999999999999999999… is a number of 5,002 characters; "
                           "400 are the most that is read."),
    "1e999": ("a: 1e999", "FILE:1: 1e999 is larger than a number can be (about 1.8e308); write a smaller one."),
    "1e999 of JSON": ('{"a":\n-1e999}', "FILE:2: -1e999 is larger than a number can be (about 1.8e308); write a "
                      "smaller one."),
    "infinity": ("a: -.inf", "FILE:1: -.inf is a number that JSON does not have; put it in quotes to mean text."),
    "not a number": ("a: .NaN", "FILE:1: .NaN is a number that JSON does not have; put it in quotes to mean text."),
}  # fmt: skip
TAGS: dict[str, tuple[str, str]] = {
    f"!!{name}": (f"a: 1\nb: !!{name} {text}", f"FILE:2: the tag !!{name} {NO_VALUE}")
    for name, text in {
        "python/object/apply:os.system": "[touch /tmp/x]",
        "python/name:os.system": "x",
        "binary": "aGk=",
        "set": "{a}",
        "omap": "[a: 1]",
        "timestamp": "2020-01-01",
        "str": "[a]",
        "map": "[a]",
        "seq": "{a: 1}",
    }.items()
} | {
    "one of the file's own": ("a: !money 5", f"FILE:1: the tag !money {NO_VALUE}"),
    "a lie": ("a: !!int five", "FILE:1: five is not what its tag says; leave the tag out."),
    "true as a number": ("a: !!int true", "FILE:1: true is not what its tag says; leave the tag out."),
    "40,000 directives": (
        "".join(f"%TAG !a{n}! !b\n" for n in range(40_000)) + "--- a",
        "FILE: has more than 100 %TAG lines; leave them out.",
    ),
}  # fmt: skip
TEXTS: dict[str, tuple[str | bytes, str]] = {
    "NUL": ("a: b\nc: \x00", "FILE:2: is not YAML: it has the character U+0000."),
    "a bell": ('{"a": "\x07"}', "FILE:1: is not YAML: it has the character U+0007."),
    "Latin-1": ("a: 1\nb: é".encode("latin-1"), "FILE:2: is not text in UTF-8: unexpected end of data at byte 8."),
    "overlong UTF-8": (b"a: \xc0\xaf", "FILE:1: is not text in UTF-8: invalid start byte at byte 3."),
    "half of UTF-16": (b"\xff\xfea", "FILE:1: is not text in UTF-16: truncated data at byte 2."),
    "UTF-32": ("a: 1".encode("utf-32"), "FILE:1: is not YAML: it has the character U+0000."),
    "half a surrogate pair": ('{"a":\n"\\ud83d"}', f"FILE:2: {HALF}"),
    "half a pair as a name": ('{"\\udc00": 1}', f"FILE:1: {HALF}"),
    "a tab": ("a:\n\tb: 1", "FILE:2: is not YAML: while scanning for the next token, found character that cannot "
              "start any token."),
    "two documents": ("a: 1\n---\nb: 2", "FILE:2: a second document begins; a file has one."),
    "a list without an end": ("a: [", "FILE:1: is not YAML: while parsing a flow node, did not find expected node "
                              "content."),
    "JSON without a colon": ('{"a" 1}', "FILE:1: is not YAML: while parsing a flow mapping, did not find expected "
                             "',' or '}'."),
    "a name twice": ("a: 1\nb: 2\na: 3\n200: x\n'200': y", "FILE:3: a is given twice.\nFILE:5: 200 is given twice."),
    "a name twice in JSON": ('{"a": 1,\n"a": 2, "b": {"c": 1,\n"c": 2}}', "FILE:2: a is given twice.\nFILE:3: c is "
                             "given twice."),
    "a list as a name": ("? [a]\n: b", f"FILE:1: {LIST_AS_NAME}"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(*row, id=f"{group}: {name}")
        for group, rows in {"deep": DEEP, "aliases": ALIASES, "numbers": NUMBERS, "tags": TAGS, "text": TEXTS}.items()
        for name, row in rows.items()
    ],
)
def test_what_cannot_be_taken_is_a_sentence_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    """It says what stands there, the bound, and what to do."""
    assert refusal(tmp_path, content) == said


FOUR = {"z": 1, "y": 2, "x": 3, "w": 4}
VALUES: dict[str, tuple[str | bytes, object]] = {
    "nothing": ("", None),
    "spaces": (" \n\n ", None),
    "a comment": ("# a", None),
    "one value": ("5", 5),
    "null": ("[~, null, Null, NULL, ]", [None] * 4),
    "empty": ("a:", {"a": None}),
    "booleans": ("[true, True, TRUE, false, False, FALSE]", [True] * 3 + [False] * 3),
    "no booleans": ("[yes, no, on, off, y, n, tRUE]", ["yes", "no", "on", "off", "y", "n", "tRUE"]),
    "integers": ("[0, -1, +2, 010, 0o17, 0x1F, 18446744073709551616]", [0, -1, 2, 10, 15, 31, 2**64]),
    "decimals": ("[1.5, .5, 5., 1e3, -1.5E-3]", [1.5, 0.5, 5.0, 1000.0, -0.0015]),
    "no numbers": ("[1:30, 1_000, 0b1, 0o8, 1e, +, -, ., ..., 1.2.3, .info, ٣]",
                   ["1:30", "1_000", "0b1", "0o8", "1e", "+", "-", ".", "...", "1.2.3", ".info", "٣"]),
    "dates": ("[2020-01-01, 2020-01-01T00:00:00Z]", ["2020-01-01", "2020-01-01T00:00:00Z"]),
    "quotes": ("['1', \"true\", '~', \"\\u00e9\"]", ["1", "true", "~", "é"]),
    "tags": ("[!!str 1, ! 2, !!int '3', !!float 4, !!bool 'true', !!null '']", ["1", "2", 3, 4, True, None]),
    "collections with tags": ("a: !!map {b: !!seq [c]}", {"a": {"b": ["c"]}}),
    "names": ("{200: a, true: b, ~: c, 1.5: d, '': e}", {"200": "a", "true": "b", "~": "c", "1.5": "d", "": "e"}),
    "an alias": ("a: &x [1]\nb: *x\n? &y c\n: *y", {"a": [1], "b": [1], "c": "c"}),
    "an anchor anew": ("[&x 1, *x, &x 2, *x]", [1, 1, 2, 2]),
    "a merge": ("a: &a {x: 1, y: 2}\nb: {x: 0, <<: *a, z: 3}", {"a": {"x": 1, "y": 2}, "b": {"x": 0, "z": 3, "y": 2}}),
    "a merge of several": ("a: &a {z: 1, y: 2, x: 3, w: 4}\nb: {<<: *a}", {"a": FOUR, "b": FOUR}),
    "merges": ("<<: [{a: 1}, {a: 2, b: 2}]\nb: 3", {"b": 3, "a": 1}),
    "a quoted merge": ("'<<': 1", {"<<": 1}),
    "JSON": (' {"a": [1, 2.5, "x", null, true, {}]}\n', {"a": [1, 2.5, "x", None, True, {}]}),
    "an escaped emoji": ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
    "a longest number": ("[" + "9" * MAX_DIGITS + "]", [int("9" * MAX_DIGITS)]),
    "YAML that looks like JSON": ('{"a": 1, b: NaN,} # it is not', {"a": 1, "b": "NaN"}),
    "UTF-8 with its mark": (b"\xef\xbb\xbfa: 1", {"a": 1}),
    "UTF-8 JSON with its mark": (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    "UTF-16": ("a: é".encode("utf-16"), {"a": "é"}),
    "Windows' lines": (b"a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    "an end": ("--- {a: 1}\n...\n", {"a": 1}),
}  # fmt: skip


@pytest.mark.parametrize(("content", "value"), VALUES.values(), ids=VALUES)
def test_what_is_read_is_what_json_and_the_core_schema_of_yaml_mean(
    tmp_path: Path, content: str | bytes, value: object
) -> None:
    """Names are text, numbers are numbers that JSON has, and what only YAML 1.1 takes for something else is text."""
    read = document(tmp_path, content).value
    assert (read, repr(read)) == (value, repr(value))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ("# YAML\n[", "]"), ("{a: ", "}")])
def test_the_deepest_document_is_read_and_one_level_more_is_not(tmp_path: Path, opening: str, closing: str) -> None:
    """JSON and YAML have the same bound."""
    head, opening = ("# YAML\n", "[") if opening.startswith("#") else ("", opening)
    text = f"{head}{opening * MAX_DEPTH}1{closing * MAX_DEPTH}"
    assert document(tmp_path, text).value
    assert refusal(tmp_path, text.replace("1", f"{opening}1{closing}")).endswith(TOO_DEEP)


def test_the_largest_documents_are_read_and_one_value_more_is_not(tmp_path: Path) -> None:
    """In JSON, where names count too, and in YAML, where each alias counts as what it repeats."""
    named = {f"a{n}": 0 for n in range(MAX_NODES // 2 - 1)}
    assert document(tmp_path, json.dumps(named)).value == named
    assert refusal(tmp_path, json.dumps([named, 0, 0])) == f"FILE: {TOO_MANY}"
    hundreds = f"- &a [{'0, ' * 99}]\n- &b [{'*a, ' * 100}]\n"  # 100 values, and 10,001
    counted = 1 + 100 + 10_001
    text = hundreds + "- *b\n" * ((MAX_NODES - counted) // 10_001)
    room = (MAX_NODES - counted) % 10_001
    assert document(tmp_path, text + "- 0\n" * room).value
    assert refusal(tmp_path, text + "- 0\n" * (room + 1)).endswith(TOO_MANY)


def test_no_more_sentences_than_somebody_reads(tmp_path: Path) -> None:
    """A hundred names that are given twice are told, and that there are more."""
    said = refusal(tmp_path, "a: 1\n" * (MAX_FAULTS + 2)).splitlines()
    assert said[0] == "FILE:2: a is given twice."
    assert (len(said), said[-1]) == (MAX_FAULTS + 1, "… and more.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029\x85")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc<~1", max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def places(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return every place of a value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(inner for name, part in parts for inner in places(part, (*place, name)))]


@given(st.lists(JSON, max_size=3), st.sampled_from([None, 0, 1]), st.booleans())
@example([{"<": [1e22, -0.0]}], 0, True)
@example("\U00010000", None, True)  # escaped as two surrogates, which YAML refuses
def test_json_is_the_same_to_both_readers(
    tmp_path_factory: pytest.TempPathFactory, value: list[Any], indent: int | None, ascii_only: bool
) -> None:
    """What is JSON has its value; after a YAML comment it has the same, and each part of it a line further down."""
    folder = tmp_path_factory.getbasetemp()
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    plain = document(folder, json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert repr(plain.value) == repr(value)
    commented = document(folder, f"# YAML\n{text}")
    assert commented.value == value
    for place in places(value):
        assert commented.line(place) == plain.line(place) + 1


def test_a_line_is_that_of_the_value_or_of_the_nearest_around_it(tmp_path: Path) -> None:
    """Through lists, aliases and merges; of what does not exist, the line of what would hold it."""
    text = "a: &a\n  x: 1\n  y:\n  - 2\n  - 3\nb: *a\nc:\n  <<: *a\n  z: 4\n"
    read = document(tmp_path, text)
    lines = {
        (): 1,
        ("a",): 1,
        ("a", "y", 1): 5,
        ("b",): 1,
        ("b", "y", 0): 4,
        ("c",): 8,
        ("c", "y", 1): 5,
        ("c", "z"): 9,
    }
    assert {place: read.line(place) for place in lines} == lines
    assert [read.line(place) for place in (("q",), ("a", "q"), ("a", "y", 9), ("a", "x", 0))] == [1, 1, 4, 2]


def test_what_is_not_a_regular_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a device without an end, a socket, a folder: told, without waiting."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
    for name, kind in {"pipe": "a pipe", "device": "a device", "socket": "a socket", ".": "a folder"}.items():
        with pytest.raises(DocumentError) as caught:
            read_document(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: is {kind}; give a regular file."


def test_what_cannot_be_read_is_told_with_the_systems_reason(tmp_path: Path) -> None:
    """A file that is not there, a link that leads to itself, a name that is too long or no name, a file that fails."""
    (tmp_path / "loop").symlink_to("loop")
    reasons = {
        tmp_path / "none": "No such file or directory",
        tmp_path / "loop": "Too many levels of symbolic links",
        tmp_path / ("a" * 300): "File name too long",
        Path("/proc/self/mem"): "Input/output error",
    }
    for path, reason in reasons.items():
        with pytest.raises(DocumentError) as caught:
            read_document(path)
        assert str(caught.value) == f"{path}: cannot be read ({reason})."
    with pytest.raises(DocumentError, match=r"cannot be read \(embedded null byte\)\."):
        read_document(Path("a\x00b"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_of_somebody_else_is_told(tmp_path: Path) -> None:
    """One that may not be read."""
    path = tmp_path / "closed"
    path.touch(0o000)
    with pytest.raises(DocumentError, match=r"cannot be read \(Permission denied\)\."):
        read_document(path)


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    """The largest is read; one byte more is told by its size, and one whose size is not told by where it goes on."""
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, MAX_BYTES)
    assert len(read_file(path)) == MAX_BYTES
    os.truncate(path, MAX_BYTES + 1)
    with pytest.raises(DocumentError) as caught:
        read_file(path)
    most = "16,777,216 bytes are the most that is read; make it smaller."
    assert str(caught.value) == f"{path}: is 16,777,217 bytes long, and {most}"
    endless = Path("/proc/self/pagemap")
    with pytest.raises(DocumentError) as caught:
        read_file(endless)
    assert str(caught.value) == f"{endless}: goes on, and {most}"
