"""The account itself, and keys for mobile apps, as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import EphemeralKey
from tollbridge.simulator.serializers.payment_methods import NO_ADDRESS

Shape = dict[str, Any]
ACCOUNT = "acct_1TollbridgeTest0"
"""The one account that there is."""

OPENED = 1_500_000_000
KEY_SECONDS = 3_600
"""How long an ephemeral key is good for; documented."""

NOTHING_REQUIRED: Shape = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
PROFILE = (
    *("annual_revenue", "estimated_worker_count", "mcc", "minority_owned_business_designation"),
    *("product_description", "support_email", "support_phone", "support_url", "url"),
)
SETTINGS: Shape = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False},
        "statement_descriptor_prefix": None,
        "statement_descriptor_prefix_kana": None,
        "statement_descriptor_prefix_kanji": None,
    },
    "dashboard": {"display_name": "Tollbridge", "timezone": "Etc/UTC"},
    "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
    "payments": dict.fromkeys(("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")),
    "payouts": {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 7, "interval": "daily"},
        "statement_descriptor": None,
    },
    "sepa_debit_payments": {},
}


def account(country: str, currency: str) -> Shape:
    """Return the `account`.

    Args:
        country: of the account.
        currency: that it settles in.
    """
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": {**dict.fromkeys(PROFILE), "name": "Tollbridge", "support_address": NO_ADDRESS},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": country,
        "created": OPENED,
        "default_currency": currency,
        "details_submitted": True,
        "email": "tollbridge@example.com",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{ACCOUNT}/external_accounts",
        },
        "future_requirements": NOTHING_REQUIRED,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": NOTHING_REQUIRED,
        "settings": SETTINGS,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def ephemeral_key(row: EphemeralKey, *, with_secret: bool) -> Shape:
    """Return an `ephemeral_key`; its secret is told once."""
    shape: Shape = {
        "id": row.id,
        "object": "ephemeral_key",
        "associated_objects": [{"id": row.customer, "type": "customer"}],
        "created": row.created,
        "expires": row.expires,
        "livemode": False,
    }
    return shape | {"secret": row.secret} if with_secret else shape
