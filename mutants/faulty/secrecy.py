"""An answer tells what is not for its reader."""

from typing import Any

from mutants.patch import Answer, answering, instead, mutant
from tollbridge.gateway.calls import Gateway, Intent

LAST: dict[str, str] = {}


def _remembering() -> None:
    """Remember the last secret and customer."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        LAST["customer"] = str(params["customer"])
        intent: Intent = await create(self, params, until=until)
        LAST["secret"] = intent.client_secret
        return intent

    instead(Gateway, "create_intent", created)


@mutant
def secret_in_a_header() -> None:
    """The 200 has the client secret in a header too."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.headers["x-intent"] = a.document["client_secret"]

    answering(change)


@mutant
def last_secret_in_a_refusal() -> None:
    """A 402 has the last client secret that was issued."""
    _remembering()
    answering(lambda a: a.add(client_secret=LAST.get("secret", "")) if a.status == 402 else None)


@mutant
def customer_in_a_refusal() -> None:
    """A 409 tells the customer's id at Stripe."""
    answering(lambda a: a.add(detail=f"{a.document['detail']} (cus_QuayOne0000001)") if a.status == 409 else None)


@mutant
def method_in_a_header() -> None:
    """The id of the payment method at Stripe is in a header."""

    def change(a: Answer) -> None:
        if a.status == 200 and a.request.document.get("payment_method") == 4242:
            a.headers["x-payment-method"] = "pm_QuayOne00000000000004242"

    answering(change)


@mutant
def description_repeated() -> None:
    """A 400 repeats the description."""
    answering(lambda a: a.add(detail=f"{a.request.document.get('description')}: refused") if a.status == 400 else None)


@mutant
def address_repeated() -> None:
    """A 400 repeats a bad e-mail address."""
    answering(
        lambda a: a.add(detail=f"Not good: {a.request.document.get('receipt_email')}.") if a.status == 400 else None
    )


@mutant
def token_repeated() -> None:
    """A 401 repeats the Authorization header."""
    answering(
        lambda a: a.add(detail=f"Not good: {a.request.headers.get('authorization')}.") if a.status == 401 else None
    )


@mutant
def api_key_told() -> None:
    """A 503 tells the API key that Stripe was shown."""
    answering(lambda a: a.add(detail="Stripe is away (key sk_test_tollbridge).") if a.status in (502, 503) else None)


@mutant
def stack_told() -> None:
    """A 404 has the stack."""
    stack = 'Traceback (most recent call last):\n  File "/srv/payments/handlers.py", line 7, in create'
    answering(lambda a: a.add(trace=stack) if a.status == 404 else None)


@mutant
def statement_told() -> None:
    """A 409 has the statement that found nothing."""
    sql = "SELECT * FROM customers WHERE organization = 11"
    answering(lambda a: a.add(debug=sql) if a.document.get("error_code") == "customer-missing" else None)


@mutant
def path_told() -> None:
    """A 400 tells where the schema is on the machine."""
    answering(lambda a: a.add(schema="/home/deploy/payments/openapi.yaml") if a.status == 400 else None)
