"""What Stripe is told, and which secret goes back."""

from typing import Any

from mutants.patch import creating, instead, mutant
from tollbridge.gateway.calls import Gateway, Intent


@mutant
def no_description() -> None:
    """The description is lost."""
    creating(lambda params: params.pop("description", None))


@mutant
def no_receipt() -> None:
    """The e-mail address is lost."""
    creating(lambda params: params.pop("receipt_email", None))


@mutant
def address_in_lower_case() -> None:
    """The e-mail address goes to Stripe in lower case."""
    creating(lambda p: p.update(receipt_email=p["receipt_email"].lower()) if "receipt_email" in p else None)


@mutant
def tag_cut_off() -> None:
    """The tag of an e-mail address (+dock4) is cut off."""

    def change(params: dict[str, Any]) -> None:
        if "receipt_email" in params:
            name, _, host = params["receipt_email"].partition("@")
            params["receipt_email"] = f"{name.partition('+')[0]}@{host}"

    creating(change)


@mutant
def description_cut() -> None:
    """The description is cut at 500 characters."""
    creating(lambda p: p.update(description=p["description"][:500]) if "description" in p else None)


@mutant
def description_stripped() -> None:
    """Only the ASCII of a description arrives."""
    creating(
        lambda p: (
            p.update(description=p["description"].encode("ascii", "replace").decode()) if "description" in p else None
        )
    )


@mutant
def card_saved_for_later() -> None:
    """The intent is made with setup_future_usage=off_session."""
    creating(lambda params: params.update(setup_future_usage="off_session"))


@mutant
def held_not_taken() -> None:
    """The money is held, and never captured."""
    creating(lambda params: params.update(capture_method="manual"))


@mutant
def named_on_the_statement() -> None:
    """The description is put on the card's statement too."""
    creating(
        lambda p: (
            p.update(statement_descriptor_suffix=p["description"][:10]) if p.get("description", "").isalnum() else None
        )
    )


@mutant
def always_confirmed() -> None:
    """A saved card is charged although the request does not ask for it."""
    creating(lambda p: p.update(confirm=True, error_on_requires_action=True) if "payment_method" in p else None)


@mutant
def never_confirmed() -> None:
    """The card is not charged although the request asks for it."""
    creating(lambda params: [params.pop(name, None) for name in ("confirm", "error_on_requires_action")])


@mutant
def action_is_no_error() -> None:
    """error_on_requires_action is not passed on, so a card that asks for its holder is a success."""
    creating(lambda params: params.pop("error_on_requires_action", None))


@mutant
def method_left_out() -> None:
    """The chosen payment method is not put on the intent."""
    creating(lambda p: p.pop("payment_method", None) if "confirm" not in p else None)


@mutant
def default_source_instead() -> None:
    """On a charge the customer's default source is charged, whatever was chosen."""
    creating(lambda p: p.pop("payment_method", None) if "confirm" in p else None)


@mutant
def two_intents() -> None:
    """A request that charges nothing makes two intents."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        if "confirm" not in params:
            await create(self, params, until=until)
        found: Intent = await create(self, params, until=until)
        return found

    instead(Gateway, "create_intent", created)


@mutant
def secret_of_another() -> None:
    """The answer has the secret of an intent that was made before it."""
    last: list[Intent] = []

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        made: Intent = await create(self, params, until=until)
        last.append(made)
        return last[-2] if len(last) > 1 else made

    instead(Gateway, "create_intent", created)


@mutant
def secret_made_up() -> None:
    """The answer has a secret of the right form that Stripe never issued."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        made: Intent = await create(self, params, until=until)
        return Intent(made.id, f"{made.id}_secret_{'x' * 25}{abs(hash(made.id))}")

    instead(Gateway, "create_intent", created)


@mutant
def no_intent_at_all() -> None:
    """Nothing is asked of Stripe where the browser confirms; the secret is made up."""
    count = iter(range(10**9))

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        if "confirm" in params:
            found: Intent = await create(self, params, until=until)
            return found
        return Intent("pi_1", f"pi_{next(count):024}_secret_{'x' * 25}")

    instead(Gateway, "create_intent", created)
