"""Characters as they are written in a class of a pattern (`[…]`): each has one meaning, to every engine."""

HALVES = range(0xD800, 0xE000)
"""Of characters beyond 16 bits; no text that is Unicode has one alone."""

LAST = 0x10FFFF
PLAIN = frozenset(" !\"#%',:;<=>@_`")
DIGIT, WORD = "0-9", "0-9A-Za-z_"
SPACE = "\\x09-\\x0d\\x20\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
SETS = {
    "d": DIGIT,
    "D": "\\x00-\\x2f\\x3a-\U0010ffff",
    "s": SPACE,
    "S": "\\x00-\\x08\\x0e-\\x1f\\x21-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027"
    "\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff",
    "w": WORD,
    "W": "\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\U0010ffff",
}
"""What is in a class for each; written out, since Rust takes `\\d` within `(?=…)` for the digits of every script."""


def spelled(first: int, last: int) -> str:
    """Return a range of characters as a class has it, without halves of characters, which are in no text."""
    below = (first, min(last, HALVES.start - 1))
    above = (max(first, HALVES.stop), last)
    return "".join(_joined(*ends) for ends in (below, above) if ends[0] <= ends[1])


def _joined(first: int, last: int) -> str:
    return _in_class(first) if first == last else f"{_in_class(first)}-{_in_class(last)}"


def _in_class(code: int) -> str:
    character = chr(code)
    plain = code > 0x7F or character.isalnum() or character in PLAIN
    return character if plain else f"\\x{code:02x}"
