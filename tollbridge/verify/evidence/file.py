"""A run's evidence as a file of lines (NDJSON): written while the run goes on, judged again without the target.

The first line says which run it was, the next ones what binds the target at each operation; then comes each exchange.
What earlier exchanges showed is not written: it follows from their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import IO, Any, TypeVar

from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evidence.masking import Masking
from tollbridge.verify.model.evidence import Answer, Evidence, Known, Sent
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.expectation import Effect, Expectation, Terms

FORMAT = 1
COUNTED, KEPT = "counted", "kept"
"""The fate of an exchange: it was judged and counted; its findings were reported too."""

MAX_LINE = 16_000_000
MAX_LINES = 500_000


@dataclass(frozen=True)
class Head:
    """Which run it was.

    Args:
        target: its URL.
        contract: the file's name.
        world: the file's name.
        origins: of the rules that were held.
        names_organization: whether the target reads the contract's header, as far as it is held to it.
        two_sided: whether Stripe's side was seen.
        seed: of the run.
        known: what the first calls, which only look at the target, have shown.
        format: of the file.
        rules: ids of those that were held beside their origins'.
    """

    target: str
    contract: str
    world: str
    origins: list[str]
    names_organization: bool
    two_sided: bool
    seed: int
    known: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT
    rules: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One exchange of a file.

    Args:
        case: that it belongs to.
        use: `counted` or `kept`.
        exchange: with what was known before it.
        number: of the line.
    """

    case: str
    use: str
    exchange: Exchange
    number: int


class Writer:
    """Writes a file of evidence."""

    def __init__(
        self, file: IO[str], head: Head, operations: Mapping[str, Mapping[str, Any]], masking: Masking
    ) -> None:
        """Begin a file.

        Args:
            file: open, in UTF-8.
            head: which run it is.
            operations: by id, the `terms` and why checks are `aside`.
            masking: of the run's secrets.
        """
        self._file, self._masking = file, masking
        self._put({"run": masking.document(asdict(head))})
        for operation in operations.values():
            self._put({"operation": masking.document(operation)})

    def write(self, case: str, use: str, x: Exchange) -> None:
        """Write an exchange."""
        self._masking.learn(x.evidence.api_keys)
        secrets = [intent["client_secret"] for intent in x.evidence.intents]
        self._masking.learn_client_secrets([*x.known.secrets[len(x.evidence.known.secrets) :], *secrets])
        expectation = asdict(_bare(x.expectation))
        line = {"case": case, "use": use, "evidence": self._evidence(x.evidence), "expectation": expectation}
        self._put(self._masking.document(line))

    def _evidence(self, x: Evidence) -> dict[str, Any]:
        """Return evidence without what follows from other lines, the bodies of answers without secrets."""
        made = {f.name: getattr(x, f.name) for f in fields(x) if f.name not in ("known", "previous", "parallel")}
        answer = replace(x.answer, text=self._masking.body(x.answer.text)) if x.answer else None
        return {
            **made,
            "sent": asdict(x.sent),
            "answer": asdict(answer) if answer else None,
            "previous": self._evidence(x.previous) if x.previous else None,
            "parallel": [self._evidence(one) for one in x.parallel],
        }

    def _put(self, document: Any) -> None:
        self._file.write(json.dumps(document) + "\n")


BARE = Terms("", "", "")
"""Stands for the terms of the operation, which a file has once."""


def _bare(e: Expectation) -> Expectation:
    """Return an expectation that names its operation, and leaves out what binds the target there."""
    terms = replace(BARE, operation=e.terms.operation)
    previous = _bare(e.previous) if e.previous else None
    return replace(e, terms=terms, previous=previous, parallel=[_bare(one) for one in e.parallel])


@dataclass(frozen=True)
class Saved:
    """A file of evidence, its head read.

    Args:
        path: of the file.
        head: which run it was.
        terms: of each operation, by its id.
        aside: why checks were not applicable, by operation.
    """

    path: Path
    head: Head
    terms: dict[str, Terms]
    aside: dict[str, dict[str, str]]

    def lines(self) -> Iterator[Line]:
        """Yield the exchanges in order, each with what those before it showed.

        Raises:
            VerifyError: a line is no exchange.
        """
        with reading(self.path, 1):
            known = _made(Known, self.head.known)
        for number, document in _documents(self.path):
            if "evidence" not in document:
                continue
            with reading(self.path, number):
                e = _expectation(document["expectation"], self.terms)
                x = Exchange(replace(_evidence(document["evidence"]), known=known), e)
                yield Line(str(document["case"]), str(document["use"]), x, number)
                known = x.known


class reading:  # noqa: N801 - a context manager, which reads as a verb
    """Turns what goes wrong with a line into a sentence."""

    def __init__(self, path: Path, number: int) -> None:
        """Take the line.

        Args:
            path: of the file.
            number: of the line.
        """
        self._where = f"{path}, line {number}"

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        """Raise a `VerifyError` for what an unfit document leads to."""
        if isinstance(error, LookupError | TypeError | AttributeError | ValueError | ArithmeticError | RecursionError):
            raise VerifyError(
                f"{self._where} is no evidence of this format ({type(error).__name__}: {str(error)[:200]}). Write it "
                "again with tollbridge verify --evidence FILE."
            ) from None


def read(path: Path) -> Saved:
    """Return a file of evidence, its head read.

    Raises:
        VerifyError: it cannot be read, or is something else.
    """
    head: Head | None = None
    terms: dict[str, Terms] = {}
    aside: dict[str, dict[str, str]] = {}
    for number, document in _documents(path):
        with reading(path, number):
            if number == 1:
                head = _made(Head, document["run"])
                if head.format != FORMAT:
                    raise ValueError(f"format {head.format}; this version reads {FORMAT}")
            elif "operation" in document:
                found = _made(Terms, document["operation"]["terms"])
                terms[found.operation] = found
                aside[found.operation] = {str(k): str(v) for k, v in document["operation"]["aside"].items()}
            else:
                break
    if head is None:
        raise VerifyError(f"{path} is empty. Write it with tollbridge verify --evidence FILE.")
    return Saved(path, head, terms, aside)


def _documents(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines of a file as JSON objects, within bounds."""
    try:
        with path.open(encoding="utf-8") as file:
            for number in range(1, MAX_LINES + 2):
                with reading(path, number):
                    line = file.readline(MAX_LINE + 1)
                    if not line:
                        return
                    if len(line) > MAX_LINE or number > MAX_LINES:
                        raise ValueError(f"more than {MAX_LINES} lines, or one of more than {MAX_LINE} characters")
                    document = json.loads(line)
                    if not isinstance(document, dict):
                        raise TypeError("a line has to be a JSON object")
                yield number, document
    except OSError as error:
        raise VerifyError(f"{path} cannot be read: {error.strerror}.") from None


def _evidence(document: dict[str, Any]) -> Evidence:
    parts = dict(document)
    parts["sent"] = _made(Sent, parts["sent"])
    parts["answer"] = _made(Answer, parts["answer"]) if parts["answer"] else None
    parts["previous"] = _evidence(parts["previous"]) if parts["previous"] else None
    parts["parallel"] = [_evidence(one) for one in parts["parallel"]]
    return _made(Evidence, parts)


def _expectation(document: dict[str, Any], terms: Mapping[str, Terms]) -> Expectation:
    parts = dict(document)
    parts["terms"] = terms[parts["terms"]["operation"]]
    parts["effect"] = _made(Effect, parts["effect"]) if parts["effect"] else None
    parts["previous"] = _expectation(parts["previous"], terms) if parts["previous"] else None
    parts["parallel"] = [_expectation(one, terms) for one in parts["parallel"]]
    return _made(Expectation, parts)


T = TypeVar("T")
TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "list": list,
    "dict": dict,
    "Headers": list,
    "Any": object,
}


def _made(cls: type[T], document: Any) -> T:
    """Return an instance of a dataclass that is JSON all the way.

    Raises:
        TypeError: the document has other members, or members of other types.
    """
    if not isinstance(document, dict):
        raise TypeError(f"{cls.__name__} has to be a JSON object")
    kinds = {f.name: str(f.type) for f in fields(cls)}  # type: ignore[arg-type]
    for name, value in document.items():
        kind, _, rest = kinds[name].partition(" | ")
        right = TYPES.get(kind.partition("[")[0], object)
        if not isinstance(value, right) and not (rest == "None" and value is None):
            raise TypeError(f"{name} has to be {kinds[name]}")
    return cls(**document)
