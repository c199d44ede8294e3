"""Refunds: create, retrieve, update, cancel, list; by charge too.

The order of checks: which charge → whether it can be refunded → the reason → how much is left → the amount.
Facts are numbered as in `docs/stripe-facts.md`.
"""

from tollbridge.simulator.model.errors import StripeFailure, below_one, invalid, no_such, not_found
from tollbridge.simulator.model.rows import Charge, Dispute, PaymentIntent, Refund
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, integer, one_of, text
from tollbridge.simulator.protocol.money import major
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.balance import moved
from tollbridge.simulator.resources.charges import existing_charge
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.resources.refund_outcomes import FAILING_CARD, PENDING_CARD
from tollbridge.simulator.resources.showing import as_of
from tollbridge.simulator.resources.turns import up_to_now
from tollbridge.simulator.serializers.disputes import REFUNDABLE
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
EITHER = "One of the following params should be provided for this request: payment_intent or charge."
HELD = (
    "This uncaptured Charge was created by a PaymentIntent ({}). You must cancel the PaymentIntent to reverse the "
    "authorization instead of refunding the Charge directly. For more information, see "
    "https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
)
UNSUPPORTED = "Canceling this refund is unsupported."


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/refunds`."""
    return shown(_made(context, form, _charge_named(context, form)))


def create_of(context: Context, form: Form, charge: str) -> Answer:
    """`POST /v1/charges/{charge}/refunds`."""
    return shown(_made(context, form, existing_charge(context, charge)))


def refund_charge(context: Context, form: Form, charge: str) -> Answer:
    """`POST /v1/charges/{charge}/refund`, which is older, and answers with the charge."""
    _made(context, form, existing_charge(context, charge))
    return shown(existing_charge(context, charge))


def _charge_named(context: Context, form: Form) -> Charge:
    """Return the charge that is named, itself or by its intent."""
    identity, named = text(form, "charge"), text(form, "payment_intent")
    if identity is None and named is None:
        raise invalid(EITHER)
    charge = existing_charge(context, identity) if identity is not None else None
    if named is None and charge is not None:
        return charge
    intent = context.work.get(PaymentIntent, named or "")
    if intent is None:
        raise no_such("payment_intent", named or "", "payment_intent")
    if charge is not None and charge.payment_intent != intent.id:
        raise invalid(f"The charge {charge.id} was not made by the PaymentIntent {intent.id}.")  # unverified
    latest = context.work.get(Charge, intent.latest_charge or "")
    if latest is None:
        raise _nothing_paid(intent.id)
    return charge or latest


def _nothing_paid(intent: str) -> StripeFailure:
    return invalid(f"This PaymentIntent ({intent}) does not have a successful charge to refund.")


def _made(context: Context, form: Form, charge: Charge) -> Refund:
    """Return a new refund of a charge, of which less is left then."""
    _require_refundable(context, charge)
    reason = one_of(form, "reason", REASONS)
    amount = _amount(form, charge)
    identity = context.new_id("re")
    said = f"REFUND FOR CHARGE ({charge.description})" if charge.description else "REFUND FOR CHARGE"
    row = Refund(
        id=identity,
        charge=charge.id,
        payment_intent=charge.payment_intent,
        amount=amount,
        currency=charge.currency,
        created=context.now,
        status="pending" if charge.card == PENDING_CARD else "succeeded",
        balance_transaction=moved(context, "refund", identity, charge, -amount, said).id,
        metadata=metadata(form),
        reason=reason,
        customer=charge.customer,
        payment_method=charge.payment_method,
        decides=charge.card in (PENDING_CARD, FAILING_CARD),
    )
    context.work.put(as_of(charge, context.now)._replace(refunded=charge.refunded + amount))
    context.work.put(row)
    context.did("charge.refunded", charge.id)
    return up_to_now(context, row)


def _require_refundable(context: Context, charge: Charge) -> None:
    if charge.failure is not None:
        raise _nothing_paid(charge.payment_intent)
    if not charge.amount_captured and charge.refunded < charge.amount:
        raise invalid(HELD.format(charge.payment_intent))
    dispute = context.work.get(Dispute, charge.dispute) if charge.dispute else None
    if dispute and up_to_now(context, dispute).status not in REFUNDABLE:
        raise invalid(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")


def _amount(form: Form, charge: Charge) -> int:
    """Return how much is given back: what is asked for, else all that is left."""
    left = charge.amount_captured - charge.refunded
    if left <= 0:
        raise invalid(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    asked = integer(form, "amount")
    if asked is None:
        return left
    if asked < 1:
        raise below_one()
    if asked > left:
        shown_asked, shown_left = major(asked, charge.currency), major(left, charge.currency)
        raise invalid(
            f"Refund amount ({shown_asked}) is greater than unrefunded amount on charge ({shown_left})", param="amount"
        )
    return asked


def _existing(context: Context, identity: str, charge: str | None = None) -> Refund:
    row = context.work.get(Refund, identity)
    if row is None or (charge is not None and row.charge != charge):
        raise not_found("refund", identity, "id" if charge is None else "refund")  # `id` is unverified
    return up_to_now(context, row)


def retrieve(context: Context, _form: Form, refund: str) -> Answer:
    """`GET /v1/refunds/{refund}`."""
    return shown(_existing(context, refund))


def retrieve_of(context: Context, _form: Form, charge: str, refund: str) -> Answer:
    """`GET /v1/charges/{charge}/refunds/{refund}`."""
    return shown(_existing(context, refund, charge))


def update(context: Context, form: Form, refund: str) -> Answer:
    """`POST /v1/refunds/{refund}`."""
    return _updated(context, form, _existing(context, refund))


def update_of(context: Context, form: Form, charge: str, refund: str) -> Answer:
    """`POST /v1/charges/{charge}/refunds/{refund}`."""
    return _updated(context, form, _existing(context, refund, charge))


def _updated(context: Context, form: Form, row: Refund) -> Answer:
    row = row._replace(metadata=merged(row.metadata, metadata(form), form))
    context.work.put(row)
    context.did("refund.updated", row.id)
    return shown(row)


def cancel(context: Context, _form: Form, refund: str) -> Answer:
    """`POST /v1/refunds/{refund}/cancel`: what a card gets back is never in `requires_action`, so it cannot be."""
    _existing(context, refund)
    raise invalid(UNSUPPORTED)


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/refunds`; with a charge, `count` says how many there are, which only recordings show."""
    identity = text(form, "charge")
    charge = existing_charge(context, identity) if identity is not None else None
    answer = _listed(context, form, charge, "/v1/refunds")
    if charge is not None:
        answer.document["count"] = sum(1 for _ in of_charge(context, charge))
    return answer


def list_of(context: Context, form: Form, charge: str) -> Answer:
    """`GET /v1/charges/{charge}/refunds`."""
    row = existing_charge(context, charge)
    return _listed(context, form, row, f"/v1/charges/{row.id}/refunds")


def _listed(context: Context, form: Form, charge: Charge | None, url: str) -> Answer:
    made, intent = made_when(form), text(form, "payment_intent")
    owner: Owner = EVERYBODY
    if charge is not None or intent is not None:
        owner = ("payment_intent", charge.payment_intent if charge else intent or "")

    def wanted(row: Refund) -> bool:
        return (
            made(row.created) and (charge is None or row.charge == charge.id) and intent in (None, row.payment_intent)
        )

    return page(context, Refund, form, what="refund", url=url, owner=owner, wanted=wanted)


def of_charge(context: Context, charge: Charge) -> list[Refund]:
    """Return the refunds of a charge, the newest first."""
    rows = context.work.listed(Refund, ("payment_intent", charge.payment_intent))
    return [row for row in rows if row.charge == charge.id]


REFUNDS, REFUND = "/v1/refunds", "/v1/refunds/{refund}"
OF_CHARGE, ONE_OF_CHARGE = "/v1/charges/{charge}/refunds", "/v1/charges/{charge}/refunds/{refund}"
SAID = ("amount", "metadata", "reason")
ROUTES = (
    route("GET", REFUNDS, list_, "list of refund", "charge", "created", "payment_intent", *CURSORS),
    route("POST", REFUNDS, create, "refund", "charge", "payment_intent", *SAID),
    route("GET", REFUND, retrieve, "refund"),
    route("POST", REFUND, update, "refund", "metadata"),
    route("POST", f"{REFUND}/cancel", cancel, "refund"),
    route("GET", OF_CHARGE, list_of, "list of refund", *CURSORS),
    route("POST", OF_CHARGE, create_of, "refund", *SAID),
    route("GET", ONE_OF_CHARGE, retrieve_of, "refund"),
    route("POST", ONE_OF_CHARGE, update_of, "refund", "metadata"),
    route("POST", "/v1/charges/{charge}/refund", refund_charge, "charge", *SAID),
)
