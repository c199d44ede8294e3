"""The answer has another form than the contract documents."""

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import (
    Answer,
    adds,
    always,
    at,
    change_answer,
    drops_header,
    leaves_out,
    refused,
    sets_header,
    with_code,
)

area = Area("structure", __file__)

ONE_ID = "req-0123456789abcdef"


def refused_with_body(a: Answer) -> bool:
    """Every problem whose body is sent."""
    return refused(a) and bool(a.body)


def _answered_422(a: Answer) -> None:
    a.status = 422
    a.add(status=422)


def _answered_201(a: Answer) -> None:
    a.status = 201


area.table(
    change_answer,
    ("secret_missing", "The 200 has no client_secret.", at(200), leaves_out("client_secret")),
    (
        "secret_renamed",
        "The secret's member is called clientSecret.",
        at(200),
        lambda a: a.now({"clientSecret": a.document["client_secret"]}),
    ),
    (
        "more_than_the_secret",
        "The 200 has the amount besides the secret.",
        at(200),
        lambda a: a.add(amount=a.request.document.get("amount")),
    ),
    ("created_201", "A created intent is answered with 201.", at(200), _answered_201),
    ("success_as_text", "The 200 comes as text/plain.", at(200), sets_header("content-type", "text/plain")),
    (
        "problems_as_json",
        "Problems come as application/json.",
        refused,
        sets_header("content-type", "application/json"),
    ),
    ("status_member_wrong", "Every problem says status 400.", refused, adds(status=400)),
    ("status_member_of_404_as_text", "The status of a 404 is text.", at(404), adds(status="404")),
    ("no_error_code", "A 409 has no error_code.", at(409), leaves_out("error_code")),
    (
        "unprocessable",
        "Violations are answered with 422, which is not documented.",
        with_code("invalid-request"),
        _answered_422,
    ),
    ("no_challenge", "A 401 has no WWW-Authenticate.", at(401), drops_header("www-authenticate")),
    ("no_allow", "A 405 has no Allow.", at(405), drops_header("allow")),
    ("no_request_id", "The 200 has no X-Request-Id.", at(200), drops_header("x-request-id")),
    (
        "may_be_stored",
        "The 200, secret included, may be stored by caches.",
        at(200),
        sets_header("cache-control", "max-age=60"),
    ),
)

area.table(
    change_answer,
    ("retry_after_in_words", 'A 503\'s Retry-After is "soon".', at(503), sets_header("retry-after", "soon")),
    ("retry_after_zero", "A 503's Retry-After is 0.", at(503), sets_header("retry-after", "0")),
    ("retry_after_negative", "A 503's Retry-After is -5.", at(503), sets_header("retry-after", "-5")),
    (
        "one_instance",
        "Every problem has the same instance; X-Request-Id differs.",
        refused_with_body,
        adds(instance=ONE_ID),
    ),
    ("empty_instance", "A problem's instance is empty.", refused_with_body, adds(instance="")),
    ("empty_request_id", "X-Request-Id is empty.", always, sets_header("x-request-id", "")),
    ("allow_names_others", "A 405's Allow names GET and PUT.", at(405), sets_header("allow", "GET, PUT")),
    ("challenge_basic", "A 401 asks for Basic.", at(401), sets_header("www-authenticate", 'Basic realm="x"')),
    ("challenge_empty", "A 401's WWW-Authenticate is empty.", at(401), sets_header("www-authenticate", "")),
    ("detail_blank_for_conflicts", "The detail of a 409 is one space.", at(409), adds(detail=" ")),
    (
        "detail_is_error",
        'The detail of every refusal but a 400 is "error".',
        lambda a: a.status > 400 and bool(a.body),
        adds(detail="error"),
    ),
    ("type_empty", "The type of a 409 is empty.", at(409), adds(type="")),
    ("type_with_blanks", "The type of a 409 is not a URI reference.", at(409), adds(type="no uri <here>")),
    (
        "charset_lies",
        "The 200 says charset=utf-16.",
        at(200),
        sets_header("content-type", "application/json; charset=utf-16"),
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def one_request_id() -> None:
    """Every answer has the same X-Request-Id, and every problem the same instance."""

    def change(a: Answer) -> None:
        a.headers["x-request-id"] = ONE_ID
        if refused_with_body(a):
            a.add(instance=ONE_ID)

    change_answer(always, change)
