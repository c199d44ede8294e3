"""Whether Stripe was told what the request says, and has the intent that it should have."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.simulator import Told
from tollbridge.simulator.money import table
from tollbridge.simulator.rows import PaymentIntent
from tollbridge.verify.checks.check import CRITICAL, HIGH, Wrong, check
from tollbridge.verify.exchange import MAY_CARRY, Exchange
from tollbridge.verify.routes import CHANGE, CONFIRM, CREATE

RULES = {
    "amount": ("amount.unit", "intent.fields"),
    "currency": ("intent.fields",),
    "description": ("description.text", "intent.fields"),
    "receipt_email": ("email.address", "intent.fields"),
    "customer": ("intent.customer", "organization.effective"),
    "payment_method": ("intent.fields",),
}
"""The ledger's rules that are broken where the intent has another value than the request."""

NOT_PAID = "not [i for i in intents if i['status'] in ('succeeded', 'processing', 'requires_capture')]"
PAID = ("succeeded", "processing", "requires_capture")
"""States in which a card was charged, or its money is held."""

CHARGED = ("succeeded", "processing")
"""States that a charge on the server is to end in: what is only held was not charged."""

INTENT_ROUTES = (CREATE, CHANGE, CONFIRM)
ALLOWED = ("payment_intent.", "charge.", "customer.subscription.updated")


def _creates(x: Exchange) -> list[Told]:
    return [told for told in x.writes if told.route == CREATE]


@check(
    "one-intent",
    "An accepted request makes exactly one PaymentIntent.",
    "intent.fields",
    "request.independent",
    severity=CRITICAL,
    sample="Two PaymentIntents were made for one request.",
    gate=True,
    needs=("stripe",),
)
def one_intent(x: Exchange) -> list[Wrong] | None:
    """Judge successes."""
    if not x.plain or not x.ok:
        return None
    if len(x.intents) == 1:
        return []
    said = f"{len(x.intents)} PaymentIntents were made."
    return [Wrong("none" if not x.intents else "several", said, "one", "len(intents) == 1")]


@check(
    "no-intent-on-refusal",
    "A refused request makes no PaymentIntent; one refused by the card, at most one that never succeeds.",
    "refusal.order",
    "charge.refused",
    severity=CRITICAL,
    sample="A request that was answered with 404 left a PaymentIntent behind.",
    gate=True,
    needs=("stripe",),
)
def no_intent_on_refusal(x: Exchange) -> list[Wrong] | None:
    """Judge refusals, and calls that had to be refused and got no answer."""
    if not x.plain or x.ok or x.expected.success:
        return None
    live = [intent for intent in x.intents if intent.status in PAID]
    if live:
        return [Wrong("charged", f"The {x.status} left a PaymentIntent that is paid.", "none", NOT_PAID)]
    if x.expected.kind == "free":
        return []
    # Stripe's own refusal at confirmation may leave one that never succeeded; a cancelled one is none.
    at_confirmation = x.expected.kind == "declined" or "default-payment-method-missing" in x.expected.codes
    most = 1 if at_confirmation or _refused_by_stripe(x) else 0
    left = [intent for intent in x.intents if intent.status != "canceled" or x.held.choice]
    if len(left) <= most:
        return []
    said = f"The {x.status} left {len(left)} PaymentIntents."
    return [Wrong(x.expected.kind, said, f"at most {most}", f"len(intents) <= {most}")]


def _refused_by_stripe(x: Exchange) -> bool:
    """Whether Stripe itself refused to confirm: at the create, or at a confirmation of its own."""
    confirms = [told for told in x.writes if told.route == CONFIRM or told.parameters.get("confirm") == "true"]
    return any(400 <= told.status < 500 for told in confirms)


@check(
    "writes-nothing-before-refusing",
    "Nothing is written at Stripe for a request that is refused before Stripe is charged.",
    "refusal.order",
    severity=HIGH,
    sample="A payment method was attached although the request is a 400.",
    needs=("stripe",),
    optional=True,
)
def writes_nothing(x: Exchange) -> list[Wrong] | None:
    """Judge refusals that are not the card's."""
    if not x.plain or x.ok or x.expected.kind not in ("token", "violations", "refused", "wire"):
        return None
    changed = [what for told in x.writes for what, _ in told.effects if not what.startswith("payment_intent.")]
    if not changed:
        return []
    proof = "not [e for c in calls for e in c['effects'] if not e['what'].startswith('payment_intent.')]"
    return [Wrong(changed[0], f"Stripe was changed: {', '.join(sorted(set(changed)))}.", "nothing", proof)]


@check(
    "intent-carries-the-request",
    "The intent has the amount, currency, description, e-mail address, customer and payment method of the request.",
    "intent.fields",
    "intent.customer",
    "amount.unit",
    "email.address",
    "description.text",
    "organization.effective",
    severity=CRITICAL,
    sample="4200 was asked, the intent is over 420000.",
    needs=("stripe",),
)
def intent_carries(x: Exchange) -> list[Wrong] | None:
    """Judge intents of accepted and of declined calls."""
    effect = x.expected.effect
    if not x.plain or effect is None or len(x.intents) != 1 or not (x.ok or x.expected.kind == "declined"):
        return None
    return [*_differences(x, x.intents[0], effect.params)]


def _differences(x: Exchange, intent: PaymentIntent, params: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, wanted in params.items():
        has = getattr(intent, name)
        if name == "payment_method" and x.expected.kind == "declined":
            continue  # Stripe takes a refused method off the intent
        if has != wanted:
            if name in ("description", "receipt_email"):
                said = f"The intent's {name} is {_told(has)}."
                yield Wrong(name, said, f"the request's: {_told(wanted)}", _at(name, wanted), RULES[name])
            else:
                cause = f"amount {_relation(has, wanted, intent.currency)}" if name == "amount" else name
                said = f"The intent's {name} is {has or 'none'}."
                yield Wrong(cause, said, str(wanted or "none"), _at(name, wanted), RULES[name])


def _told(text: str | None) -> str:
    """Return a text as a reader sees it: its beginning, and how long it is."""
    if text is None:
        return "none"
    return repr(text) if len(text) <= SHOWN else f"{text[:SHOWN]!r}… of {len(text)} characters"


SHOWN = 40


def _relation(has: int, wanted: int, currency: str) -> str:
    """Return how a wrong amount comes from the right one, which tells causes apart."""
    exponent = table()["currencies"].get(currency, {}).get("exponent", 2)
    kind = f"in currencies of {exponent} decimals"
    for factor in (10, 100, 1_000):
        if has == wanted * factor:
            return f"times {factor} {kind}"
        if has == wanted // factor:
            return f"divided by {factor} {kind}"
    return "a little other" if abs(has - wanted) < 2 else "other"


def _at(name: str, wanted: Any) -> str:
    return f"intents[-1][{name!r}] == {wanted!r}"


@check(
    "confirms-as-asked",
    "The card is charged on the server where the request says so, and only there.",
    "confirm.absent",
    "confirm.fails",
    "method.default",
    severity=CRITICAL,
    sample="The card was charged although the request does not ask for it.",
    needs=("stripe",),
)
def confirms(x: Exchange) -> list[Wrong] | None:
    """Judge intents of accepted calls."""
    effect = x.expected.effect
    if not x.plain or effect is None or not x.ok or len(x.intents) != 1:
        return None
    status = x.intents[0].status
    if effect.charges:
        if status not in CHARGED:
            return [
                Wrong("not charged", f"The intent is {status}.", "succeeded", "intents[-1]['status'] == 'succeeded'")
            ]
        charged = x.intents[0].payment_method
        if effect.source and charged != effect.source:
            return [Wrong("source", f"{charged} was charged.", effect.source, _at("payment_method", effect.source))]
        return []
    if status.startswith("requires_") and status not in ("requires_action", "requires_capture"):
        return []
    proof = "intents[-1]['status'] in ('requires_payment_method', 'requires_confirmation')"
    return [Wrong("charged", f"The intent is {status}.", "not confirmed", proof)]


@check(
    "adds-nothing",
    "The intent is made, changed and confirmed with nothing that the page does not name and that changes what it does.",
    "intent.fields",
    severity=HIGH,
    sample="The intent was made with setup_future_usage=off_session.",
    needs=("stripe",),
)
def adds_nothing(x: Exchange) -> list[Wrong] | None:
    """Judge what Stripe was told of intents in any exchange."""
    told_of = [told for told in x.writes if told.route in INTENT_ROUTES]
    if x.told is None or not told_of:
        return None
    wrong: dict[str, Wrong] = {}
    for told in told_of:
        for name, value in told.parameters.items():
            fault = _foreign(x, told, name, value)
            if fault:
                named = f"c['parameters'].get({name!r}) == {_plain(value)!r}"
                proof = f"not [c for c in calls if c['route'] == {told.route!r} and {named}]"
                said = f"The intent was made with {name}={_plain(value)!r}."
                wrong[name] = Wrong(name, said, fault, proof)
    return [*wrong.values()][:3]


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _foreign(x: Exchange, told: Told, name: str, value: Any) -> str | None:
    """Return what is right instead; None for a parameter that may be there."""
    if name not in MAY_CARRY:
        return "without it"
    if name == "payment_method_types" and _listed(value) != ["card"]:
        return "card"
    if name == "capture_method" and not str(value).startswith("automatic"):
        return "automatic capture"
    if name == "automatic_payment_methods" and (x.held.choice or told.parameters.get("confirm") == "true"):
        return "payment_method_types[]=card"
    if name == "metadata" and any(secret in str(_plain(value)) for secret in _secrets(x)):
        return "no secret in it"
    return None


def _secrets(x: Exchange) -> list[str]:
    """Return what belongs to nobody at Stripe but in its place: the client secret, and tokens."""
    tokens = [text for text, what in x.memory.canaries.items() if what == "a token"]
    return [*tokens, "_secret_", *([x.secret] if x.secret else [])]


def _listed(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]


@check(
    "secret-of-this-request",
    "The client secret is the one that Stripe issued for this request's intent.",
    "secret.form",
    severity=CRITICAL,
    sample="The secret belongs to the intent of an earlier request.",
    needs=("stripe", "secret"),
)
def secret_of_this_request(x: Exchange) -> list[Wrong] | None:
    """Judge successes with one intent."""
    if not x.plain or not x.ok or x.subject.secret is None or not x.intents:
        return None
    if x.secret in {intent.secret for intent in x.intents}:
        return []
    proof = f"body.get({x.subject.secret!r}) in [i['client_secret'] for i in intents]"
    said = "The client secret is not that of the PaymentIntent that was made."
    return [Wrong("another", said, "the secret that Stripe answered", proof)]


@check(
    "touches-nothing-else",
    "Nothing at Stripe is changed but this request's intent and subscription.",
    "intent.fields",
    severity=HIGH,
    sample="A customer was made for the request.",
    needs=("stripe",),
)
def touches_nothing_else(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls, and calls that the card refuses."""
    if not x.plain or not (x.ok or x.expected.kind == "declined"):
        return None
    changed = {what for told in x.writes for what, _ in told.effects if not what.startswith(ALLOWED)}
    proof = f"not [e for c in calls for e in c['effects'] if not e['what'].startswith({ALLOWED!r})]"
    wrong = [Wrong(what, f"Stripe was changed: {what}.", "nothing besides", proof) for what in sorted(changed)]
    others = _intents_of_others(x)
    if others:
        proof = "not [e for c in calls for e in c['effects'] if e['what'].startswith('payment_intent.') "
        proof += "and e['id'] not in [i['id'] for i in intents]]"
        wrong.append(Wrong("another intent", f"An earlier request's intent was changed: {others[0]}.", "none", proof))
    return wrong


def _intents_of_others(x: Exchange) -> list[str]:
    """Return what was done to intents that this request did not make."""
    own = {intent.id for intent in x.intents}
    done = ((what, identity) for told in x.writes for what, identity in told.effects)
    return [what for what, identity in done if what.startswith("payment_intent.") and identity not in own]
