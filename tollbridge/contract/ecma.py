"""Patterns of ECMA-262, written as the engine reads them that matches in linear time.

Contracts are written for JavaScript's regular expressions. jsonschema-rs (0.60.3) takes those of the flag `u`, and the
engine below it gives some characters another meaning (`[a&&b]`, `.` before a line's end, `\\b` beside an accent). So a
pattern is read with the flag `u`, as JSON Schema recommends; what that flag refuses is read as browsers do without it
(ECMA-262, annex B): a `]`, `{` or `}` on its own, `[\\w-.]`, `\\07`. What is written has one meaning to all of them.

A library that matches ECMA-262 itself (`regress`, which the tests hold this against) backtracks without an end.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from tollbridge.contract.characters import HALVES, LAST, SETS, WORD, spelled

SYNTAX = frozenset("^$\\.*+?()[]{}|/")
CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
ANY_BUT_LINE_ENDS = "[^\\x0a\\x0d\u2028\u2029]"
ANYTHING, NOTHING = "[\\s\\S]", "[^\\s\\S]"
BOUNDARY = f"(?:(?<=[{WORD}])(?![{WORD}])|(?<![{WORD}])(?=[{WORD}]))"
NO_BOUNDARY = f"(?:(?<=[{WORD}])(?=[{WORD}])|(?<![{WORD}])(?![{WORD}]))"

GROUP = re.compile(r"\((?:\?(?:<(?P<name>[A-Za-z_$][\w$]*)>|(?P<kind>:|=|!|<=|<!|i:|-i:)))?", re.ASCII)
QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")
NAMED_REFERENCE = re.compile(r"k<([A-Za-z_$][\w$]*)>", re.ASCII)
PROPERTY = re.compile(r"[pP]\{[A-Za-z0-9_=]{1,100}\}")
HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,8})\}")
LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
DIGITS = re.compile(r"[1-9][0-9]{0,5}")
GROUPS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]?|\((?:(?!\?)|\?<(?![=!]))", re.DOTALL)
NOTHING_REPEATED = "there is nothing before a quantifier that it could repeat"


class PatternError(ValueError):
    """A pattern is not one of ECMA-262, or needs what no engine does in linear time; the message says what."""


@lru_cache(maxsize=10_000)
def translated(pattern: str) -> str:
    """Return a pattern as it is compiled.

    Args:
        pattern: as a contract has it.

    Raises:
        PatternError: it cannot be read.
    """
    return _Reader(pattern).read()


@dataclass
class _Open:
    """A group that has begun.

    Args:
        number: of what it captures; None where it captures nothing.
        repeatable: whether a quantifier may follow it: none may follow what only looks around.
    """

    number: int | None
    repeatable: bool


@dataclass
class _Reader:
    """Reads one pattern from its beginning to its end.

    Args:
        pattern: as the contract has it.
        at: how far it is read.
        written: what is written of it.
        repeatable: whether what was written last may be repeated.
        open: the groups that have begun and not ended.
        names: the numbers of groups that have names.
        groups: how many groups have begun.
        count: how many there are.
        certain: the groups that always match, once, before what comes after them.
        last: the number of the group that ended last, where nothing came after it.
    """

    pattern: str
    at: int = 0
    written: list[str] = field(default_factory=list)
    repeatable: bool = False
    open: list[_Open] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    groups: int = 0
    count: int = 0
    certain: set[int] = field(default_factory=set)
    last: int | None = None

    def read(self) -> str:
        self.count = sum(found[0].startswith("(") for found in GROUPS.finditer(self.pattern))
        readers = {"\\": self._escape, "[": self._class, "(": self._begin, ")": self._end, ".": self._any}
        marks = {"|": self._mark, "^": self._mark, "$": self._mark}
        while self.at < len(self.pattern):
            character = self.pattern[self.at]
            if not self._quantified():
                self.at += 1
                (readers | marks).get(character, self._literal)(character)
        if self.open:
            raise PatternError("a ( has no )")
        return "".join(self.written)

    def _write(self, text: str, *, repeatable: bool = True) -> None:
        self.written.append(text)
        self.repeatable = repeatable
        self.last = None

    def _literal(self, character: str) -> None:
        self._write(f"\\{character}" if character in SYNTAX else character)

    def _any(self, _character: str) -> None:
        self._write(ANY_BUT_LINE_ENDS)

    def _mark(self, character: str) -> None:
        self._write(character, repeatable=False)
        if character == "|" and not self.open:
            self.certain.clear()  # what stands before it may be left out
            self.certain.add(0)

    def _quantified(self) -> bool:
        """Take a quantifier, where one comes; a `{` that begins none is a character."""
        found = QUANTIFIER.match(self.pattern, self.at)
        if not found:
            return False
        if not self.repeatable:
            raise PatternError(NOTHING_REPEATED)
        if self.last is not None:
            self.certain.discard(self.last)
        self.at = found.end()
        self._write(found[0], repeatable=False)
        return True

    def _begin(self, _character: str) -> None:
        found = GROUP.match(self.pattern, self.at - 1)
        assert found is not None
        self.at = found.end()
        kind, name = found["kind"], found["name"]
        if kind is None and self.pattern.startswith("?", self.at):
            raise PatternError("a (? begins what ECMA-262 does not have")
        number = None
        if kind is None:
            self.groups += 1
            number = self.groups
        if name is not None and number is not None:
            self.names[name] = number
        self.open.append(_Open(number, kind in (None, ":", "i:", "-i:")))
        self._write(f"(?{kind}" if kind else "(", repeatable=False)

    def _end(self, _character: str) -> None:
        if not self.open:
            raise PatternError("a ) has no (")
        ended = self.open.pop()
        self._write(")", repeatable=ended.repeatable)
        if ended.number is not None and not self.open and 0 not in self.certain:
            self.certain.add(ended.number)
            self.last = ended.number

    def _escape(self, _character: str) -> None:
        for take in (self._set, self._boundary, self._reference):
            if take():
                return
        code = self._code(in_class=False)
        if code in HALVES:
            self._write(NOTHING)  # half of a character is in no text that is Unicode
        else:
            self._literal(chr(code))

    def _boundary(self) -> bool:
        if self.pattern[self.at : self.at + 1] not in ("b", "B"):
            return False
        self._write(BOUNDARY if self.pattern[self.at] == "b" else NO_BOUNDARY, repeatable=False)
        self.at += 1
        return True

    def _set(self) -> bool:
        if (found := self._set_here()) is None:
            return False
        self._write(f"[{found}]")
        return True

    def _set_here(self) -> str | None:
        """Return an escape that is many characters as a class has it, and go beyond it; None where it is not one."""
        if (found := SETS.get(self.pattern[self.at : self.at + 1])) is not None:
            self.at += 1
            return found
        if prop := PROPERTY.match(self.pattern, self.at):
            self.at = prop.end()
            return f"\\{prop[0]}"
        return None

    def _reference(self) -> bool:
        """Take a repetition of what a group has matched; of one that may not have, engines differ."""
        digits, named = DIGITS.match(self.pattern, self.at), NAMED_REFERENCE.match(self.pattern, self.at)
        if digits and int(digits[0]) <= self.count:
            number, end = int(digits[0]), digits.end()
        elif named and "(?<" in self.pattern:
            number, end = self.names.get(named[1], -1), named.end()
        else:
            return False
        if number not in self.certain:
            raise PatternError("it repeats what a group has matched that need not have matched before")
        self.at = end
        self._write(f"(?:\\{number})")
        return True

    def _code(self, *, in_class: bool) -> int:
        """Return the one character that an escape is, and go beyond it."""
        if self.at >= len(self.pattern):
            raise PatternError("it ends with a \\")
        if (code := self._hexadecimal()) is not None:
            return code
        if found := OCTAL.match(self.pattern, self.at):
            self.at = found.end()
            return int(found[0], 8)
        character = self.pattern[self.at]
        if character == "c":
            return self._control()
        self.at += 1
        if in_class and character == "b":
            return 8
        return CONTROLS.get(character, ord(character))

    def _control(self) -> int:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if not (letter.isascii() and letter.isalpha()):
            return ord("\\")  # and the `c` after it is a character of its own
        self.at += 2
        return ord(letter) % 32

    def _hexadecimal(self) -> int | None:
        found = HEX.match(self.pattern, self.at)
        if not found:
            return None
        self.at = found.end()
        code = int(found[1] or found[2] or found[3], 16)
        if code > LAST:
            raise PatternError("it names a character beyond the last one of Unicode")
        low = LOW_HALF.match(self.pattern, self.at) if 0xD800 <= code < 0xDC00 and found[2] else None
        if low:
            self.at = low.end()
            return 0x10000 + (code - 0xD800) * 0x400 + int(low[1], 16) - 0xDC00
        return code

    def _class(self, _character: str) -> None:
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        parts = self._parts()
        if not parts:
            self._write(ANYTHING if negated else NOTHING)
        else:
            self._write(f"[{'^' if negated else ''}{''.join(parts)}]")

    def _parts(self) -> list[str]:
        """Return what is in a class, each part as it is written, and go beyond its end."""
        parts: list[str] = []
        while (first := self._member()) is not None:
            if not self._isspelled():
                parts.append(first if isinstance(first, str) else spelled(first, first))
                continue
            self.at += 1
            last = self._member()
            assert last is not None
            if isinstance(first, str) or isinstance(last, str):  # annex B: then the - is a character
                ends = (one if isinstance(one, str) else spelled(one, one) for one in (first, last))
                parts += [*ends, spelled(ord("-"), ord("-"))]
            elif first > last:
                raise PatternError("a range in a class ends before it begins")
            else:
                parts.append(spelled(first, last))
        return [part for part in parts if part]

    def _isspelled(self) -> bool:
        return self.pattern[self.at : self.at + 1] == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", "")

    def _member(self) -> int | str | None:
        """Return a character of a class, or an escape that is many; None at its end."""
        if self.at >= len(self.pattern):
            raise PatternError("a [ has no ]")
        character = self.pattern[self.at]
        self.at += 1
        if character == "]":
            return None
        if character != "\\":
            return ord(character)
        found = self._set_here()
        return self._code(in_class=True) if found is None else found
