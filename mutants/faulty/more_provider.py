"""What Stripe is told besides the create, and about other objects than this request's."""

from functools import partial
from typing import Any

from mutants.faulty.order import not_made
from mutants.patch import created_in_two, creating, instead, mutant
from tollbridge.gateway.calls import Gateway, Intent


def _in_two(**more: Any) -> None:
    """Create, then confirm, which is legal; with more on the confirmation, which is not."""
    instead(Gateway, "create_intent", partial(created_in_two, more=more))


@mutant
def kept_at_confirmation() -> None:
    """Create, then confirm: the confirmation keeps the card for later (setup_future_usage)."""
    _in_two(setup_future_usage="off_session")


@mutant
def held_at_confirmation() -> None:
    """Create, then confirm: the confirmation only holds the money (capture_method=manual)."""
    _in_two(capture_method="manual")


@mutant
def off_session_at_confirmation() -> None:
    """Create, then confirm: the confirmation says off_session."""
    _in_two(off_session=True, error_on_requires_action="true")


def _updated(more: dict[str, Any]) -> None:
    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        made: Intent = await create(self, params, until=until)
        if "confirm" not in params:
            await self._ask("post", f"/v1/payment_intents/{made.id}", more, until)
        return made

    instead(Gateway, "create_intent", created)


@mutant
def kept_by_an_update() -> None:
    """After the create an update keeps the card for later (setup_future_usage)."""
    _updated({"setup_future_usage": "off_session"})


@mutant
def held_by_an_update() -> None:
    """After the create an update makes the money only held (capture_method=manual)."""
    _updated({"capture_method": "manual"})


@mutant
def named_by_an_update() -> None:
    """After the create an update puts a name on the card's statement."""
    _updated({"statement_descriptor_suffix": "GATEGO"})


@mutant
def fee_for_the_platform() -> None:
    """The platform takes an application_fee_amount."""
    creating(lambda p: p.update(application_fee_amount=1))


@mutant
def fee_for_the_platform_seven_digits() -> None:
    """The platform takes an application_fee_amount from amounts of 20,000.00 and more."""
    creating(lambda p: p.update(application_fee_amount=1) if p["amount"] > 10**7 else None)


@mutant
def on_behalf_of() -> None:
    """The intent is made on behalf of another account."""
    creating(lambda p: p.update(on_behalf_of="acct_1032D82eZvKYlo2C"))


@mutant
def money_goes_elsewhere() -> None:
    """The money of a charge is transferred to another account."""
    creating(lambda p: p.update(transfer_data={"destination": "acct_1032D82eZvKYlo2C"}) if "confirm" in p else None)


@mutant
def three_d_secure_skipped() -> None:
    """The intent is made with payment_method_options[card][request_three_d_secure]."""
    creating(lambda p: p.update(payment_method_options={"card": {"request_three_d_secure": "any"}}))


@mutant
def any_method_type() -> None:
    """Where the browser confirms, every method type is let in (automatic_payment_methods)."""

    def change(p: dict[str, Any]) -> None:
        if "confirm" not in p:
            p.pop("payment_method_types")
            p["automatic_payment_methods"] = {"enabled": True}

    creating(change)


@mutant
def double_spaces_squeezed() -> None:
    """Two blanks in a description become one."""
    creating(lambda p: p.update(description=p["description"].replace("  ", " ")) if "description" in p else None)


@mutant
def description_trimmed() -> None:
    """Blanks at the ends of a longer description are cut off."""
    creating(
        lambda p: p.update(description=p["description"].strip(" ")) if p.get("description", "").strip(" ") else None
    )


@mutant
def dots_of_gmail() -> None:
    """The dots of a gmail address are cut out."""

    def change(p: dict[str, Any]) -> None:
        name, _, host = p.get("receipt_email", "").partition("@")
        if host == "gmail.com":
            p["receipt_email"] = f"{name.replace('.', '')}@{host}"

    creating(change)


@mutant
def token_in_metadata() -> None:
    """The caller's token goes to Stripe as metadata."""
    from tollbridge.server.identity import Identity

    seen: list[str] = []

    def account(authenticate: Any, self: Any, sent: Any, *, required: bool = False) -> Any:
        seen[:] = [value.decode("latin-1") for value in sent]
        return authenticate(self, sent, required=required)

    instead(Identity, "authenticate", account)
    creating(lambda p: p.update(metadata={"authorization": seen[0][:400]}) if seen else None)


@mutant
def declined_card_detached() -> None:
    """A declined card is detached from its customer."""

    async def change(gateway: Any, params: Any, until: float) -> None:
        if "payment_method" in params:
            await gateway._ask("post", f"/v1/payment_methods/{params['payment_method']}/detach", {}, until)

    not_made(change)


@mutant
def one_declined_card_detached() -> None:
    """A card that asks for its holder is detached from its customer."""

    async def change(gateway: Any, params: Any, until: float) -> None:
        if str(params.get("payment_method")).endswith("3178"):
            await gateway._ask("post", f"/v1/payment_methods/{params['payment_method']}/detach", {}, until)

    not_made(change)


@mutant
def decline_noted_at_the_customer() -> None:
    """A decline changes the customer: its e-mail address, and its invoices' method."""

    async def change(gateway: Any, params: Any, until: float) -> None:
        more = {"email": "dunning@gatego.example", "metadata": {"declined": "yes"}}
        await gateway._ask("post", f"/v1/customers/{params['customer']}", more, until)

    not_made(change)


@mutant
def decline_makes_a_customer() -> None:
    """A decline makes a new customer."""

    async def change(gateway: Any, params: Any, until: float) -> None:
        await gateway._ask("post", "/v1/customers", {"name": "declined"}, until)

    not_made(change)
