"""Parameters of a payment intent that are more than one value, or more than any text."""

import re

from tollbridge.simulator.failures import invalid, missing, not_simulated
from tollbridge.simulator.forms import Form, boolean, one_of, text, texts
from tollbridge.simulator.specification import method_types

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MAX_KEYS, MAX_KEY, MAX_VALUE = 50, 40, 500
EXCLUSIVE = '["automatic_payment_methods", "payment_method_types"]'


def redirects(form: Form) -> str | None:
    """Return whether payment methods that redirect are wanted, `always` or `never`; None: cards and nothing else.

    Raises:
        StripeFailure: 400, row 16 and bad values; 501 for types other than card.
    """
    types = texts(form, "payment_method_types")
    automatic = form.get("automatic_payment_methods")
    if types is not None and automatic is not None:
        raise invalid(f"You may only specify one of these parameters: {EXCLUSIVE}.", code="parameters_exclusive")
    if types is not None:
        _require_cards(types)
        return None
    if automatic is None:
        return "always"
    if not isinstance(automatic, dict):
        raise invalid("Invalid object", param="automatic_payment_methods")
    if "enabled" not in automatic:
        raise missing("automatic_payment_methods[enabled]")
    allows = one_of(automatic, "allow_redirects", ("always", "never"))
    return (allows or "always") if boolean(automatic, "enabled") else None


def _require_cards(types: list[str]) -> None:
    if types == ["card"]:
        return
    unknown = [name for name in types if name not in method_types()]
    if unknown or not types:
        # Wording unverified.
        raise invalid(
            f'The payment method type "{"".join(unknown[:1])[:60]}" is invalid.', param="payment_method_types"
        )
    raise not_simulated("payment methods of other types than card")


def email(form: Form, *, may_clear: bool = False) -> str | None:
    """Return the receipt's address; None where there is none, or an empty one clears it.

    Raises:
        StripeFailure: 400, for what is no address (row 12).
    """
    address = text(form, "receipt_email", most=512, may_clear=may_clear)
    if address and not EMAIL.fullmatch(address):
        raise invalid(f"Invalid email address: {address[:60]}", param="receipt_email", code="email_invalid")
    return address or None


def metadata(form: Form) -> dict[str, str]:
    """Return the metadata; empty values unset a name, and so does an empty whole.

    Raises:
        StripeFailure: 400, for other than names and texts within Stripe's bounds (wordings unverified).
    """
    sent = form.get("metadata")
    if not sent:
        return {}
    if not isinstance(sent, dict):
        raise invalid("Invalid object", param="metadata")
    if len(sent) > MAX_KEYS:
        raise invalid(f"Metadata cannot have more than {MAX_KEYS} keys.", param="metadata")
    kept: dict[str, str] = {}
    for name, value in sent.items():
        if len(name) > MAX_KEY:
            raise invalid(f"Metadata keys must be under {MAX_KEY} characters.", param=f"metadata[{name[:60]}]")
        if not isinstance(value, str) or len(value) > MAX_VALUE:
            raise invalid(
                f"Metadata values must be strings of up to {MAX_VALUE} characters.", param=f"metadata[{name}]"
            )
        if value:
            kept[name] = value
    return kept
