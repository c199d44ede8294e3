"""Sequences: what only the second call, the second organization, or the second change shows; and calls together."""

from collections.abc import Iterator

from tollbridge.simulator import Fault
from tollbridge.verify.cases.context import AMOUNT, CaseContext, retied
from tollbridge.verify.model.steps import AtStripe, Break, Call, Case, Mend, Step, Together
from tollbridge.world import Account, Organization, PaymentMethod

TOGETHER = 8
Payer = tuple[Account | None, Organization | None]
"""The caller, None for any, and the organization that pays."""

SLOW = Break(Fault(None, None, "slow", times=None, share=0.7, seconds=0.03))


def sequences(context: CaseContext) -> Iterator[Case]:
    """Yield sequences of calls, one at a time."""
    right = context.call(note="equal calls")
    yield Case("equal calls", (right, right), equal=True)
    # Whether a client's key counts is a choice: the page has none.
    keyed = right.but(headers=(("Idempotency-Key", "verify-0001"),), note="equal calls with a client's key")
    if context.held.chosen("request.independent"):
        yield Case(keyed.note, (keyed, keyed), equal=True)
    declined = context.methods(context.home(), good=False)
    good = context.methods(context.home(), good=True)
    if declined and "confirm" in context.subject.members:
        refused = context.call(note="equal declines", payment_method=declined[0].id, confirm=True)
        yield Case("equal declines", (refused, refused), equal=True)
        if good:
            yield from _after_a_decline(context, good[0].id, declined[0].id)
        yield from _after_anothers_decline(context, declined[0].id)
    bad = context.call(note="equal refusals", amount=0)
    yield Case("equal refusals", (bad, bad), equal=True)
    if len(good) > 1:
        yield from _changes(context, good[0].id, good[1].id)
        yield from _attached(context)
        yield from _attached_elsewhere(context)
        yield from _detached(context)
    yield from _interleaved(context)


def _after_a_decline(context: CaseContext, good: int, declined: int) -> Iterator[Case]:
    steps = [(good, True), (declined, True), (good, True), (declined, True), (good, False)]
    note = "decline, then success"
    calls = tuple(context.call(note=note, payment_method=method, confirm=confirm) for method, confirm in steps)
    yield Case(note, calls)


def _changes(context: CaseContext, first: int, second: int) -> Iterator[Case]:
    same = tuple(
        context.call(note="the same card again", payment_method=first, amount=AMOUNT + n * 1_000) for n in range(3)
    )
    yield Case("the same card again", same)
    order = (first, second, first, second, second, first)
    back = tuple(context.call(note="change of card and back", payment_method=m, amount=AMOUNT + 1_000) for m in order)
    yield Case("change of card and back", back)
    if "confirm" in context.subject.members:
        charged = tuple(context.call(note="change of card, charged", payment_method=m, confirm=True) for m in order[:4])
        yield Case("change of card, charged", charged)
    home = context.home()
    if context.two_sided and home and home.subscription:
        taken = retied(home)
        again = context.call(note="the card taken away at Stripe, and chosen again", payment_method=first)
        yield Case(again.note, (again, taken, again))
    plain = context.call(note="a card, then none")
    yield Case(
        "a card, then none", (context.call(payment_method=second), plain, context.call(payment_method=first), plain)
    )


def _detached(context: CaseContext) -> Iterator[Case]:
    """A method is detached at Stripe, and used again: what was true once must not be remembered."""
    if not context.two_sided:
        return
    for account, organization in context.payers():
        attached = [m for m in organization.payment_methods.values() if m.attached]
        spare = [m for m in attached if m.id != organization.default_source]
        good = context.methods(organization, good=True)
        if len(attached) < 2 or not spare or not good:
            continue
        method = _spare(spare, good)
        call = context.call(account, note="method detached in between", payment_method=method.id)
        other = context.call(account, note="another method after that", payment_method=good[0].id)
        detach = AtStripe(f"/v1/payment_methods/{method.stripe}/detach")
        yield Case("method detached in between", (call, detach, call, other))


def _spare(spare: list[PaymentMethod], good: list[PaymentMethod]) -> PaymentMethod:
    """Return a card that later cases can do without: a good one where there are three, a refused one elsewhere."""
    fine = [method for method in spare if method in good]
    return fine[-1] if len(fine) > 1 else next((m for m in spare[::-1] if m not in good), spare[-1])


def _attached(context: CaseContext) -> Iterator[Case]:
    """A card that was not attached is attached at Stripe: to the customer, so that it can be used."""
    home = context.home()
    if home is None or home.customer is None or not context.two_sided:
        return
    for method in home.payment_methods.values():
        if not method.attached:
            call = context.call(note="method attached in between", payment_method=method.id)
            path = f"/v1/payment_methods/{method.stripe}"
            attach = AtStripe(f"{path}/attach", {"customer": home.customer})
            yield Case("method attached in between", (call, attach, call, AtStripe(f"{path}/detach"), call))
            return


def _attached_elsewhere(context: CaseContext) -> Iterator[Case]:
    """A card of ours is another customer's at Stripe: it is attached, and still not ours to charge."""
    home = context.home()
    others = [o for o in context.world.organizations.values() if o.customer and home and o.customer != home.customer]
    if home is None or not others or not context.two_sided:
        return
    attach = {"customer": str(others[0].customer)}
    for method in [m for m in home.payment_methods.values() if not m.attached][:1]:
        note = "a card that is another customer's at Stripe"
        calls = [context.call(note=note, payment_method=method.id)]
        if "confirm" in context.subject.members:
            calls.append(context.call(note=f"{note}, charged", payment_method=method.id, confirm=True))
        for call in calls:
            yield Case(call.note, (AtStripe(f"/v1/payment_methods/{method.stripe}/attach", attach), call))


def _after_anothers_decline(context: CaseContext, declined: int) -> Iterator[Case]:
    """A decline of one organization's, then charges of the others."""
    refused = context.call(note="a decline", payment_method=declined, confirm=True)
    for account, organization in context.payers():
        for method in context.methods(organization, good=True)[:1] if account else ():
            note = "another organization's decline, then a charge"
            charge = context.call(account, note=note, payment_method=method.id, confirm=True)
            yield Case(note, (refused, charge))


def _interleaved(context: CaseContext) -> Iterator[Case]:
    payers = list(context.payers())
    if len(payers) < 2:
        return
    calls: list[Step] = []
    for turn in range(3):
        for account, organization in payers:
            good = context.methods(organization, good=True)
            roles = {"payment_method": good[turn % len(good)].id} if good else {}
            amount = AMOUNT + 1_000 * len(calls)
            calls.append(context.call(account, note="organizations interleaved", amount=amount, **roles))
    yield Case("organizations interleaved", tuple(calls))


def together(context: CaseContext) -> Iterator[Case]:
    """Yield calls that are under way at the same time, while Stripe takes its time."""
    for case in _together(context):
        *before, calls = case.steps
        steps = (*before, SLOW, calls, Mend()) if context.two_sided else case.steps
        yield Case(case.name, steps)


def _together(context: CaseContext) -> Iterator[Case]:
    payers: list[Payer] = [*context.payers()] or [(None, None)]
    calls: list[Call] = []
    for n in range(TOGETHER):
        account, organization = payers[n % len(payers)]
        good = context.methods(organization, good=True)
        roles = {"payment_method": good[-1].id} if good and n % 4 < 2 else {}
        texts = {"description": f"Together {n}", "receipt_email": f"together{n}@example.com"}
        note = "calls together"
        calls.append(context.call(account, note=note, amount=AMOUNT + 1_000 * (n + 1), **roles, **texts))
    yield Case("calls of several organizations together", (Together(tuple(calls)),))
    yield from _cards_together(context, payers)
    account, organization = payers[0]
    same = tuple(context.call(account, note="equal calls together") for _ in range(2 * TOGETHER))
    yield Case("equal calls together", (Together(same),))
    good = context.methods(organization, good=True)
    yield from _named_together(context)
    if good and "confirm" in context.subject.members:
        many = tuple(
            context.call(
                account,
                note="charges together",
                amount=AMOUNT + 1_000 * n,
                payment_method=good[n % len(good)].id,
                confirm=True,
            )
            for n in range(TOGETHER)
        )
        yield Case("charges together", (Together(many),))
        charge = context.call(account, note="equal charges together", payment_method=good[0].id, confirm=True)
        yield Case("equal charges together", (Together((charge,) * 3),))
        declined = context.methods(organization, good=False)
        if declined:
            refused = charge.but(document=charge.document | {context.subject.members["payment_method"]: declined[0].id})
            mixed = (charge, refused, charge, refused)
            yield Case("charges and declines together", (Together(tuple(c.but(note="mixed together") for c in mixed)),))


def _named_together(context: CaseContext) -> Iterator[Case]:
    """Administrators who name organizations, under way together."""
    calls: list[Call] = []
    for account, organization, headers in context.named():
        if organization.customer:
            note, amount = "organizations named together", AMOUNT + 1_000 * len(calls)
            calls.append(context.call(account, note=note, amount=amount).but(headers=headers))
    if len(calls) > 1:
        yield Case("organizations named together", (Together(tuple(calls)),))


def _cards_together(context: CaseContext, payers: list[Payer]) -> Iterator[Case]:
    """Each organization chooses a card that is not its subscription's yet, so that a lost change shows."""
    steps: list[Step] = []
    calls: list[Call] = []
    for account, organization in payers:
        good = context.methods(organization, good=True)
        if organization and organization.subscription and good:
            steps.append(retied(organization))
            calls.append(context.call(account, note="cards together", payment_method=good[0].id))
    if context.two_sided and len(calls) > 1:
        yield Case("cards of several organizations together", (*steps, Together(tuple(calls))))
