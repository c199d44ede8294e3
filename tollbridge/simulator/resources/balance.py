"""The balance: what each charge and refund moved on it, and the sums.

The transaction of a charge that was captured at once is not stored: it is worked out from the charge, so that a payment
writes no more for it. All others are written when they happen.
"""

from collections import Counter
from collections.abc import Iterator

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import no_such, not_found
from tollbridge.simulator.model.fees import fee_of
from tollbridge.simulator.model.rows import BalanceTransaction, Charge, Refund
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.pagination import CURSORS, PageBounds, list_answer, made_when, page_bounds
from tollbridge.simulator.resources.showing import as_of, seen
from tollbridge.simulator.serializers.balance import type_of

DAY = 24 * 3600
PENDING_DAYS = 7
"""After which a transaction is available, at midnight UTC; recorded with a Canadian account."""

BYPASSES_PENDING = "4000000000000077"
"""The test card whose payments are available at once."""

AT_ONCE = ("dispute", "dispute_reversal")


def transaction_of(context: Context, charge: Charge) -> BalanceTransaction:
    """Return the balance transaction of a captured charge, worked out."""
    card = BY_NUMBER[charge.card]
    amount = charge.amount_captured
    return BalanceTransaction(
        id=shapes.transaction_id(charge.id),
        kind="charge",
        source=charge.id,
        amount=amount,
        fee=fee_of(amount, charge.currency, card.country, context.settlement_currency),
        currency=charge.currency,
        created=charge.created,
        available_on=_available_on("charge", charge.created, charge.card),
        description=charge.description,
    )


def capture_noted(context: Context, charge: Charge) -> None:
    """Write the transaction of a charge that was held, at the time of its capture."""
    available_on = _available_on("charge", context.now, charge.card)
    context.work.put(transaction_of(context, charge)._replace(created=context.now, available_on=available_on))


def moved(
    context: Context, kind: str, source: str, charge: Charge, amount: int, said: str, *, fee: int = 0
) -> BalanceTransaction:
    """Write what moves money on the balance, and return it.

    Args:
        context: the call.
        kind: the reporting category.
        source: the id of the refund or the dispute.
        charge: that it is about.
        amount: in minor units, negative where it leaves the balance.
        said: the description.
        fee: in minor units.
    """
    row = BalanceTransaction(
        id=context.new_id("txn"),
        kind=kind,
        source=source,
        amount=amount,
        fee=fee,
        currency=charge.currency,
        created=context.now,
        available_on=_available_on(kind, context.now, charge.card),
        description=said,
    )
    row = as_of(row, context.now)
    context.work.put(row)
    return row


def _available_on(kind: str, now: int, card: str) -> int:
    if kind in AT_ONCE or card == BYPASSES_PENDING:
        return now
    return (now // DAY + PENDING_DAYS) * DAY


def found(context: Context, identity: str) -> BalanceTransaction | None:
    """Return a transaction; None where nothing has the id."""
    row = context.work.get(BalanceTransaction, identity)
    if row is not None:
        return row
    charge = context.work.get(Charge, f"ch_{identity.removeprefix('txn_')}")
    return _moved_by(context, charge) if charge else None


def _moved_by(context: Context, row: Charge | BalanceTransaction) -> BalanceTransaction | None:
    """Return the transaction of a row of either type; None for a charge that has none, or one of its own."""
    if isinstance(row, BalanceTransaction):
        return row
    charge = as_of(row, context.now)
    return transaction_of(context, charge) if charge.settled and charge.amount_captured and not charge.manual else None


def retrieve(context: Context, _form: Form, id: str) -> Answer:  # noqa: A002 - as Stripe's path names it
    """`GET /v1/balance_transactions/{id}`."""
    row = found(context, id)
    if row is None:
        raise not_found("balance transaction", id, "id")
    return Answer(200, seen(context, row))


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/balance_transactions`, the newest first."""
    if "payout" in form:
        raise no_such("payout", text(form, "payout") or "", "payout")  # there are none
    made, currency, kind = made_when(form), text(form, "currency"), text(form, "type")
    source = text(form, "source")
    bounds = page_bounds(form)

    def wanted(row: BalanceTransaction) -> bool:
        return made(row.created) and currency in (None, row.currency) and kind in (None, type_of(row))

    rows = _all(context, bounds) if source is None else _from(context, source)
    return list_answer(bounds, filter(wanted, rows), lambda row: seen(context, row), "/v1/balance_transactions")


def _all(context: Context, bounds: PageBounds) -> Iterator[BalanceTransaction]:
    beyond = None
    if bounds.cursor is not None:
        row = found(context, bounds.cursor)
        if row is None:
            raise no_such("balance transaction", bounds.cursor, bounds.param)
        stored = context.work.get(BalanceTransaction, row.id) is not None
        beyond = (BalanceTransaction, row.id) if stored else (Charge, row.source)
    for each in context.work.interleaved((Charge, BalanceTransaction), beyond, newest_first=bounds.newest_first):
        moved_by = _moved_by(context, each)  # type: ignore[arg-type]
        if moved_by:
            yield moved_by


def _from(context: Context, source: str) -> Iterator[BalanceTransaction]:
    """Yield what a charge or a refund moved; of a dispute nothing is found so, as recorded."""
    refund = context.work.get(Refund, source)
    ids = [shapes.transaction_id(source)] if source.startswith("ch_") else []
    if refund:
        ids = [refund.failure_balance_transaction or "", refund.balance_transaction]
    for identity in ids:
        row = found(context, identity)
        if row:
            yield row


def retrieve_balance(context: Context, _form: Form) -> Answer:
    """`GET /v1/balance`: the sums of all transactions."""
    available: Counter[str] = Counter({context.settlement_currency: 0})
    pending: Counter[str] = Counter({context.settlement_currency: 0})
    for row in _all(context, page_bounds({})):
        sums = available if as_of(row, context.now).available else pending
        sums[row.currency] += row.amount - row.fee
    currencies = sorted(available.keys() | pending.keys())
    return Answer(
        200,
        shapes.balance(
            {currency: available[currency] for currency in currencies},
            {currency: pending[currency] for currency in currencies},
        ),
    )


TRANSACTIONS = "/v1/balance_transactions"
ROUTES = (
    route("GET", "/v1/balance", retrieve_balance, "balance"),
    route(
        "GET",
        TRANSACTIONS,
        list_,
        "list of balance_transaction",
        "created",
        "currency",
        "payout",
        "source",
        "type",
        *CURSORS,
    ),
    route("GET", f"{TRANSACTIONS}/{{id}}", retrieve, "balance_transaction"),
)
