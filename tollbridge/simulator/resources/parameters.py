"""Parameters of a payment intent that are more than one value, or more than any text.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import re
from collections.abc import Mapping
from typing import Any

from tollbridge.simulator.model.errors import invalid, missing, not_simulated, within
from tollbridge.simulator.protocol.forms import Form, Value, boolean, nested, one_of, text, texts
from tollbridge.simulator.protocol.specification import method_types

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MAX_KEYS, MAX_KEY, MAX_VALUE = 50, 40, 500
MAX_DESCRIPTOR = 22
MAX_SHOWN = 1_000
"""Characters of what was sent that a refusal repeats."""

LETTER = re.compile(r"[A-Za-z]")
NOT_IN_DESCRIPTORS = frozenset("<>\\'\"*")
NOT_FOR_CARDS = (
    "The statement_descriptor parameter is not supported for the payment_method_type `card`. To continue supporting "
    "payment_method_type `card`, please pass in `statement_descriptor_suffix` or remove the `statement_descriptor` "
    "parameter altogether. Please see "
    "https://support.stripe.com/questions/use-of-the-statement-descriptor-parameter-on-paymentintents-for-card-charges "
    "for additional details."
)
AUTOMATIC_SINCE = "2023-08-16"
"""The first version of the API in which an intent without types takes what the Dashboard has."""

EXCLUSIVE = '["automatic_payment_methods", "payment_method_types"]'


def redirects(form: Form, version: str) -> str | None:
    """Return whether payment methods that redirect are wanted, `always` or `never`; None: types, at least card.

    Args:
        form: the parameters.
        version: of the API that the call asks for; before `AUTOMATIC_SINCE`, no types are cards (fact q1).

    Raises:
        StripeFailure: 400, fact e16 and bad values; 501 for types without card.
    """
    types = texts(form, "payment_method_types")
    automatic = form.get("automatic_payment_methods")
    if types is not None and automatic is not None:
        raise invalid(f"You may only specify one of these parameters: {EXCLUSIVE}.", code="parameters_exclusive")
    if types is not None:
        require_cards(types)
        return None
    if automatic is None:
        return None if version and version < AUTOMATIC_SINCE else "always"
    if not isinstance(automatic, dict):
        raise invalid("Invalid object", param="automatic_payment_methods")
    with within("automatic_payment_methods"):
        if "enabled" not in automatic:
            raise missing("enabled")
        allows = one_of(automatic, "allow_redirects", ("always", "never"))
        return (allows or "always") if boolean(automatic, "enabled") else None


def more_types(form: Form) -> list[str] | None:
    """Return the types of payment methods, where card is not the only one; None where it is, or none is said."""
    types = texts(form, "payment_method_types")
    return types if types not in (None, ["card"]) else None


def require_cards(types: list[str]) -> None:
    """Refuse types of payment methods that Stripe does not have (400), or that only we have not, without card (501)."""
    unknown = [name for name in types if name not in method_types()]
    if unknown or not types:
        # Wording unverified.
        raise invalid(
            f'The payment method type "{"".join(unknown[:1])[:60]}" is invalid.', param="payment_method_types"
        )
    if "card" not in types:
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
        StripeFailure: 400, for other than names and texts within Stripe's bounds (fact n1).
    """
    kept: dict[str, str] = {}
    for name, value in (nested(form, "metadata", may_clear=True) or {}).items():
        _require_entry(name, value)
        if value:
            kept[name] = str(value)
    return _bounded(kept)


def _require_entry(name: str, value: Value) -> None:
    if len(name) > MAX_KEY:
        raise invalid(
            f"Metadata keys can have up to {MAX_KEY} characters, but you passed in a key that is {len(name)} "
            f"characters. Invalid key: {name[:MAX_SHOWN]}"
        )
    if not isinstance(value, str):
        raise invalid("Invalid string: {...}", param=f"metadata[{name}]")  # wording unverified
    if len(value) > MAX_VALUE:
        raise invalid(
            f"Metadata values can have up to {MAX_VALUE} characters, but you passed in a value that is {len(value)} "
            f"characters. Invalid value: {value[:MAX_SHOWN]}"
        )


def _bounded(whole: dict[str, str]) -> dict[str, str]:
    """Return metadata that has no more keys than Stripe keeps (fact n2)."""
    if len(whole) > MAX_KEYS:
        raise invalid(
            f"Metadata can have up to {MAX_KEYS} keys, but you've set {len(whole)}. Email us at "
            "support+metadata@stripe.com for more information.",
            param="metadata",  # unverified
        )
    return whole


def merged(kept: dict[str, str] | None, sent: dict[str, str], form: Mapping[str, Value]) -> dict[str, str]:
    """Return metadata after an update: names are set, empty values unset them, an empty whole clears all.

    Raises:
        StripeFailure: 400, there are more keys than Stripe keeps (fact n2).
    """
    given = form.get("metadata")
    if given == "":
        return {}
    unset = {name for name, value in given.items() if value == ""} if isinstance(given, dict) else set()
    return _bounded({name: value for name, value in {**(kept or {}), **sent}.items() if name not in unset})


def no_descriptor(form: Mapping[str, Value]) -> None:
    """Refuse a whole statement descriptor, which Stripe takes for no payment that a card may make (fact n3).

    Raises:
        StripeFailure: 400.
    """
    if _descriptor(form, "statement_descriptor", "statement descriptor"):
        raise invalid(NOT_FOR_CARDS, param="statement_descriptor")  # the parameter is unverified


def descriptor_suffix(form: Mapping[str, Value]) -> str | None:
    """Return the suffix of a statement descriptor; None where an empty one clears it.

    Raises:
        StripeFailure: 400, for what no statement can show (fact n4).
    """
    return _descriptor(form, "statement_descriptor_suffix", "statement descriptor suffix")


def _descriptor(form: Mapping[str, Value], name: str, called: str) -> str | None:
    """Return a descriptor (its wordings are unverified, but for the length of a whole one)."""
    sent = text(form, name, may_clear=True)
    if not sent:
        return None
    if len(sent) > MAX_DESCRIPTOR:
        raise invalid(
            f"The {called} must be at most {MAX_DESCRIPTOR} characters. {sent[:MAX_SHOWN]} is {len(sent)} characters "
            "long.",
            param=name,
        )
    if set(sent) & NOT_IN_DESCRIPTORS:
        raise invalid(f"The {called} cannot contain the characters {' '.join(sorted(NOT_IN_DESCRIPTORS))}", param=name)
    if not LETTER.search(sent):
        raise invalid(f"The {called} must contain at least one letter.", param=name)
    return sent


OPTIONS = "payment_method_options"
REQUESTS = ("any", "automatic", "challenge")


def card_options(form: Mapping[str, Value], kept: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a payment by card is to be like, as Stripe shows it; None where nothing is said of it.

    Raises:
        StripeFailure: 400, for what is no set of names, or no way to ask for 3-D Secure.
    """
    options = nested(form, OPTIONS, may_clear=True)
    with within(OPTIONS):
        card = nested(options, "card", may_clear=True) if options else None
        if not card:
            return None
        with within("card"):
            asked = one_of(card, "request_three_d_secure", REQUESTS)
    return {"card": {**kept["card"], **({"request_three_d_secure": asked} if asked else {})}}


SHIPPING = ("carrier", "name", "phone", "tracking_number")
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(form: Mapping[str, Value], name: str = "address") -> dict[str, Any] | None:
    """Return an address as Stripe shows it; None where an empty one clears it.

    Raises:
        StripeFailure: 400, for what is no set of names.
    """
    sent = nested(form, name, may_clear=True)
    if not sent:
        return None
    with within(name):
        return {part: text(sent, part, may_clear=True) or None for part in ADDRESS}


def shipping(form: Mapping[str, Value]) -> dict[str, Any] | None:
    """Return where goods go; None where an empty one clears it.

    Raises:
        StripeFailure: 400, without an address or a name.
    """
    sent = nested(form, "shipping", may_clear=True)
    if not sent:
        return None
    with within("shipping"):
        for required in ("address", "name"):
            if required not in sent:
                raise missing(required)
        words = {part: text(sent, part, may_clear=True) or None for part in SHIPPING}
        return {"address": address(sent), **words}


def billing_details(form: Mapping[str, Value]) -> dict[str, Any]:
    """Return whom a card is billed to.

    Raises:
        StripeFailure: 400, for what is no set of names.
    """
    sent = nested(form, "billing_details", may_clear=True) or {}
    nowhere: dict[str, Any] = dict.fromkeys(ADDRESS)
    with within("billing_details"):
        return {
            "address": address(sent) or nowhere,
            "email": email(sent, "email", may_clear=True),
            "name": text(sent, "name", may_clear=True) or None,
            "phone": text(sent, "phone", may_clear=True) or None,
            "tax_id": text(sent, "tax_id", may_clear=True) or None,
        }
