"""A snapshot that is being put back: each line is held against what the simulator itself would have written.

What is wrong is told with its line, and without a value of it: some are secret.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from tollbridge.simulator.model.field_rules import fields_of
from tollbridge.simulator.model.rows import MAX_EVENTS, ROW_TYPES, Event
from tollbridge.simulator.model.state_machine import contradiction
from tollbridge.simulator.state.idempotency import Kept
from tollbridge.simulator.state.snapshot import FORMAT, KEY, NAME, Head, KeyLine
from tollbridge.simulator.state.unit_of_work import Row

MAX_LINE = 8_000_000
"""Bytes of a line; the longest that the simulator writes, a subscription with as many items as may be, has fewer."""

MAX_PLACE = 2**53
KNOWN = (*ROW_TYPES, KEY)


@dataclass
class Reading:
    """Lines of a snapshot that are being read, in their order.

    Args:
        lines: of the snapshot.
        machine: seconds since the epoch, by the machine's clock: when its keys are put back.
        keys: the idempotency keys among the lines, complete when the rows are.
    """

    lines: Iterable[bytes]
    machine: int
    keys: dict[str, Kept] = field(default_factory=dict)
    _ids: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in ROW_TYPES})
    _places: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROW_TYPES, 0))
    _missing: dict[tuple[str, str], str] = field(default_factory=dict)
    _read: int = 0

    def __post_init__(self) -> None:
        """Number the lines."""
        self._numbered = enumerate(self.lines, 1)

    def head(self) -> Head:
        """Read the first line, and what makes ids from then on: `randomness`, None where nothing repeats them.

        Raises:
            ValueError: it is not the head of a snapshot.
        """
        try:
            document = orjson.loads(next(self._numbered, (1, b""))[1])
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ValueError(f"Line 1 is not the head of a snapshot; it begins with the format {FORMAT}.")
        _require_format(document.get("format"))
        self._head = Head(**{name: document.get(name) for name in Head._fields})
        if complaint := fields_of(Head).complaint(list(self._head)):
            raise ValueError(f"Line 1: {complaint}.")
        self.randomness = _generator(self._head.randomness)
        return self._head

    def rows(self, planted: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, and after them those of a seed that are not among them.

        Raises:
            ValueError: a line is not one of a snapshot; the sentence names it.
        """
        for number, line in self._numbered:
            if line.isspace() or not line:
                continue
            self._read += 1
            try:
                found = self._line(line)
            except ValueError as wrong:
                raise ValueError(f"Line {number}: {wrong}.") from None
            if found:
                self._look(number, *found)
                yield found
        self._require_whole()
        yield from self._strangers(planted)

    def _line(self, line: bytes) -> Row | None:
        """Return the row of a line; None where it has a key, which is kept."""
        name, rest = _parsed(line)
        if name == KEY:
            self._keep(rest)
            return None
        if len(rest) != 1 or not isinstance(rest[0], list) or not rest[0]:
            raise ValueError(f"after {name} there has to be one list, of its place and its fields")
        place, *values = rest[0]
        if type(place) is not int or not self._places[name] < place <= MAX_PLACE:
            raise ValueError(f"the place of a {name} has to be a whole number above that of the {name} before")
        self._places[name] = place
        row = _row(name, values)
        if row[0] in self._ids[name]:
            raise ValueError(f"the {name} has the id of another one")
        return name, [place, *row]

    def _keep(self, values: list[Any]) -> None:
        if complaint := fields_of(KeyLine).complaint(values):
            raise ValueError(f"{KEY}: {complaint}")
        line = KeyLine(*values)
        if not 200 <= line.status < 600:
            raise ValueError(f"{KEY}: status has to be that of an answer, 200 to 599")
        _require_content(line)
        content = bytes(memoryview(orjson.dumps(line.content)))
        fingerprint = bytes.fromhex(line.fingerprint)
        self.keys[line.key] = Kept(
            line.path, fingerprint, line.status, content, line.type, line.request_id, line.when, self.machine
        )

    def _look(self, number: int, name: str, values: list[Any]) -> None:
        """Note whom a row names."""
        identity = values[1]
        self._ids[name].add(identity)
        self._missing.pop((name, identity), None)
        for index, field_name, target in fields_of(ROW_TYPES[name]).names:
            named = values[index + 1]
            if named is not None and named not in self._ids[target]:
                sentence = f"Line {number}: {name}: {field_name} names a {target} that the snapshot does not have."
                self._missing.setdefault((target, named), sentence)

    def _require_whole(self) -> None:
        for sentence in self._missing.values():
            raise ValueError(sentence)
        if self._head.lines is not None and self._read < self._head.lines:
            raise ValueError(
                f"The head says that {self._head.lines} lines follow, and {self._read} do: the snapshot was cut off. "
                "Where lines were left out on purpose, leave `lines` out of the head too."
            )

    def _strangers(self, planted: Iterable[Row]) -> Iterator[Row]:
        last = max(self._places.values())
        for name, (_, identity, *values) in planted:
            if identity not in self._ids[name]:
                last += 1
                yield name, [last, identity, *values]


def _require_format(found: object) -> None:
    if found == FORMAT:
        return
    digits = found.removeprefix(NAME) if isinstance(found, str) and found.startswith(NAME) else ""
    if digits.isascii() and digits.isdigit() and digits[:20] != "0":
        raise ValueError(
            f"Line 1: the snapshot has the format {NAME}{digits[:20]}; this Tollbridge reads {FORMAT}. Put it "
            "back with the version that wrote it, or a newer one."
        )
    raise ValueError(f"Line 1 is not the head of a snapshot; it begins with the format {FORMAT}.")


def _parsed(line: bytes) -> tuple[str, list[Any]]:
    if len(line) > MAX_LINE:
        raise ValueError(f"it is longer than {MAX_LINE} bytes")
    try:
        document = orjson.loads(line)
    except ValueError:
        raise ValueError("it is not JSON") from None
    if not isinstance(document, list) or not document or document[0] not in KNOWN:
        raise ValueError(f"it has to be a list that begins with a type of object, one of {', '.join(KNOWN)}")
    return document[0], document[1:]


def _row(name: str, values: list[Any]) -> tuple[Any, ...]:
    """Return a row, with the defaults of the fields that it was stored without."""
    cls = ROW_TYPES[name]
    if complaint := fields_of(cls).complaint(values):
        raise ValueError(f"{name}: {complaint}")
    row = cls(*values)
    if complaint := contradiction(row):
        raise ValueError(f"{name}: {complaint}")
    if isinstance(row, Event):
        _require_events(row)
    return row


def _require_events(row: Event) -> None:
    """Hold the rows that events show, and the list of the events, against what a call would have left."""
    for change in row.changes:
        if len(change) != 3 or change[0] not in ROW_TYPES or change[0] == Event.__name__ or change[2] is None:
            raise ValueError(f"{Event.__name__}: a change has to be a type of object, and its row before and after")
        for stored in change[1:]:
            if stored is not None:
                _require_stored(Event.__name__, change[0], stored)
    if len(row.types) > MAX_EVENTS:
        raise ValueError(f"{Event.__name__}: types may have at most {MAX_EVENTS} items")
    for one in row.types:
        if not _is_entry(one, len(row.changes)):
            raise ValueError(
                f"{Event.__name__}: a type has to be a name, the index of a change, and a list of endpoints"
            )


def _is_entry(one: list[Any], changes: int) -> bool:
    """Tell whether an entry of an event's types has a name, the index of a change, and, if any, texts for endpoints."""
    if len(one) not in (2, 3) or type(one[0]) is not str or type(one[1]) is not int or one[1] not in range(changes):
        return False
    return len(one) == 2 or (isinstance(one[2], list) and all(type(endpoint) is str for endpoint in one[2]))


def _require_stored(whose: str, name: str, stored: Any) -> None:
    if not isinstance(stored, list) or not stored or type(stored[0]) is not int:
        raise ValueError(f"{whose}: content has to be the list of the place and the fields of a {name}")
    _row(name, stored[1:])


def _require_content(line: KeyLine) -> None:
    if line.type is None:
        if not isinstance(line.content, dict):
            raise ValueError(f"{KEY}: content has to be the object that was answered")
    else:
        _require_stored(KEY, line.type, line.content)


def _generator(state: Any) -> random.Random | None:
    if state is None:
        return None
    made = random.Random()  # noqa: S311 - test ids, on purpose
    try:
        version, internal, gauss = state
        made.setstate((version, tuple(internal), gauss))
    except (TypeError, ValueError, OverflowError):
        raise ValueError("Line 1: randomness is not the state of a generator.") from None
    return made
