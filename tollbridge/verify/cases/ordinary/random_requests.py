"""Random requests to an ordinary operation, right and wrong ones, drawn by Schemathesis and judged by its checks too.

Of its checks those are asked that say what none of ours does of such a request: whether wrong data of any shape is
refused, and whether the values of documented headers fit their schemas.
"""

import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, response_headers_conformance

from tollbridge.contract import Contract
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import proof
from tollbridge.verify.model.check import Wrong
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import ANYTHING, FITS, Call, Case, RightAnswer

ANYWHERE = "http://target"
JUDGES = {negative_data_rejection: "refuses-invalid", response_headers_conformance: "documented-headers"}
"""Checks of Schemathesis's, each with the check of ours that asserts the same of fewer requests."""

OURS_TO_SAY = frozenset({"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"})
MAX_SAID = 500


@dataclass(frozen=True)
class Drawn:
    """A request that Schemathesis drew.

    Args:
        case: that sends it.
        judged: takes the exchange, and returns what Schemathesis's checks find wrong, each by the check of ours.
    """

    case: Case
    judged: Callable[[Exchange], list[tuple[str, Wrong]]]


class NotDrawn(Exception):
    """Schemathesis cannot draw requests to an operation; the sentence says why."""


def read(contract: Contract) -> Any:
    """Return a contract as Schemathesis reads it.

    Raises:
        NotDrawn: it does not.
    """
    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    try:
        return schemathesis.openapi.from_dict(contract.document)
    except Exception as error:  # of any kind: the contract is somebody else's
        raise _because(error) from None


def _because(error: Exception) -> NotDrawn:
    return NotDrawn(f"{type(error).__name__}: {' '.join(str(error).split())[:MAX_SAID]}")


def search(schema: Any, context: CaseContext, seed: int, examples: int, play: Callable[[Drawn], None]) -> None:
    """Draw requests, right ones and wrong ones in turn.

    Args:
        schema: the contract as `read` returns it.
        context: of the operation.
        seed: of the draws.
        examples: how many are drawn at most.
        play: sends one; what it raises ends the search.

    Raises:
        NotDrawn: there are none to be drawn.
    """
    raised: list[BaseException] = []

    def attempt(drawn: Any) -> None:
        try:
            play(_drawn(context, drawn))
        except Exception as error:  # Hypothesis would take it for a failing test, and look for it again
            raised.append(error)
            raise Ended from None

    how = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strategy = hypothesis.strategies.one_of(*_strategies(schema, context))
            how(hypothesis.seed(seed)(hypothesis.given(strategy)(attempt)))()
    except Ended:
        raise raised[0] from None
    except Exception as error:  # of any kind: the contract is somebody else's
        raise _because(error) from None


class Ended(BaseException):
    """The search ends at once."""


def _strategies(schema: Any, context: CaseContext) -> Iterator[Any]:
    operation = context.subject.operation
    found = schema[str(operation.place[1])][operation.method.upper()]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        yield found.as_strategy(generation_mode=mode)


def _drawn(context: CaseContext, drawn: Any) -> Drawn:
    sent = requests.Request(**drawn.as_transport_kwargs(base_url=ANYWHERE)).prepare()
    right = drawn.meta is not None and drawn.meta.generation.mode == GenerationMode.POSITIVE
    routed = any(one.location == "path" for one in context.subject.operation.parameters)  # perhaps elsewhere
    note = f"a {'right' if right else 'wrong'} request that Schemathesis drew"
    call = _call(context, sent, RightAnswer(FITS if right and not routed else ANYTHING)).but(note=note)
    return Drawn(Case(note, (call,)), lambda x: [*_judged(drawn, sent, x, _proofs(context))])


def _proofs(context: CaseContext) -> frozenset[str]:
    """Return the names of what proves who asks: that is ours to send, whatever Schemathesis drew for it."""
    named = {scheme.name.lower() for one in context.subject.operation.security for scheme in one}
    return frozenset({"authorization", "cookie", *named})


def _call(context: CaseContext, sent: requests.PreparedRequest, right: RightAnswer) -> Call:
    """Return a request as a call of ours, below the operation's base path."""
    operation = context.subject.operation
    base = operation.path.removesuffix(str(operation.place[1]))
    parts, ours = urlsplit(sent.url or ""), OURS_TO_SAY | _proofs(context)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query, True) if name.lower() not in ours])
    given_body: Any = sent.body or b""
    body = given_body.encode() if isinstance(given_body, str) else bytes(given_body)
    given = [(name, _text(value)) for name, value in sent.headers.items() if name.lower() not in ours]
    kind = [(name, value) for name, value in given if name.lower() == "content-type"]
    return Call(
        operation,
        raw=body,
        content=tuple(kind),
        headers=tuple(one for one in given if one not in kind),
        path=f"{base}{parts.path}" + (f"?{query}" if query else ""),
        right=right,
        **proof(context),
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _judged(
    drawn: Any, sent: requests.PreparedRequest, x: Exchange, proofs: frozenset[str]
) -> Iterator[tuple[str, Wrong]]:
    answer = x.evidence.answer
    if answer is None:
        return
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.lower(), []).append(value)
    came = Response(answer.status, headers, answer.text.encode(), sent, 0.0, verify=True)
    for judge, name in JUDGES.items():
        try:
            drawn.validate_response(came, checks=[judge])
        except FailureGroup as failures:
            for failure in failures.exceptions:
                said = " ".join(str(failure).split())[:MAX_SAID]
                if any(f"`{name}`" in said.lower() for name in proofs):
                    continue  # what it left out, or drew, we have sent as it has to be
                wrong = f"{x.evidence.sent.method} {x.evidence.sent.target}: {said}"
                yield name, Wrong(f"Schemathesis {judge.__name__}", wrong, f"what {judge.__name__} asks for")
