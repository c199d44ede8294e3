"""What is told to the wrong reader, in cases that have no canary."""

import base64
from typing import Any

from mutants.patch import Answer, answering, mutant


def _member_in(status: int, member: str) -> None:
    def change(a: Answer) -> None:
        value = a.request.document.get(member)
        if a.status == status and value:
            a.add(detail=f"{value}: refused.")

    answering(change)


@mutant
def description_in_a_402() -> None:
    """A 402 repeats the description."""
    _member_in(402, "description")


@mutant
def description_in_a_404() -> None:
    """A 404 repeats the description."""
    _member_in(404, "description")


@mutant
def description_in_a_409() -> None:
    """A 409 repeats the description."""
    _member_in(409, "description")


@mutant
def description_in_a_401() -> None:
    """A 401 repeats the description."""
    _member_in(401, "description")


@mutant
def description_in_a_503() -> None:
    """A 503 repeats the description."""
    _member_in(503, "description")


@mutant
def address_in_a_402() -> None:
    """A 402 repeats the e-mail address."""
    _member_in(402, "receipt_email")


@mutant
def address_in_a_502() -> None:
    """A 502 repeats the e-mail address."""
    _member_in(502, "receipt_email")


@mutant
def long_description_repeated() -> None:
    """A 400 repeats the beginning of a description that is too long."""

    def change(a: Answer) -> None:
        text = a.request.document.get("description")
        if a.status == 400 and isinstance(text, str) and len(text) > 1_000:
            a.add(detail=f"The description {text[:60]!r}… is too long.")

    answering(change)


@mutant
def mistyped_address_repeated() -> None:
    """A 400 repeats a receipt_email that is no text."""

    def change(a: Answer) -> None:
        sent = a.request.document.get("receipt_email")
        if a.status == 400 and isinstance(sent, list | dict) and sent:
            a.add(detail=f"receipt_email is {sent!r}.")

    answering(change)


@mutant
def malformed_body_repeated() -> None:
    """The 400 of what is no JSON repeats the body."""

    def change(a: Answer) -> None:
        if a.document.get("error_code") == "malformed-json":
            a.add(detail=f"This is no JSON: {a.request.body[:300].decode(errors='replace')}")

    answering(change)


@mutant
def intent_in_a_402() -> None:
    """A 402 tells the intent's id."""
    answering(lambda a: a.add(payment_intent="pi_3QuayOne0000000000000001") if a.status == 402 else None)


@mutant
def intent_in_a_503() -> None:
    """A 503 tells the intent's id."""
    answering(lambda a: a.add(detail="pi_3QuayOne0000000000000001 is lost.") if a.status == 503 else None)


@mutant
def customer_behind_a_request() -> None:
    """A 409 tells Stripe's request id, and behind it the customer's id."""
    answering(
        lambda a: a.add(detail="Stripe req_8aH2kLmN0pQr said no such cus_QuayOne0000001") if a.status == 409 else None
    )


def _told(status: int, text: str) -> None:
    answering(lambda a: a.add(trace=text) if a.status == status and a.body else None)


@mutant
def node_stack() -> None:
    """A 409 has a stack of Node's."""
    _told(409, "Error: boom\n    at createIntent (intents.js:42:13)\n    at process.processTicksAndRejections")


@mutant
def java_stack() -> None:
    """A 404 has a stack of Java's."""
    _told(404, "java.lang.IllegalStateException: boom\n\tat com.gatego.Payments.create(Payments.java:42)")


@mutant
def dotnet_stack() -> None:
    """A 404 has a stack of .NET's."""
    _told(404, "System.NullReferenceException: Object reference not set\r\n   at Gatego.Payments.Create(Int32 id)")


@mutant
def go_panic() -> None:
    """A 409 has a panic of Go's."""
    _told(409, "panic: runtime error: invalid memory address or nil pointer dereference\ngoroutine 18 [running]:")


@mutant
def php_error() -> None:
    """A 404 has an error of PHP's."""
    _told(404, "PHP Fatal error: Uncaught Error: Call to a member function charge() on null in Intent.php on line 12")


@mutant
def ruby_stack() -> None:
    """A 404 has a stack of Ruby's."""
    _told(404, "NoMethodError: undefined method `charge' for nil:NilClass\napp/models/intent.rb:12:in `create'")


@mutant
def python_frame() -> None:
    """A 404 has a frame of Python's, without its head."""
    _told(404, 'File "handlers.py", line 7, in create\n    stripe.error.InvalidRequestError: No such thing')


@mutant
def constraint_told() -> None:
    """A 409 has an error of the database's."""
    _told(409, 'duplicate key value violates unique constraint "payments_organization_key"')


@mutant
def delete_told() -> None:
    """A 404 has an SQL statement that is no SELECT."""
    _told(404, "DELETE FROM payment_methods WHERE organization_id = 7")


@mutant
def join_told() -> None:
    """A 404 has a SELECT of more than eighty characters before its FROM."""
    _told(404, f"SELECT {', '.join(f'pm.column_{n}' for n in range(12))} FROM payment_methods pm")


@mutant
def upstream_address() -> None:
    """A 503 tells the provider's address and path."""
    answering(
        lambda a: a.add(detail="POST http://10.0.3.7:12111/v1/payment_intents timed out") if a.status == 503 else None
    )


@mutant
def webhook_secret() -> None:
    """A 409 tells the webhook's secret."""
    _told(409, "whsec_8aH2kLmN0pQrStUvWxYz0123456789ab")


@mutant
def environment_told() -> None:
    """A 404 tells variables of the environment."""
    _told(404, "DATABASE_URL=postgres://gatego:hunter2@db:5432/gatego JWT_SECRET=correct-horse-battery")


@mutant
def secret_tail_as_etag() -> None:
    """The 200's ETag is the secret's last part."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.headers["etag"] = '"' + a.document["client_secret"].partition("_secret_")[2] + '"'

    answering(change)


@mutant
def secret_in_base64() -> None:
    """The 200 sets a cookie that is the secret in base64."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.headers["set-cookie"] = "i=" + base64.b64encode(a.document["client_secret"].encode()).decode()

    answering(change)


def _last(member: str, then: Any) -> None:
    """Remember a member of the last accepted request."""

    def change(a: Answer) -> None:
        if a.status == 200 and a.request.document.get(member):
            a.memory[member] = a.request.document[member]
        elif member in a.memory:
            then(a, a.memory[member])

    answering(change)


@mutant
def last_description_in_a_503() -> None:
    """A 503 has the description of an earlier request."""
    _last("description", lambda a, text: a.add(detail=f"{text}: later.") if a.status == 503 else None)


@mutant
def last_description_in_a_415() -> None:
    """A 415 has the description of an earlier request."""
    _last("description", lambda a, text: a.add(detail=f"{text}: no.") if a.status == 415 else None)


@mutant
def last_address_in_a_405() -> None:
    """A 405 has the address of an earlier request."""
    _last("receipt_email", lambda a, text: a.add(detail=f"{text}: no.") if a.status == 405 else None)


@mutant
def last_address_in_a_403() -> None:
    """A 403 has the address of an earlier request."""
    _last("receipt_email", lambda a, text: a.add(detail=f"{text}: no.") if a.status == 403 else None)
