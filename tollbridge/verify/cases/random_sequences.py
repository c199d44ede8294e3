"""Random sequences: Hypothesis draws and shrinks them, Schemathesis makes bodies of every shape, we know the domain."""

import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase

from tollbridge.contract import Contract
from tollbridge.simulator import Fault
from tollbridge.verify.cases.context import NOBODY, CaseContext, retied
from tollbridge.verify.cases.members import EMAILS, NOT_EMAILS
from tollbridge.verify.cases.money import NEAR
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.steps import AtStripe, Break, Call, Case, Mend, Step, Together
from tollbridge.verify.model.stripe_routes import CREATE, UPDATE
from tollbridge.verify.run_limit import RunLimit

MAX_STEPS = 5
MAX_FOUND = 10
"""Findings that random sequences are searched for; each takes a search of its own."""

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)


class Shown(Exception):
    """A case shows the finding that is looked for."""


class Ended(BaseException):
    """The search ends at once. Hypothesis would take an Exception for a failing test, and look for it again."""


@dataclass
class Drawn:
    """The values that the generator made.

    Args:
        cases: how many were played.
        dropped: how many could not be used.
    """

    cases: int = 0
    dropped: int = 0


def bodies(contract: Contract, context: CaseContext) -> st.SearchStrategy[Any]:
    """Return Schemathesis' bodies for an operation, right and wrong ones.

    Args:
        contract: the whole document.
        context: whose operation is meant.
    """
    from schemathesis.generation import GenerationMode

    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    schema = schemathesis.openapi.from_dict(contract.document)
    operation = context.subject.operation
    found = schema[_path(contract, operation.operation_id)][operation.method.upper()]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    drawn = st.one_of([found.as_strategy(generation_mode=mode) for mode in modes])
    return drawn.map(lambda case: case.body)


def _path(contract: Contract, operation_id: str) -> str:
    for path, item in contract.document["paths"].items():
        if any(isinstance(spec, dict) and spec.get("operationId") == operation_id for spec in item.values()):
            return str(path)
    raise LookupError(operation_id)


def sequences_of(contract: Contract, context: CaseContext, drawn: Drawn) -> st.SearchStrategy[Case]:
    """Return sequences of calls: of ours, and with bodies of Schemathesis'."""
    structured = bodies(contract, context)

    @st.composite
    def shaped(draw: st.DrawFn) -> Call:
        body = draw(structured)
        if not isinstance(body, dict | list | str | int | bool | type(None)):
            drawn.dropped += 1
            return context.call()
        return context.call().but(document=body)

    ours = _ours(context)
    call = st.one_of(ours, ours, shaped())
    plain = st.lists(call, min_size=1, max_size=MAX_STEPS).map(tuple)
    ways: list[st.SearchStrategy[tuple[Step, ...]]] = [plain, plain]
    if context.two_sided:
        ways.append(st.tuples(_breaks(context), ours, st.just(Mend()), ours))
        between = st.one_of(ours, ours, _elsewhere(context))
        ways.append(st.tuples(ours, st.lists(between, max_size=MAX_STEPS), ours).map(lambda s: (s[0], *s[1], s[2])))
        ways.append(st.lists(ours, min_size=2, max_size=4).map(lambda calls: (Together(tuple(calls)),)))
    return st.one_of(ways).map(lambda steps: Case("a random sequence", tuple(steps)))


def _elsewhere(context: CaseContext) -> st.SearchStrategy[AtStripe]:
    """Return what somebody else does at Stripe: another card for a subscription, or none."""
    changes = [
        retied(organization, method)
        for _, organization in context.payers()
        for method in ("", *(m.stripe for m in context.methods(organization, good=True)))
    ]
    return st.sampled_from(changes) if changes else st.nothing()


def _breaks(context: CaseContext) -> st.SearchStrategy[Break]:
    routes = [("POST", CREATE), ("GET", None)]
    if "subscription" in context.subject.caller:
        routes.append(("POST", UPDATE))
    return st.builds(
        lambda route, kind, when: Break(Fault(route[0], route[1], kind, when)),
        st.sampled_from(routes),
        st.sampled_from(["400", "401", "500", "409", "429", "reset", "garbage"]),
        st.sampled_from(["before", "after"]),
    )


def _ours(context: CaseContext) -> st.SearchStrategy[Call]:
    """Return calls that know the domain: money at its edges, methods by relation, roles with headers."""
    rows = list(context.subject.money()) or [("usd", 1, 99_999_999, 1)]
    accounts: list[Any] = [None] if context.held.anonymous else []
    accounts += [account for account in context.usable() if account.active]
    methods = [m.id for o in context.world.organizations.values() for m in o.payment_methods.values()] or [1]
    organizations = [str(o) for o in context.world.organizations]
    header = context.subject.organization

    @st.composite
    def call(draw: st.DrawFn) -> Call:
        code, least, most, step = draw(st.sampled_from(rows))
        steps = st.integers(least, min(most, least + 10**6)).map(lambda n: n - n % step or step)
        roles: dict[str, Any] = {
            "currency": code,
            "amount": draw(st.one_of(steps, st.just(least), st.just(most - most % step))),
        }
        roles |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "description": TEXT,
                    "receipt_email": st.sampled_from(EMAILS),
                    "payment_method": st.sampled_from(methods),
                    "confirm": st.booleans(),
                },
            )
        )
        if draw(st.integers(0, 5)) == 0:
            roles |= draw(
                st.sampled_from(
                    [
                        *({"amount": amount} for amount in (least - 1, least + 1, most, most + 1)),
                        *({"currency": near} for near in NEAR),
                        *({"receipt_email": wrong} for wrong in NOT_EMAILS),
                        {"description": ""},
                        {"payment_method": 0},
                        {"confirm": "true"},
                    ]
                )
            )
        made = context.call(draw(st.sampled_from(accounts)) if accounts else None, **roles)
        if header and draw(st.booleans()):
            made = made.but(headers=((header.name, draw(st.sampled_from([*organizations, str(NOBODY)]))),))
        return made

    return call()


@dataclass(frozen=True)
class Search:
    """How cases are drawn.

    Args:
        seed: of the run, or of its part.
        examples: how many cases at most.
        database: opens the examples of each turn that earlier runs kept; None where nothing is kept.
    """

    seed: int
    examples: int
    database: Callable[[int], ExampleDatabase] | None = None

    def settings_of(self, turn: int) -> settings:
        """Return Hypothesis's settings of a turn; what was kept is tried first."""
        phases = [Phase.generate, Phase.shrink]
        return settings(
            max_examples=self.examples,
            deadline=None,
            database=self.database and self.database(turn),
            phases=[Phase.reuse, *phases] if self.database else phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )


def search(
    strategy: st.SearchStrategy[Case], shows: Callable[[Case], str | None], how: Search, limit: RunLimit
) -> Iterator[tuple[str, Case]]:
    """Yield findings, each with the smallest case that Hypothesis shrank it to.

    Args:
        strategy: of cases.
        shows: plays a case, and returns the name of a finding that is not known yet; None where it shows none.
        how: cases are drawn.
        limit: of the run.

    Raises:
        VerifyError: the target asks Stripe for what the simulator does not have.
    """
    for turn in range(MAX_FOUND):
        hunt = Hunt(shows, limit)
        # The settings last: a seed that comes after them takes their database away (Hypothesis 6.170).
        test = how.settings_of(turn)(hypothesis.seed(how.seed + turn)(hypothesis.given(strategy)(hunt.attempt)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                test()
        except Ended:
            pass
        except Exception:  # Shown, or Hypothesis' word that it did not come again
            if hunt.found is None:
                raise
        if hunt.found:
            yield hunt.found
        if hunt.error:
            raise hunt.error
        if hunt.found is None:
            return


class Hunt:
    """One finding, sought and then made small."""

    def __init__(self, shows: Callable[[Case], str | None], limit: RunLimit) -> None:
        """Begin with none.

        Args:
            shows: plays a case, and returns the name of a finding that is not known yet.
            limit: of the run.
        """
        self._shows = shows
        self._limit = limit
        self.found: tuple[str, Case] | None = None
        self.error: VerifyError | None = None

    def attempt(self, case: Case) -> None:
        """Play a case.

        Raises:
            Shown: it shows what is sought.
            Ended: there is no time to look further, or the target cannot be judged.
        """
        if self._limit.over:
            raise Ended
        try:
            name = self._shows(case)
        except VerifyError as error:
            self.error = error
            raise Ended from None
        if name and (self.found is None or name == self.found[0]):
            self.found = name, case
            raise Shown
