"""The form of an answer, and its headers: one case only."""

from mutants.patch import Answer, answering, mutant


def _header(name: str, value: str, when: object) -> None:
    def change(a: Answer) -> None:
        if when(a):  # type: ignore[operator]
            a.headers[name] = value

    answering(change)


@mutant
def retry_after_in_words() -> None:
    """A 503's Retry-After is "soon"."""
    _header("retry-after", "soon", lambda a: a.status == 503)


@mutant
def retry_after_zero() -> None:
    """A 503's Retry-After is 0."""
    _header("retry-after", "0", lambda a: a.status == 503)


@mutant
def retry_after_negative() -> None:
    """A 503's Retry-After is -5."""
    _header("retry-after", "-5", lambda a: a.status == 503)


@mutant
def one_request_id() -> None:
    """Every answer has the same X-Request-Id, and every problem the same instance."""

    def change(a: Answer) -> None:
        a.headers["x-request-id"] = "req-0123456789abcdef"
        if a.status >= 400 and a.body:
            a.add(instance="req-0123456789abcdef")

    answering(change)


@mutant
def one_instance() -> None:
    """Every problem has the same instance; X-Request-Id differs."""
    answering(lambda a: a.add(instance="req-0123456789abcdef") if a.status >= 400 and a.body else None)


@mutant
def empty_instance() -> None:
    """A problem's instance is empty."""
    answering(lambda a: a.add(instance="") if a.status >= 400 and a.body else None)


@mutant
def empty_request_id() -> None:
    """X-Request-Id is empty."""
    _header("x-request-id", "", lambda a: True)


@mutant
def allow_names_others() -> None:
    """A 405's Allow names GET and PUT."""
    _header("allow", "GET, PUT", lambda a: a.status == 405)


@mutant
def challenge_basic() -> None:
    """A 401 asks for Basic."""
    _header("www-authenticate", 'Basic realm="x"', lambda a: a.status == 401)


@mutant
def challenge_empty() -> None:
    """A 401's WWW-Authenticate is empty."""
    _header("www-authenticate", "", lambda a: a.status == 401)


@mutant
def detail_blank_for_conflicts() -> None:
    """The detail of a 409 is a blank."""
    answering(lambda a: a.add(detail=" ") if a.status == 409 else None)


@mutant
def detail_is_error() -> None:
    """The detail of every refusal but a 400 is "error"."""
    answering(lambda a: a.add(detail="error") if a.status > 400 and a.body else None)


@mutant
def type_empty() -> None:
    """The type of a 409 is empty."""
    answering(lambda a: a.add(type="") if a.status == 409 else None)


@mutant
def type_with_blanks() -> None:
    """The type of a 409 is no URI reference."""
    answering(lambda a: a.add(type="no uri <here>") if a.status == 409 else None)


@mutant
def charset_lies() -> None:
    """The 200 says charset=utf-16."""
    _header("content-type", "application/json; charset=utf-16", lambda a: a.status == 200)
