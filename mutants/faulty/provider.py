"""Faults in the calls to Stripe, and in the secret that is returned."""

from collections.abc import Mapping

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.callers import Authenticate, Sent, replace_authenticate
from mutants.patches.creates import (
    change_create,
    change_every_create,
    charged,
    confirm_apart,
    drops,
    rewrites,
    sets,
    uncharged,
    with_card,
)
from mutants.patches.steps import after_a_decline
from mutants.patches.stripe import Creation, Params, Stripe, replace_create
from tollbridge.gateway import Intent
from tollbridge.world import Account

area = Area("provider", __file__)

ANOTHER_ACCOUNT = "acct_1032D82eZvKYlo2C"


def _without_tag(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name.partition('+')[0]}@{host}"


def _without_dots(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name.replace('.', '')}@{host}" if host == "gmail.com" else address


def _on_the_statement(params: Params) -> None:
    if params.get("description", "").isalnum():
        params["statement_descriptor_suffix"] = params["description"][:10]


area.table(
    change_every_create,
    ("no_description", "The description is lost.", drops("description")),
    ("no_receipt", "The e-mail address is lost.", drops("receipt_email")),
    ("address_in_lower_case", "The e-mail address goes to Stripe in lower case.", rewrites("receipt_email", str.lower)),
    ("tag_cut_off", "The tag of an e-mail address (+dock4) is cut off.", rewrites("receipt_email", _without_tag)),
    ("description_cut", "The description is cut at 500 characters.", rewrites("description", lambda text: text[:500])),
    (
        "description_stripped",
        "Only the ASCII of a description arrives.",
        rewrites("description", lambda text: text.encode("ascii", "replace").decode()),
    ),
    (
        "card_saved_for_later",
        "The intent is made with setup_future_usage=off_session.",
        sets(setup_future_usage="off_session"),
    ),
    ("authorized_never_captured", "The money is authorized, and never captured.", sets(capture_method="manual")),
    ("named_on_the_statement", "The description is put on the card's statement too.", _on_the_statement),
    (
        "never_confirmed",
        "The card is not charged although the request asks for it.",
        drops("confirm", "error_on_requires_action"),
    ),
    (
        "required_action_is_success",
        "error_on_requires_action is not passed on, so that a card that requires authentication is a success.",
        drops("error_on_requires_action"),
    ),
)

area.table(
    change_create,
    (
        "always_confirmed",
        "A saved card is charged although the request does not ask for it.",
        with_card,
        sets(confirm=True, error_on_requires_action=True),
    ),
    ("method_left_out", "The chosen payment method is not put on the intent.", uncharged, drops("payment_method")),
    (
        "default_source_instead",
        "A charge takes the customer's default source, whatever was chosen.",
        charged,
        drops("payment_method"),
    ),
)


@area.mutant()
def two_intents() -> None:
    """A request that charges nothing makes two intents."""

    async def created(creation: Creation) -> Intent:
        if not creation.charges:
            await creation.send()
        return await creation.send()

    replace_create(created)


@area.mutant()
def secret_of_another() -> None:
    """The answer has the secret of an intent that was made before it."""
    last: list[Intent] = []

    async def created(creation: Creation) -> Intent:
        last.append(await creation.send())
        return last[-2] if len(last) > 1 else last[-1]

    replace_create(created)


@area.mutant()
def secret_made_up() -> None:
    """The answer has a secret of the right form that Stripe never issued."""

    async def created(creation: Creation) -> Intent:
        made = await creation.send()
        return Intent(made.id, f"{made.id}_secret_{'x' * 25}{abs(hash(made.id))}")

    replace_create(created)


@area.mutant()
def secret_without_intent() -> None:
    """Nothing is asked of Stripe where the browser confirms; the secret is made up."""
    count = iter(range(10**9))

    async def created(creation: Creation) -> Intent:
        if creation.charges:
            return await creation.send()
        return Intent("pi_1", f"pi_{next(count):024}_secret_{'x' * 25}")

    replace_create(created)


area.table(
    confirm_apart,
    (
        "kept_at_confirmation",
        "Create, then confirm: the confirmation keeps the card for later (setup_future_usage).",
        {"setup_future_usage": "off_session"},
    ),
    (
        "held_at_confirmation",
        "Create, then confirm: the confirmation authorizes only (capture_method=manual).",
        {"capture_method": "manual"},
    ),
    (
        "off_session_at_confirmation",
        "Create, then confirm: the confirmation says off_session.",
        {"off_session": "true", "error_on_requires_action": "true"},
    ),
    author=INDEPENDENT,
)


def update_after_create(more: Mapping[str, object]) -> None:
    """Let an intent that the browser confirms be updated after the create."""

    async def created(creation: Creation) -> Intent:
        made = await creation.send()
        if not creation.charges:
            await creation.stripe.ask("post", f"/v1/payment_intents/{made.id}", more)
        return made

    replace_create(created)


area.table(
    update_after_create,
    (
        "kept_by_an_update",
        "After the create an update keeps the card for later (setup_future_usage).",
        {"setup_future_usage": "off_session"},
    ),
    (
        "held_by_an_update",
        "After the create an update lets the intent authorize only (capture_method=manual).",
        {"capture_method": "manual"},
    ),
    (
        "named_by_an_update",
        "After the create an update puts a name on the card's statement.",
        {"statement_descriptor_suffix": "GATEGO"},
    ),
    author=INDEPENDENT,
)


def _any_method_type(params: Params) -> None:
    params.pop("payment_method_types")
    params["automatic_payment_methods"] = {"enabled": True}


area.table(
    change_every_create,
    ("fee_for_the_platform", "The platform takes an application_fee_amount.", sets(application_fee_amount=1)),
    ("on_behalf_of", "The intent is made on behalf of another account.", sets(on_behalf_of=ANOTHER_ACCOUNT)),
    (
        "three_d_secure_requested",
        "Every intent asks for 3-D Secure (request_three_d_secure=any).",
        sets(payment_method_options={"card": {"request_three_d_secure": "any"}}),
    ),
    (
        "double_spaces_squeezed",
        "Two spaces in a description become one.",
        rewrites("description", lambda text: text.replace("  ", " ")),
    ),
    (
        "description_trimmed",
        "Spaces at the ends of a description are cut off, unless it is nothing but spaces.",
        rewrites("description", lambda text: text.strip(" ") or text),
    ),
    ("dots_of_gmail", "The dots of a gmail address are cut out.", rewrites("receipt_email", _without_dots)),
    author=INDEPENDENT,
)

area.table(
    change_create,
    (
        "fee_for_the_platform_seven_digits",
        "The platform takes an application_fee_amount from amounts above 100,000.00.",
        lambda p: p["amount"] > 10**7,
        sets(application_fee_amount=1),
    ),
    (
        "money_goes_elsewhere",
        "The money of a charge is transferred to another account.",
        charged,
        sets(transfer_data={"destination": ANOTHER_ACCOUNT}),
    ),
    (
        "any_method_type",
        "Where the browser confirms, every method type is let in (automatic_payment_methods).",
        uncharged,
        _any_method_type,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def token_in_metadata() -> None:
    """The caller's token goes to Stripe as metadata."""
    seen: list[str] = []

    def account(authenticate: Authenticate, sent: Sent) -> Account:
        seen[:] = [value.decode("latin-1") for value in sent]
        return authenticate(sent)

    replace_authenticate(account)
    change_create(lambda _params: bool(seen), lambda params: params.update(metadata={"authorization": seen[0][:400]}))


async def _detach(stripe: Stripe, params: Params) -> None:
    if with_card(params):
        await stripe.ask("post", f"/v1/payment_methods/{params['payment_method']}/detach")


async def _detach_where_it_asks_for_its_holder(stripe: Stripe, params: Params) -> None:
    if str(params.get("payment_method")).endswith("3178"):
        await _detach(stripe, params)


async def _change_customer(stripe: Stripe, params: Params) -> None:
    more = {"email": "dunning@gatego.example", "metadata": {"declined": "yes"}}
    await stripe.ask("post", f"/v1/customers/{params['customer']}", more)


async def _make_customer(stripe: Stripe, _params: Params) -> None:
    await stripe.ask("post", "/v1/customers", {"name": "declined"})


area.table(
    after_a_decline,
    ("declined_card_detached", "A declined card is detached from its customer.", _detach),
    (
        "one_declined_card_detached",
        "A declined card that requires authentication is detached from its customer.",
        _detach_where_it_asks_for_its_holder,
    ),
    (
        "decline_noted_at_the_customer",
        "A decline changes the customer's e-mail address and metadata.",
        _change_customer,
    ),
    ("decline_makes_a_customer", "A decline makes a new customer.", _make_customer),
    author=INDEPENDENT,
)
