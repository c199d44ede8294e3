"""The rows as a storage format: what is stored today can be read by every later version."""

import pytest

from tollbridge.simulator.model.rows import ROW_TYPES

STORED = {
    "Customer": (
        "id email name default_source created",
        "default_method metadata more deleted",
    ),
    "PaymentMethod": (
        "id card customer created",
        "consumed set_up exp_month exp_year metadata more",
    ),
    "Subscription": (
        "id customer status default_payment_method created items",
        "metadata cancel_at_period_end canceled_at ended_at more latest_invoice trial_start trial_end "
        "pending_setup_intent renews",
    ),
    "PaymentIntent": (
        "id secret amount currency created status metadata",
        (
            "customer payment_method redirects description receipt_email amount_received latest_charge last_error "
            "next_action canceled_at cancellation_reason capture_method amount_capturable future_usage more invoice "
            "proven session"
        ),
    ),
    "Charge": (
        "id payment_intent customer payment_method card amount currency created",
        "amount_captured failure manual refunded description receipt_email metadata settled dispute suffix",
    ),
    "SetupIntent": (
        "id secret created status metadata",
        "customer payment_method redirects description usage last_error next_action cancellation_reason session",
    ),
    "Product": (
        "id name created",
        "active description metadata more default_price updated deleted",
    ),
    "Price": (
        "id product currency unit_amount created",
        "interval interval_count active nickname metadata lookup_key more",
    ),
    "Token": (
        "id card created card_id",
        "exp_month exp_year used more",
    ),
    "ConfirmationToken": (
        "id payment_method created",
        "return_url future_usage shipping used_by",
    ),
    "Event": (
        "id created made request key changes types",
        "",
    ),
    "Refund": (
        "id charge payment_intent amount currency created status balance_transaction metadata",
        "reason customer payment_method reference failure_reason failure_balance_transaction decides",
    ),
    "BalanceTransaction": (
        "id kind source amount fee currency created available_on",
        "description available",
    ),
    "Dispute": (
        "id charge payment_intent card amount currency created status reason network_code evidence transactions",
        "submissions decided_at metadata",
    ),
    "LookupKey": (
        "id price",
        "",
    ),
    "WebhookEndpoint": (
        "id url enabled_events secret created",
        "api_version description disabled metadata deleted",
    ),
    "Delivery": (
        "id event type endpoint created made due",
        "status tries attempts",
    ),
    "Invoice": (
        "id customer subscription status amount currency created reason number lines",
        "payment_intent payment email name paid_at voided_at attempts attempted asks",
    ),
    "EphemeralKey": (
        "id customer created expires secret",
        "",
    ),
    "CheckoutSession": (
        "id mode status created expires_at ui_mode lines metadata made_of",
        "currency amount payment_status customer email url secret success_url cancel_url return_url completion "
        "payment_intent setup_intent subscription invoice entered more",
    ),
}
"""The fields of each row in their order: those that every stored row has, and those that were added with a default."""


def test_every_row_type_is_pinned() -> None:
    """A new row type is added to the table above."""
    assert list(ROW_TYPES) == list(STORED)


@pytest.mark.parametrize("name", STORED)
def test_stored_fields_keep_their_places(name: str) -> None:
    """A row begins with the fields that are stored today, in their order."""
    required, added = (fields.split() for fields in STORED[name])
    fields = ROW_TYPES[name]._fields  # type: ignore[attr-defined]
    assert list(fields[: len(required) + len(added)]) == [*required, *added]


@pytest.mark.parametrize("name", STORED)
def test_a_row_stored_without_the_added_fields_is_read(name: str) -> None:
    """Every field beyond the first version's has a default, and so has every field that is appended."""
    required, _added = (fields.split() for fields in STORED[name])
    row = ROW_TYPES[name](*required)
    assert list(row[: len(required)]) == required
    assert row[len(required) :] == tuple(ROW_TYPES[name]._field_defaults.values())  # type: ignore[attr-defined]
