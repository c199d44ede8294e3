"""Disputes: retrieve, list, give evidence, close; by charge too. A payment begins them (`dispute_outcomes.py`)."""

from tollbridge.simulator.model.errors import StripeFailure, invalid, not_found, within
from tollbridge.simulator.model.rows import Dispute
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, nested, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.charges import existing_charge
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.dispute_outcomes import CLOSED, DECIDED_AFTER, DECISIONS, ESCALATES
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.resources.turns import up_to_now
from tollbridge.simulator.serializers.disputes import EVIDENCE
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

MAX_EVIDENCE = 20_000
"""Characters of one member of evidence."""

CLOSED_ALREADY = "This dispute is already closed"


def retrieve(context: Context, _form: Form, dispute: str) -> Answer:
    """`GET /v1/disputes/{dispute}`."""
    return shown(_existing(context, dispute))


def retrieve_of(context: Context, _form: Form, charge: str) -> Answer:
    """`GET /v1/charges/{charge}/dispute`."""
    return shown(_of_charge(context, charge))


def update(context: Context, form: Form, dispute: str) -> Answer:
    """`POST /v1/disputes/{dispute}`."""
    return _updated(context, form, _existing(context, dispute))


def update_of(context: Context, form: Form, charge: str) -> Answer:
    """`POST /v1/charges/{charge}/dispute`."""
    return _updated(context, form, _of_charge(context, charge))


def close(context: Context, _form: Form, dispute: str) -> Answer:
    """`POST /v1/disputes/{dispute}/close`: the shop gives in."""
    return _closed(context, _existing(context, dispute))


def close_of(context: Context, _form: Form, charge: str) -> Answer:
    """`POST /v1/charges/{charge}/dispute/close`."""
    return _closed(context, _of_charge(context, charge))


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/disputes`, the newest first."""
    made, charge, intent = made_when(form), text(form, "charge"), text(form, "payment_intent")
    owner: Owner = EVERYBODY if intent is None else ("payment_intent", intent)
    return page(
        context,
        Dispute,
        form,
        what="dispute",
        url="/v1/disputes",
        owner=owner,
        wanted=lambda row: made(row.created) and charge in (None, row.charge),
    )


def _existing(context: Context, identity: str) -> Dispute:
    row = context.work.get(Dispute, identity)
    if row is None:
        raise not_found("dispute", identity, "dispute")
    return up_to_now(context, row)


def _of_charge(context: Context, identity: str) -> Dispute:
    charge = existing_charge(context, identity)
    if charge.dispute is None:
        raise StripeFailure(404, f"No dispute for charge: {charge.id}")
    return _existing(context, charge.dispute)


def _updated(context: Context, form: Form, row: Dispute) -> Answer:
    if row.status in CLOSED:
        raise invalid(CLOSED_ALREADY)
    evidence = {**row.evidence, **_evidence(form)}
    row = row._replace(evidence=evidence, metadata=merged(row.metadata, metadata(form), form))
    if "evidence" in form and boolean(form, "submit", True):
        row = _submitted(context, row)
    context.work.put(row)
    context.did("charge.dispute.updated", row.id)
    return shown(row)


def _evidence(form: Form) -> dict[str, str]:
    sent = nested(form, "evidence", may_clear=True) or {}
    with within("evidence"):
        return {name: text(sent, name, most=MAX_EVIDENCE, may_clear=True) or "" for name in sent}


def _submitted(context: Context, row: Dispute) -> Dispute:
    """Return a dispute whose evidence the bank looks at; magic words tell it how to decide."""
    asks = row.status.startswith("warning")
    said = row.evidence.get("uncategorized_text", "")
    decides = said == ESCALATES if asks else said in DECISIONS
    at = context.now + DECIDED_AFTER if decides else None
    if at is not None:
        context.expect(at, Dispute, row.id)
    status = "warning_under_review" if asks else "under_review"
    return row._replace(status=status, submissions=row.submissions + 1, decided_at=at)


def _closed(context: Context, row: Dispute) -> Answer:
    if row.status in CLOSED:
        raise invalid(CLOSED_ALREADY)
    status = "warning_closed" if row.status.startswith("warning") else "lost"
    row = row._replace(status=status, decided_at=None)
    context.work.put(row)
    context.did("charge.dispute.closed", row.id)
    return shown(row)


DISPUTES, DISPUTE = "/v1/disputes", "/v1/disputes/{dispute}"
OF_CHARGE = "/v1/charges/{charge}/dispute"
SAID = (*(f"evidence[{name}]" for name in EVIDENCE), "metadata", "submit")
ROUTES = (
    route("GET", DISPUTES, list_, "list of dispute", "charge", "created", "payment_intent", *CURSORS),
    route("GET", DISPUTE, retrieve, "dispute"),
    route("POST", DISPUTE, update, "dispute", *SAID),
    route("POST", f"{DISPUTE}/close", close, "dispute"),
    route("GET", OF_CHARGE, retrieve_of, "dispute"),
    route("POST", OF_CHARGE, update_of, "dispute", *SAID),
    route("POST", f"{OF_CHARGE}/close", close_of, "dispute"),
)
