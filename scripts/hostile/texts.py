"""Changes of a text and of bytes, and the ways in which a value is written down."""

import json
import random
from collections.abc import Callable
from typing import Any

import yaml

from tollbridge.documents import fits

LARGE, DEEP = 200_000, 120
"""Values and levels that PyYAML writes in little time, and without ending at Python's bound on recursion."""

SNIPPETS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\t", b"\r", b"\n", b"\n---\n", b"\n...\n",
    b"%TAG ! x\n", b"%YAML 1.1\n", b"# ", b"&a ", b"*a", b"[*a, *a]", b"<<: *a\n", b"? ", b": ", b"- ", b"- - - ",
    b"| ", b"> ", b"!!int ", b"!!python/object/apply:os.abort []", b"!!binary ", b"!<x> ", b"{", b"}", b"[", b"]",
    b'"', b"'", b",", b"\\ud800", b"\\u0000", b"\\x", b"1e999", b".inf", b".nan", b"NaN", b"-", b"0x", b"0o8",
    b"1:30", b"~", b"2020-01-01", b"[" * 3000, b"{a: " * 3000, b"- " * 3000, b"9" * 5000, b"&a [" * 40,
    b"\xe2\x80\xa8",
)  # fmt: skip


def _cut(draw: random.Random, content: bytes) -> tuple[int, int]:
    """Return the begin and the end of a part."""
    begin = draw.randrange(len(content) + 1)
    return begin, min(len(content), begin + draw.choice((1, 1, 4, 40, 4000)))


def _flip(draw: random.Random, content: bytes) -> bytes:
    """Change single bits, a few or one in a hundred."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 3, 1 + len(content) // 100))):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _overwrite(draw: random.Random, content: bytes) -> bytes:
    begin, end = _cut(draw, content)
    return content[:begin] + draw.choice((draw.randbytes, bytes))(end - begin) + content[end:]


def _remove(draw: random.Random, content: bytes) -> bytes:
    begin, end = _cut(draw, content)
    return content[:begin] + content[end:]


def _repeat(draw: random.Random, content: bytes) -> bytes:
    begin, end = _cut(draw, content)
    return content[:end] + content[begin:end] * draw.choice((1, 5, 200)) + content[end:]


def _move(draw: random.Random, content: bytes) -> bytes:
    begin, end = _cut(draw, content)
    target = draw.randrange(len(content) + 1)
    return content[:target] + content[begin:end] + content[target:]


def _truncate(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _insert(draw: random.Random, content: bytes) -> bytes:
    begin, _ = _cut(draw, content)
    return content[:begin] + draw.choice(SNIPPETS) + content[begin:]


BYTE_CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _flip, _overwrite, _remove, _repeat, _move, _truncate,
)  # fmt: skip


def changed_bytes(draw: random.Random, content: bytes) -> bytes:
    """Return bytes with one to three changes."""
    for _ in range(draw.choice((1, 1, 2, 3))):
        content = draw.choice(BYTE_CHANGES)(draw, content)
    return content


def changed_text(draw: random.Random, content: bytes) -> bytes:
    """Return a text with one to three changes, of which some mean something to a parser."""
    for _ in range(draw.choice((1, 1, 2, 3))):
        content = draw.choice((*BYTE_CHANGES, _insert, _insert, _insert))(draw, content)
    return content


def written(draw: random.Random, value: Any) -> bytes:
    """Return a value as a file: JSON in its forms, or YAML."""
    as_yaml = draw.random() < 0.3 and fits(value, nodes=LARGE, depth=DEEP)
    if as_yaml:
        text = yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=draw.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")
    text = json.dumps(value, indent=draw.choice((None, 1)), ensure_ascii=draw.random() < 0.5)
    return text.encode(draw.choice(("utf-8",) * 9 + ("utf-16",)), "surrogatepass")
