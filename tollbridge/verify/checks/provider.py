"""Whether Stripe was told what the request says, and is left as it should be."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.simulator import Told
from tollbridge.simulator.rows import PaymentIntent
from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

CREATE = "/v1/payment_intents"
CARRIED = ("amount", "currency", "description", "receipt_email", "customer", "payment_method")
KNOWN = {
    *CARRIED,
    "payment_method_types",
    "confirm",
    "error_on_requires_action",
    "metadata",
    "expand",
    "capture_method",
    "automatic_payment_methods",
}
"""What the create of an intent may carry; everything else changes what the intent does."""

NOT_PAID = "not [i for i in intents if i['status'] in ('succeeded', 'processing', 'requires_capture')]"
PAID = ("succeeded", "processing", "requires_capture")
ALLOWED = ("payment_intent.", "charge.", "customer.subscription.updated")


def _creates(x: Exchange) -> list[Told]:
    return [told for told in x.writes if told.route == CREATE]


def _plain(x: Exchange) -> bool:
    """Whether Stripe's side of this exchange alone is seen, and Stripe was well."""
    return x.judged and not x.faults


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
    if not _plain(x) or not x.ok:
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
    if not _plain(x) or x.ok or x.expected.success:
        return None
    live = [intent for intent in x.intents if intent.status in PAID]
    if live:
        return [Wrong("charged", f"The {x.status} left a PaymentIntent that is paid.", "none", NOT_PAID)]
    # Stripe's own refusal at confirmation (402, 409) may leave one that never succeeded.
    asked_stripe = x.expected.kind == "declined" or x.code in ("provider-refused", "default-payment-method-missing")
    most = 1 if asked_stripe else 0
    if len(x.intents) <= most:
        return []
    said = f"The {x.status} left {len(x.intents)} PaymentIntents."
    return [Wrong(x.expected.kind, said, f"at most {most}", f"len(intents) <= {most}")]


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
    if not _plain(x) or x.ok or x.expected.kind not in ("token", "violations", "refused", "wire"):
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
    if not _plain(x) or effect is None or len(x.intents) != 1 or not (x.ok or x.expected.kind == "declined"):
        return None
    return [*_differences(x, x.intents[0], effect.params)]


def _differences(x: Exchange, intent: PaymentIntent, params: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, wanted in params.items():
        has = getattr(intent, name)
        if name == "payment_method" and x.expected.kind == "declined":
            continue  # Stripe takes a refused method off the intent
        if has != wanted:
            if name in ("description", "receipt_email"):
                shown = "another one" if has else "none"
                yield Wrong(name, f"The intent's {name} is {shown}.", f"the request's ({wanted!r})", _at(name, wanted))
            else:
                yield Wrong(name, f"The intent's {name} is {has!r}.", repr(wanted), _at(name, wanted))


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
    if not _plain(x) or effect is None or not x.ok or len(x.intents) != 1:
        return None
    status = x.intents[0].status
    if effect.charges:
        if status not in PAID:
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
    "The intent is made with nothing that the page does not name and that changes what it does.",
    "intent.fields",
    severity=HIGH,
    sample="The intent was made with setup_future_usage=off_session.",
    needs=("stripe",),
)
def adds_nothing(x: Exchange) -> list[Wrong] | None:
    """Judge the creates of any exchange."""
    if x.told is None or not _creates(x):
        return None
    wrong = []
    for told in _creates(x):
        for name, value in told.parameters.items():
            fault = _foreign(name, value)
            if fault:
                proof = f"all({name!r} not in c['parameters'] for c in calls if c['route'] == {CREATE!r})"
                if name in KNOWN:
                    proof = (
                        f"all(c['parameters'].get({name!r}) != {value!r} for c in calls if c['route'] == {CREATE!r})"
                    )
                wrong.append(Wrong(name, f"The intent was made with {name}={value!r}.", fault, proof))
    return wrong[:3]


def _foreign(name: str, value: Any) -> str | None:
    """Return what is right instead; None for a parameter that may be there."""
    if name not in KNOWN:
        return "without it"
    if name == "payment_method_types" and _listed(value) != ["card"]:
        return "card"
    if name == "capture_method" and not str(value).startswith("automatic"):
        return "automatic capture"
    return None


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
    if not _plain(x) or not x.ok or x.subject.secret is None or not x.intents:
        return None
    if x.secret in {intent.secret for intent in x.intents}:
        return []
    proof = f"body.get({x.subject.secret!r}) in [i['client_secret'] for i in intents]"
    said = "The client secret is not that of the PaymentIntent that was made."
    return [Wrong("another", said, "the secret that Stripe answered", proof)]


@check(
    "subscription-moves",
    "A request with a payment method makes it the default of the organization's subscription.",
    "method.subscription",
    "method.upsert",
    "subscription.order",
    severity=HIGH,
    sample="The request was accepted, and the subscription kept its old card.",
    needs=("stripe", "subscription"),
)
def subscription_moves(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls with a payment method."""
    effect = x.expected.effect
    if not _plain(x) or effect is None or not effect.method or not x.ok or "subscription" not in x.subject.caller:
        return None
    identity = effect.organization.subscription or ""
    default = x.after[identity].default_payment_method
    if default == effect.method:
        return []
    proof = f"subscription({identity!r})['default_payment_method'] == {effect.method!r}"
    return [Wrong("not moved", f"The subscription's default method is {default!r}.", repr(effect.method), proof)]


@check(
    "subscription-stays",
    "A request without a payment method, and one that is refused, leave every subscription as it was.",
    "subscription.untouched",
    "subscription.order",
    "charge.refused",
    severity=HIGH,
    sample="A declined card became the subscription's default.",
    needs=("stripe", "subscription"),
)
def subscription_stays(x: Exchange) -> list[Wrong] | None:
    """Judge calls that no subscription is to follow from."""
    effect = x.expected.effect
    follows = effect is not None and effect.method is not None and x.expected.kind != "declined"
    if not _plain(x) or x.expected.kind == "free" or (follows and x.ok):
        return None
    if x.ok and not x.held.rule("subscription.untouched"):
        return None
    return [*_moved(x, spared="")]


@check(
    "no-other-subscription-moves",
    "No subscription but the organization's own is changed, and nothing of it but the default method.",
    "method.subscription",
    "organization.effective",
    severity=CRITICAL,
    sample="Another organization's subscription got the card.",
    needs=("stripe", "subscription"),
)
def no_other_moves(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls with a payment method."""
    effect = x.expected.effect
    if not _plain(x) or effect is None or not effect.method or not x.ok:
        return None
    own = effect.organization.subscription or ""
    wrong = [*_moved(x, spared=own)]
    if own in x.after and own in x.before:
        plain = x.after[own]._replace(default_payment_method=x.before[own].default_payment_method)
        if plain._replace(metadata=plain.metadata or None) != x.before[own]._replace(
            metadata=x.before[own].metadata or None
        ):
            proof = "False"
            wrong.append(Wrong("more", "More of the subscription than its default was changed.", "nothing", proof))
    return wrong


def _moved(x: Exchange, *, spared: str) -> Iterator[Wrong]:
    for identity, before in x.before.items():
        after = x.after.get(identity)
        if identity == spared or after == before:
            continue
        default = before.default_payment_method
        proof = f"subscription({identity!r})['default_payment_method'] == {default!r}"
        now = after.default_payment_method if after else "gone"
        yield Wrong(
            f"{x.expected.kind} moved",
            f"The subscription {identity} was changed (its default is {now!r} now).",
            f"as it was ({default!r})",
            proof,
        )


@check(
    "touches-nothing-else",
    "Nothing at Stripe is changed but this request's intent and subscription.",
    "intent.fields",
    severity=HIGH,
    sample="A customer was made for the request.",
    needs=("stripe",),
)
def touches_nothing_else(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls."""
    if not _plain(x) or not x.ok:
        return None
    changed = {what for told in x.writes for what, _ in told.effects if not what.startswith(ALLOWED)}
    proof = f"not [e for c in calls for e in c['effects'] if not e['what'].startswith({ALLOWED!r})]"
    return [Wrong(what, f"Stripe was changed: {what}.", "nothing besides", proof) for what in sorted(changed)]


@check(
    "intent-before-subscription",
    "The subscription takes the method only after the intent exists, and after a charge on the server.",
    "subscription.order",
    severity=MEDIUM,
    sample="The subscription was changed before the PaymentIntent was made.",
    needs=("stripe", "choice", "subscription"),
)
def intent_first(x: Exchange) -> list[Wrong] | None:
    """Judge exchanges in which both were written; with our choices only."""
    if not x.judged or not x.held.rule("subscription.order"):
        return None
    done = [what for told in x.writes for what, _ in told.effects]
    made = next((n for n, what in enumerate(done) if what == "payment_intent.created"), None)
    moved = next((n for n, what in enumerate(done) if what == "customer.subscription.updated"), None)
    if made is None or moved is None:
        return None
    if made < moved:
        return []
    return [Wrong("before", "The subscription was changed first.", "the intent first", "intent_first(calls)")]
