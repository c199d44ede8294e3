"""Parameters of a subscription that are more than one value."""

from typing import Any

from tollbridge.simulator.model.errors import exclusive, invalid, within
from tollbridge.simulator.protocol.forms import Form, boolean, integer, nested, one_of, text, texts
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import require_cards

DAY = 24 * 3600
LONGEST_DESCRIPTION = 500
MAX_TRIAL = 730
"""Days, as Stripe documents it."""

FEEDBACK = (
    *("customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex"),
    *("too_expensive", "unused"),
)
FROM_PLAN = "You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`."


def trial_end(context: Context, form: Form) -> int | None:
    """Return when a trial ends, in seconds since the epoch; None for no trial.

    Raises:
        StripeFailure: 400, for a time in the past, for both ways to say it, and for more than two years.
    """
    sent, days = form.get("trial_end"), integer(form, "trial_period_days")
    if boolean(form, "trial_from_plan") and (sent is not None or days is not None):
        raise invalid(FROM_PLAN)  # its param is unverified
    if sent is not None and days is not None:  # wording unverified
        raise exclusive("trial_end", "trial_period_days")
    if sent == "now" or (sent is None and not days):
        return None
    ends = integer(form, "trial_end") if sent is not None else context.now + (days or 0) * DAY
    assert ends is not None  # one of both was sent
    if ends <= context.now:
        raise invalid(
            "The parameter `trial_end` expects a unix timestamp representing a date and time in the future. You "
            f"specified the value `{ends}` which is in the past.",
            param="trial_end",
        )
    if ends > context.now + MAX_TRIAL * DAY:  # wording unverified
        raise invalid(f"A trial may have at most {MAX_TRIAL} days.", param="trial_end" if sent else "trial_period_days")
    return ends


def payment_settings(form: Form) -> dict[str, Any]:
    """Return how a subscription is paid.

    Raises:
        StripeFailure: 400 for bad values, 501 for other methods than cards.
    """
    sent = nested(form, "payment_settings", may_clear=True) or {}
    with within("payment_settings"):
        types = texts(sent, "payment_method_types") if sent.get("payment_method_types") else None
        if types is not None:
            require_cards(types)
        saves = one_of(sent, "save_default_payment_method", ("off", "on_subscription"))
    return {
        "payment_method_options": None,
        "payment_method_types": types,
        "save_default_payment_method": saves or "off",
    }


def cancellation_details(form: Form) -> dict[str, Any]:
    """Return what is said of a cancellation; the reason is Stripe's own."""
    sent = nested(form, "cancellation_details", may_clear=True) or {}
    said: dict[str, Any] = {}
    with within("cancellation_details"):
        if "comment" in sent:
            said["comment"] = text(sent, "comment", may_clear=True) or None
        if "feedback" in sent:
            said["feedback"] = one_of(sent, "feedback", FEEDBACK) if sent["feedback"] else None
    return said
