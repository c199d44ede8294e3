"""Parameters of a payment intent that are more than one value, or more than any text.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import re
from collections.abc import Mapping
from typing import Any

from tollbridge.simulator.model.errors import invalid, missing, not_simulated
from tollbridge.simulator.protocol.forms import Form, Value, boolean, one_of, text, texts
from tollbridge.simulator.protocol.specification import method_types

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MAX_KEYS, MAX_KEY, MAX_VALUE = 50, 40, 500
EXCLUSIVE = '["automatic_payment_methods", "payment_method_types"]'


def redirects(form: Form) -> str | None:
    """Return whether payment methods that redirect are wanted, `always` or `never`; None: cards and nothing else.

    Raises:
        StripeFailure: 400, fact e16 and bad values; 501 for types other than card.
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


def email(form: Mapping[str, Value], name: str = "receipt_email", *, may_clear: bool = False) -> str | None:
    """Return an e-mail address; None where there is none, or an empty one clears it.

    Raises:
        StripeFailure: 400, for what is no address (fact e12).
    """
    sent = text(form, name, most=512, may_clear=may_clear)
    if sent and not EMAIL.fullmatch(sent):
        raise invalid(f"Invalid email address: {sent[:60]}", param=name, code="email_invalid")
    return sent or None


def metadata(form: Mapping[str, Value]) -> dict[str, str]:
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


def merged(kept: dict[str, str] | None, sent: dict[str, str], form: Mapping[str, Value]) -> dict[str, str]:
    """Return metadata after an update: names are set, empty values unset them, an empty whole clears all."""
    given = form.get("metadata")
    if given == "":
        return {}
    unset = {name for name, value in given.items() if value == ""} if isinstance(given, dict) else set()
    return {name: value for name, value in {**(kept or {}), **sent}.items() if name not in unset}


ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(form: Mapping[str, Value], name: str = "address") -> dict[str, Any] | None:
    """Return an address as Stripe shows it; None where an empty one clears it.

    Raises:
        StripeFailure: 400, for what is no set of names.
    """
    sent = _part(form, name)
    return {part: text(sent, part, may_clear=True) or None for part in ADDRESS} if sent else None


def shipping(form: Mapping[str, Value]) -> dict[str, Any] | None:
    """Return where goods go; None where an empty one clears it.

    Raises:
        StripeFailure: 400, without an address or a name.
    """
    sent = _part(form, "shipping")
    if not sent:
        return None
    for required in ("address", "name"):
        if required not in sent:
            raise missing(f"shipping[{required}]")
    words = {part: text(sent, part, may_clear=True) or None for part in ("carrier", "name", "phone", "tracking_number")}
    return {"address": address(sent), **words}


def billing_details(form: Mapping[str, Value]) -> dict[str, Any]:
    """Return whom a card is billed to.

    Raises:
        StripeFailure: 400, for what is no set of names.
    """
    sent = _part(form, "billing_details") or {}
    nowhere: dict[str, Any] = dict.fromkeys(ADDRESS)
    return {
        "address": address(sent) or nowhere,
        "email": email(sent, "email", may_clear=True),
        "name": text(sent, "name", may_clear=True) or None,
        "phone": text(sent, "phone", may_clear=True) or None,
        "tax_id": text(sent, "tax_id", may_clear=True) or None,
    }


def _part(form: Mapping[str, Value], name: str) -> dict[str, Value] | None:
    sent = form.get(name)
    if not sent:
        return None
    if not isinstance(sent, dict):
        raise invalid("Invalid object", param=name)
    return sent
