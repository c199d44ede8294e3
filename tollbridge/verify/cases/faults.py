"""Stripe fails: with which answer, before or after the effect, at which call, once or for as long as it is asked."""

from collections.abc import Iterator
from typing import Any

from tollbridge.simulator import Fault
from tollbridge.verify.cases.context import CaseContext, retied
from tollbridge.verify.model.steps import AtStripe, Break, Case, Mend, Step
from tollbridge.verify.model.stripe_routes import CANCEL, CONFIRM, CREATE, UPDATE

LASTING = ("429", "500", "reset", "garbage", "silence", "409", "424", "503")
NO_DIFFERENCE = (("429", "after"), ("silence", "before"), ("409", "after"), ("424", "after"), ("503", "after"))
"""Stripe refuses before it acts; and whether it acted before it fell silent is seen with `after`."""


def faults(context: CaseContext) -> Iterator[Case]:
    """Yield calls while Stripe fails, each with the call after Stripe is well again."""
    if not context.two_sided:
        return
    good = context.methods(context.home(), good=True)
    # Not the default source, where there is another; and not the last one, which a sequence has detached.
    tied = (
        {"payment_method": good[min(1, len(good) - 1)].id} if good and "subscription" in context.subject.caller else {}
    )
    ways = [True, False] if "confirm" in context.subject.members else [False]
    places = [("POST", CREATE), *([("POST", UPDATE)] if tied else [])]
    for fault in _once(places):
        for charges in ways:
            yield _case(context, fault, charges, tied)
    for fault in _at_confirm() if True in ways else ():
        yield _case(context, fault, True, tied)
    for fault in _lasting(places, looks=bool(tied)):
        for charges in ways if fault.method == "POST" else ways[-1:]:
            yield _case(context, fault, charges, tied)
    yield from _elsewhere(context)
    yield from _doubly(context, tied)
    yield from _in_a_row(context)


IN_A_ROW = 6
"""Failures after which a server may have used up what it has of connections, or may have given Stripe up."""


def _in_a_row(context: CaseContext) -> Iterator[Case]:
    """Failures one after the other, and the health after them: what one failure uses up does not show."""
    for kind in ("429", "reset"):
        note = f"Stripe: {kind} for {IN_A_ROW} calls in a row"
        failing = [context.call(note=note)] * IN_A_ROW
        again = context.call(note=f"after {IN_A_ROW} times {kind}")
        yield Case(note, (Break(Fault("POST", CREATE, kind, "before", times=None)), *failing, Mend(), again))


def _elsewhere(context: CaseContext) -> Iterator[Case]:
    """Charges of another kind whose answer is lost: of the default source, and of other organizations."""
    fault = Fault("POST", CREATE, "500", "after", times=None)
    for account, organization in context.payers() if "confirm" in context.subject.members else ():
        good = context.methods(organization, good=True)
        named = [{"payment_method": method.id} for method in good[:1]] if account else []
        for roles in [*([{}] if organization.default_source else []), *named]:
            note = f"Stripe: 500 after {fault.method} {CREATE}, charging {organization.name}'s {_card(roles)}"
            yield Case(note, (Break(fault), context.call(account, note=note, confirm=True, **roles), Mend()))


def _card(roles: dict[str, Any]) -> str:
    return "chosen card" if roles else "default source"


def _doubly(context: CaseContext, tied: dict[str, Any]) -> Iterator[Case]:
    """The update fails, and so does what is to take the intent back."""
    if not tied:
        return
    update, cancel = (Fault("POST", path, "500", "before", times=None) for path in (UPDATE, CANCEL))
    note = "Stripe: 500 before the update, and before the cancellation"
    steps: tuple[Step, ...] = (
        *_untied(context, update),
        Break(update),
        Break(cancel),
        context.call(note=note, **tied),
        Mend(),
    )
    yield Case(note, steps)


def look_ups(context: CaseContext) -> Iterator[Case]:
    """Yield calls with a card that is not attached, while Stripe cannot be asked about it."""
    home = context.home() if context.two_sided and "payment_method" in context.subject.members else None
    for method in home.payment_methods.values() if home else ():
        for kind in ("500", "429") if not method.attached else ():
            look = Fault("GET", None, kind, "before", times=None)
            note = f"Stripe: {kind} at the look-up of a card that is not attached"
            yield Case(note, (Break(look), context.call(note=note, payment_method=method.id), Mend()))


def _at_confirm() -> Iterator[Fault]:
    """A target that creates and confirms in two calls: the second one's answer is lost."""
    for kind in ("reset", "500"):
        yield Fault("POST", CONFIRM, kind, "after", times=None)


def _once(places: list[tuple[str, str]]) -> Iterator[Fault]:
    for method, path in places:
        for kind, when in (("reset", "after"), ("500", "after"), ("500", "before"), ("409", "before")):
            yield Fault(method, path, kind, when)


def _lasting(places: list[tuple[str, str]], *, looks: bool) -> Iterator[Fault]:
    struck = [(*place, when) for place in places for when in ("after", "before")]
    looked = [("GET", None, "before")] if looks else []
    for kind in LASTING:
        for method, path, when in (*struck, *looked):
            if (kind, when) not in NO_DIFFERENCE or method == "GET":
                yield Fault(method, path, kind, when, times=None)
    for kind in ("400", "401", "403"):
        for method, path in places:
            yield Fault(method, path, kind, "before", times=None)
    if looks:
        yield Fault("GET", None, "401", "before", times=None)


def _case(context: CaseContext, fault: Fault, charges: bool, tied: dict[str, Any]) -> Case:
    how = "" if fault.times == 1 else ", each time"
    what = f"Stripe: {fault.kind} {fault.when} {fault.method} {fault.path or '…'}{how}"
    note = f"{what}, {'charging' if charges else 'not charging'}"
    roles: dict[str, Any] = {**tied, "confirm": True} if charges else tied
    call = context.call(note=note, **roles)
    again = context.call(note=f"after {fault.kind}", **tied)
    return Case(note, (*_untied(context, fault), Break(fault), call, Mend(), again))


def _untied(context: CaseContext, fault: Fault) -> Iterator[AtStripe]:
    """Take the subscription's method away before: who need not change it does not ask; who does too early shows."""
    home = context.home()
    if fault.path in (UPDATE, CREATE) and home and home.subscription:
        yield retied(home)
