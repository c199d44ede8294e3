"""Answers of another form that the contract allows."""

import asyncio
import json

from mutants.patch import Answer, answering, mutant


@mutant
def other_words() -> None:
    """Details and titles have other words."""

    def change(a: Answer) -> None:
        if a.status >= 400:
            document = a.document
            errors = [
                e | {"detail": f"Please mend {e.get('pointer') or e.get('header')}."}
                for e in document.get("errors", ())
            ]
            a.add(title="No", detail="That did not work.", **({"errors": errors} if errors else {}))

    answering(change)


@mutant
def more_headers() -> None:
    """Answers have further headers."""
    answering(lambda a: a.headers.update({"x-served-by": "yard-3", "server-timing": "db;dur=4", "vary": "Accept"}))


@mutant
def more_members() -> None:
    """Problems have further members."""
    answering(
        lambda a: a.add(timestamp="2026-11-24T12:00:00Z", trace_id="4bf92f3577b34da6") if a.status >= 400 else None
    )


@mutant
def other_order() -> None:
    """Violations come in another order."""
    answering(lambda a: a.add(errors=a.document["errors"][::-1]) if "errors" in a.document else None)


@mutant
def violations_told_twice() -> None:
    """A field with two faults, or one, is told twice."""

    def change(a: Answer) -> None:
        if "errors" in a.document:
            twice = [e | {"detail": e["detail"] + " Really."} for e in a.document["errors"]]
            a.add(errors=[*a.document["errors"], *twice])

    answering(change)


@mutant
def no_rule_ids() -> None:
    """Violations name no rule of the ledger."""

    def change(a: Answer) -> None:
        if "errors" in a.document:
            a.add(errors=[{n: v for n, v in e.items() if n != "rule"} for e in a.document["errors"]])

    answering(change)


@mutant
def pretty() -> None:
    """JSON is indented, and ends with a newline."""

    def change(a: Answer) -> None:
        if a.body:
            a.body = json.dumps(a.document, indent=2, ensure_ascii=True).encode() + b"\n"

    answering(change)


@mutant
def with_charset() -> None:
    """Content types have a charset."""
    answering(lambda a: a.headers.update({"content-type": a.headers["content-type"] + "; charset=utf-8"}))


@mutant
def closes_each_time() -> None:
    """The connection is closed after each answer."""
    answering(lambda a: a.headers.update({"connection": "close"}))


@mutant
def about_blank() -> None:
    """Problems have the type about:blank."""
    answering(lambda a: a.add(type="about:blank") if a.status >= 400 else None)


@mutant
def instance_as_urn() -> None:
    """A problem's instance is a URN."""
    answering(lambda a: a.add(instance=f"urn:request:{a.headers['x-request-id']}") if a.status >= 400 else None)


@mutant
def token_before_path() -> None:
    """A bad token is 401 before the path is 404."""

    def change(a: Answer) -> None:
        if a.status == 404 and a.request.headers.get("authorization") == "Bearer x":
            a.status = 401
            a.headers["www-authenticate"] = "Bearer"
            a.add(status=401, error_code="invalid-token")

    answering(change)


@mutant
def slower() -> None:
    """Every answer takes 20 ms more."""

    async def change(_answer: Answer) -> None:
        await asyncio.sleep(0.02)

    answering(change)
