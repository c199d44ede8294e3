"""`tollbridge trigger`: real calls that cause an event, as Stripe's CLI makes them."""

from collections.abc import Callable, Iterator
from typing import Any

import click

from tollbridge.cli.output import say
from tollbridge.cli.server import CONTROL_OPTION, SERVER, Answer, complaint, server_at

Form = dict[str, Any]
Step = tuple[str, str, str, Form]
"""A name, a method, a path and parameters; in both `{name}` stands for the id of an earlier step's object."""

BY_CLI = "(created by Tollbridge)"
INTENTS, SETUPS = "/v1/payment_intents", "/v1/setup_intents"
PAY: Form = {"amount": 2000, "currency": "usd", "payment_method_types[]": "card", "description": BY_CLI}
PAID = PAY | {"confirm": "true", "payment_method": "pm_card_visa"}
HELD = PAID | {"capture_method": "manual"}
CUSTOMER: Step = ("customer", "POST", "/v1/customers", {"description": BY_CLI})
CARD: Step = ("payment_method", "POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": "{customer}"})
PRODUCT: Step = ("product", "POST", "/v1/products", {"name": "myproduct", "description": BY_CLI})
PRICE: Step = ("price", "POST", "/v1/prices", {"product": "{product}", "unit_amount": 1500, "currency": "usd"})
MONTHLY: Step = (*PRICE[:3], PRICE[3] | {"recurring[interval]": "month"})
SUBSCRIPTION: Step = (
    "subscription",
    "POST",
    "/v1/subscriptions",
    {"customer": "{customer}", "items[0][price]": "{price}", "default_payment_method": "{payment_method}"},
)
SET_UP: Form = {"customer": "{customer}", "payment_method_types[]": "card", "confirm": "true"}


def _intent(**form: Any) -> Step:
    return "payment_intent", "POST", INTENTS, PAY | form


TRIGGERS: dict[str, tuple[Step, ...]] = {
    "payment_intent.created": (_intent(),),
    "payment_intent.succeeded": (_intent(**PAID),),
    "payment_intent.payment_failed": (_intent(**PAID | {"payment_method": "pm_card_chargeDeclined"}),),
    "payment_intent.requires_action": (_intent(**PAID | {"payment_method": "pm_card_authenticationRequired"}),),
    "payment_intent.amount_capturable_updated": (_intent(**HELD),),
    "payment_intent.canceled": (
        _intent(),
        (
            "payment_intent",
            "POST",
            f"{INTENTS}/{{payment_intent}}/cancel",
            {"cancellation_reason": "requested_by_customer"},
        ),
    ),
    "charge.succeeded": (_intent(**PAID),),
    "charge.failed": (_intent(**PAID | {"payment_method": "pm_card_visa_chargeDeclined"}),),
    "charge.captured": (_intent(**HELD), ("payment_intent", "POST", f"{INTENTS}/{{payment_intent}}/capture", {})),
    "charge.refunded": (
        _intent(**PAID | {"amount": 100}),
        ("refund", "POST", "/v1/refunds", {"payment_intent": "{payment_intent}"}),
    ),
    "refund.created": (_intent(**PAID), ("refund", "POST", "/v1/refunds", {"payment_intent": "{payment_intent}"})),
    "charge.dispute.created": (_intent(**PAID | {"payment_method": "pm_card_createDisputeInquiry"}),),
    "setup_intent.created": (CUSTOMER, ("setup_intent", "POST", SETUPS, {"customer": "{customer}"})),
    "setup_intent.succeeded": (
        CUSTOMER,
        ("setup_intent", "POST", SETUPS, SET_UP | {"payment_method": "pm_card_visa"}),
    ),
    "setup_intent.setup_failed": (
        CUSTOMER,
        ("setup_intent", "POST", SETUPS, SET_UP | {"payment_method": "pm_card_chargeDeclined"}),
    ),
    "setup_intent.canceled": (
        CUSTOMER,
        ("setup_intent", "POST", SETUPS, {"customer": "{customer}"}),
        ("setup_intent", "POST", f"{SETUPS}/{{setup_intent}}/cancel", {}),
    ),
    "customer.created": (CUSTOMER,),
    "customer.updated": (CUSTOMER, ("customer", "POST", "/v1/customers/{customer}", {"metadata[foo]": "bar"})),
    "customer.deleted": (CUSTOMER, ("customer", "DELETE", "/v1/customers/{customer}", {})),
    "payment_method.attached": (CUSTOMER, CARD),
    "payment_method.detached": (
        CUSTOMER,
        CARD,
        ("payment_method", "POST", "/v1/payment_methods/{payment_method}/detach", {}),
    ),
    "payment_method.updated": (
        CUSTOMER,
        CARD,
        ("payment_method", "POST", "/v1/payment_methods/{payment_method}", {"metadata[foo]": "bar"}),
    ),
    "product.created": (PRODUCT,),
    "price.created": (PRODUCT, PRICE),
    "plan.created": (PRODUCT, MONTHLY),
    "customer.subscription.created": (CUSTOMER, CARD, PRODUCT, MONTHLY, SUBSCRIPTION),
    "customer.subscription.updated": (
        CUSTOMER,
        CARD,
        PRODUCT,
        MONTHLY,
        SUBSCRIPTION,
        ("subscription", "POST", "/v1/subscriptions/{subscription}", {"metadata[foo]": "bar"}),
    ),
    "customer.subscription.deleted": (
        CUSTOMER,
        CARD,
        PRODUCT,
        MONTHLY,
        SUBSCRIPTION,
        ("subscription", "DELETE", "/v1/subscriptions/{subscription}", {}),
    ),
}
"""The calls that cause each event; they cause others too, as at Stripe."""

DECLINED = 402


@click.command(epilog=f"Types of events: {', '.join(TRIGGERS)}.")
@click.argument("event", metavar="TYPE", type=click.Choice(tuple(TRIGGERS)))
@SERVER
@CONTROL_OPTION
def trigger(event: str, server: str, control_token: str | None) -> None:
    """Cause an event, by the calls that cause it at Stripe too.

    \b
    Examples:
      tollbridge trigger payment_intent.succeeded
      tollbridge trigger charge.refunded --server http://localhost:8080

    Exit codes: 0 caused, 1 no server there, or refused (the sentence says why), 2 wrong usage.
    """
    running = server_at(server, control_token)
    for line in caused(event, running.call):
        say(line)
    say("Trigger succeeded! Look at GET /v1/events, or at the console, for its events.")


def caused(event: str, call: Callable[[str, str, Form], Answer]) -> Iterator[str]:
    """Make the calls that cause an event, and yield a line before and after the beginning of each.

    Raises:
        click.ClickException: one was refused.
    """
    names: dict[str, str] = {}
    for name, method, path, form in TRIGGERS[event]:
        yield f"Setting up fixture for: {name}"
        sent = {key: value.format(**names) if isinstance(value, str) else value for key, value in form.items()}
        yield f"Running fixture for: {name}"
        answer = call(method, path.format(**names), sent)
        if answer.status not in (200, DECLINED):
            raise click.ClickException(complaint(answer))
        names[name] = str(answer.document.get("id", ""))
