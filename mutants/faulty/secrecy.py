"""An answer tells what is not for its reader."""

import base64

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import Answer, adds, at, change_answer, sets_header, with_code
from mutants.patches.stripe import Creation, Failure, change_problem, replace_create
from tollbridge.gateway import Intent
from tollbridge.problems import ProviderRefused

area = Area("secrecy", __file__)


@area.mutant()
def last_secret_in_a_refusal() -> None:
    """A 402 has the last client secret that was issued."""
    last = {"client_secret": ""}

    async def created(creation: Creation) -> Intent:
        made = await creation.send()
        last["client_secret"] = made.client_secret
        return made

    replace_create(created)
    change_answer(at(402), lambda a: a.add(**last))


area.table(
    change_answer,
    (
        "secret_in_a_header",
        "The 200 has the client secret in a header too.",
        at(200),
        lambda a: a.headers.update({"x-intent": a.document["client_secret"]}),
    ),
    (
        "customer_in_a_refusal",
        "A 409 tells the customer's id at Stripe.",
        at(409),
        lambda a: a.add(detail=f"{a.document['detail']} (cus_QuayOne0000001)"),
    ),
    (
        "description_repeated",
        "A 400 repeats the description.",
        at(400),
        lambda a: a.add(detail=f"{a.request.document.get('description')}: refused"),
    ),
    (
        "address_repeated",
        "A 400 repeats a bad e-mail address.",
        at(400),
        lambda a: a.add(detail=f"Not good: {a.request.document.get('receipt_email')}."),
    ),
    (
        "token_repeated",
        "A 401 repeats the Authorization header.",
        at(401),
        lambda a: a.add(detail=f"Not good: {a.request.headers.get('authorization')}."),
    ),
    (
        "method_in_a_header",
        "The id of the payment method at Stripe is in a header.",
        lambda a: a.status == 200 and a.request.document.get("payment_method") == 4242,
        sets_header("x-payment-method", "pm_QuayOne00000000000004242"),
    ),
    (
        "api_key_told",
        "A 502 or 503 shows the API key for Stripe.",
        at(502, 503),
        adds(detail="Stripe is away (key sk_test_tollbridge)."),
    ),
    (
        "stack_told",
        "A 404 has a traceback of Python's.",
        at(404),
        adds(trace='Traceback (most recent call last):\n  File "/srv/payments/handlers.py", line 7, in create'),
    ),
    (
        "statement_told",
        "A 409 has the SQL statement that found nothing.",
        with_code("customer-missing"),
        adds(debug="SELECT * FROM customers WHERE organization = 11"),
    ),
    (
        "path_told",
        "A 400 has the schema's path on the machine.",
        at(400),
        adds(schema="/home/deploy/payments/openapi.yaml"),
    ),
)


def repeat_member(status: int, member: str) -> None:
    """Let the problems of a status repeat a member of the body."""

    def change(a: Answer) -> None:
        if value := a.request.document.get(member):
            a.add(detail=f"{value}: refused.")

    change_answer(at(status), change)


area.table(
    repeat_member,
    ("description_in_a_402", "A 402 repeats the description.", 402, "description"),
    ("description_in_a_404", "A 404 repeats the description.", 404, "description"),
    ("description_in_a_409", "A 409 repeats the description.", 409, "description"),
    ("description_in_a_401", "A 401 repeats the description.", 401, "description"),
    ("description_in_a_503", "A 503 repeats the description.", 503, "description"),
    ("address_in_a_402", "A 402 repeats the e-mail address.", 402, "receipt_email"),
    ("address_in_a_502", "A 502 repeats the e-mail address.", 502, "receipt_email"),
    author=INDEPENDENT,
)


@area.mutant(author=INDEPENDENT)
def long_description_repeated() -> None:
    """A 400 repeats the beginning of a description that is too long."""

    def change(a: Answer) -> None:
        text = a.request.document.get("description")
        if isinstance(text, str) and len(text) > 1_000:
            a.add(detail=f"The description {text[:60]!r}… is too long.")

    change_answer(at(400), change)


@area.mutant(author=INDEPENDENT)
def mistyped_address_repeated() -> None:
    """A 400 repeats a receipt_email that is not a string."""

    def change(a: Answer) -> None:
        sent = a.request.document.get("receipt_email")
        if isinstance(sent, list | dict) and sent:
            a.add(detail=f"receipt_email is {sent!r}.")

    change_answer(at(400), change)


@area.mutant(author=INDEPENDENT)
def malformed_body_repeated() -> None:
    """The 400 of a body that is not JSON repeats the body."""

    def change(a: Answer) -> None:
        a.add(detail=f"This is no JSON: {a.request.body[:300].decode(errors='replace')}")

    change_answer(with_code("malformed-json"), change)


area.table(
    change_answer,
    ("intent_in_a_402", "A 402 tells the intent's id.", at(402), adds(payment_intent="pi_3QuayOne0000000000000001")),
    ("intent_in_a_503", "A 503 tells the intent's id.", at(503), adds(detail="pi_3QuayOne0000000000000001 is lost.")),
    (
        "customer_behind_a_request",
        "A 409 tells Stripe's request id, and behind it the customer's id.",
        at(409),
        adds(detail="Stripe req_8aH2kLmN0pQr said no such cus_QuayOne0000001"),
    ),
    (
        "upstream_address",
        "A 503 tells the provider's address and path.",
        at(503),
        adds(detail="POST http://10.0.3.7:12111/v1/payment_intents timed out"),
    ),
    author=INDEPENDENT,
)


def tell(status: int, text: str) -> None:
    """Let the problems of a status have a member with a text of the inside."""
    change_answer(lambda a: a.status == status and bool(a.body), lambda a: a.add(trace=text))


area.table(
    tell,
    (
        "node_stack",
        "A 409 has a stack of Node's.",
        409,
        "Error: boom\n    at createIntent (intents.js:42:13)\n    at process.processTicksAndRejections",
    ),
    (
        "java_stack",
        "A 404 has a stack of Java's.",
        404,
        "java.lang.IllegalStateException: boom\n\tat com.gatego.Payments.create(Payments.java:42)",
    ),
    (
        "dotnet_stack",
        "A 404 has a stack of .NET's.",
        404,
        "System.NullReferenceException: Object reference not set\r\n   at Gatego.Payments.Create(Int32 id)",
    ),
    (
        "go_panic",
        "A 409 has a panic of Go's.",
        409,
        "panic: runtime error: invalid memory address or nil pointer dereference\ngoroutine 18 [running]:",
    ),
    (
        "php_error",
        "A 404 has an error of PHP's.",
        404,
        "PHP Fatal error: Uncaught Error: Call to a member function charge() on null in Intent.php on line 12",
    ),
    (
        "ruby_stack",
        "A 404 has a stack of Ruby's.",
        404,
        "NoMethodError: undefined method `charge' for nil:NilClass\napp/models/intent.rb:12:in `create'",
    ),
    (
        "python_frame",
        "A 404 has a frame of Python's, without its head.",
        404,
        'File "handlers.py", line 7, in create\n    stripe.error.InvalidRequestError: No such thing',
    ),
    (
        "constraint_told",
        "A 409 has an error of the database's.",
        409,
        'duplicate key value violates unique constraint "payments_organization_key"',
    ),
    ("delete_told", "A 404 has an SQL DELETE statement.", 404, "DELETE FROM payment_methods WHERE organization_id = 7"),
    (
        "join_told",
        "A 404 has an SQL SELECT with more than eighty characters before its FROM.",
        404,
        f"SELECT {', '.join(f'pm.column_{n}' for n in range(12))} FROM payment_methods pm",
    ),
    ("webhook_secret", "A 409 tells the webhook's secret.", 409, "whsec_8aH2kLmN0pQrStUvWxYz0123456789ab"),
    (
        "environment_told",
        "A 404 tells variables of the environment.",
        404,
        "DATABASE_URL=postgres://gatego:hunter2@db:5432/gatego JWT_SECRET=correct-horse-battery",
    ),
    author=INDEPENDENT,
)


@area.mutant(author=INDEPENDENT)
def secret_tail_as_etag() -> None:
    """The 200's ETag is the secret's last part."""

    def change(a: Answer) -> None:
        a.headers["etag"] = '"' + a.document["client_secret"].partition("_secret_")[2] + '"'

    change_answer(at(200), change)


@area.mutant(author=INDEPENDENT)
def secret_in_base64() -> None:
    """The 200 sets a cookie that is the secret in base64."""

    def change(a: Answer) -> None:
        a.headers["set-cookie"] = "i=" + base64.b64encode(a.document["client_secret"].encode()).decode()

    change_answer(at(200), change)


def tell_later(member: str, status: int, ending: str) -> None:
    """Let the problems of a status have a member of the last accepted request."""

    def change(a: Answer) -> None:
        if a.status == 200 and a.request.document.get(member):
            a.memory[member] = a.request.document[member]
        elif a.status == status and member in a.memory:
            a.add(detail=f"{a.memory[member]}: {ending}")

    change_answer(lambda a: a.status in (200, status), change)


area.table(
    tell_later,
    ("last_description_in_a_503", "A 503 has the description of an earlier request.", "description", 503, "later."),
    ("last_description_in_a_415", "A 415 has the description of an earlier request.", "description", 415, "no."),
    ("last_address_in_a_405", "A 405 has the address of an earlier request.", "receipt_email", 405, "no."),
    ("last_address_in_a_403", "A 403 has the address of an earlier request.", "receipt_email", 403, "no."),
    author=INDEPENDENT,
)


@area.mutant()
def stripes_words_repeated() -> None:
    """Stripe's message about a refused request is repeated to the client."""
    said = {"words": ""}

    def refused(failure: Failure) -> bool:
        said["words"] = str(getattr(failure.error, "user_message", None) or "Stripe refused this.")
        return failure.problem.error_code == "provider-refused"

    change_problem(refused, lambda: ProviderRefused(said["words"], code=None, param=None))
