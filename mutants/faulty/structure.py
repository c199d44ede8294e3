"""The answer has another form than the contract documents."""

from mutants.patch import Answer, answering, mutant


@mutant
def secret_missing() -> None:
    """The 200 has no client_secret."""
    answering(lambda a: a.now({}) if a.status == 200 else None)


@mutant
def secret_renamed() -> None:
    """The secret's member is called clientSecret."""
    answering(lambda a: a.now({"clientSecret": a.document["client_secret"]}) if a.status == 200 else None)


@mutant
def more_than_the_secret() -> None:
    """The 200 has the amount besides the secret."""
    answering(lambda a: a.add(amount=a.request.document.get("amount")) if a.status == 200 else None)


@mutant
def created_201() -> None:
    """A created intent is answered with 201."""

    def change(a: Answer) -> None:
        a.status = 201 if a.status == 200 else a.status

    answering(change)


@mutant
def success_as_text() -> None:
    """The 200 comes as text/plain."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.headers["content-type"] = "text/plain"

    answering(change)


@mutant
def problems_as_json() -> None:
    """Problems come as application/json."""

    def change(a: Answer) -> None:
        if a.status >= 400:
            a.headers["content-type"] = "application/json"

    answering(change)


@mutant
def status_member_wrong() -> None:
    """Every problem says status 400."""
    answering(lambda a: a.add(status=400) if a.status >= 400 else None)


@mutant
def status_member_of_404_as_text() -> None:
    """The status of a 404 is text."""
    answering(lambda a: a.add(status="404") if a.status == 404 else None)


@mutant
def no_error_code() -> None:
    """A 409 has no error_code."""
    answering(lambda a: a.drop("error_code") if a.status == 409 else None)


@mutant
def unprocessable() -> None:
    """Violations are answered with 422, which is not documented."""

    def change(a: Answer) -> None:
        if a.document.get("error_code") == "invalid-request":
            a.status = 422
            a.add(status=422)

    answering(change)


def _without(name: str, status: int) -> None:
    def change(a: Answer) -> None:
        if a.status == status:
            a.headers.pop(name, None)

    answering(change)


@mutant
def no_challenge() -> None:
    """A 401 has no WWW-Authenticate."""
    _without("www-authenticate", 401)


@mutant
def no_allow() -> None:
    """A 405 has no Allow."""
    _without("allow", 405)


@mutant
def no_request_id() -> None:
    """The 200 has no X-Request-Id."""
    _without("x-request-id", 200)


@mutant
def may_be_stored() -> None:
    """The 200, secret included, may be stored by caches."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.headers["cache-control"] = "max-age=60"

    answering(change)
