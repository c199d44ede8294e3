"""Refusals that mislead."""

from mutants.patch import Answer, answering, mutant


def _errors(change: object) -> None:
    """Change the list of violations."""

    def changed(a: Answer) -> None:
        errors = a.document.get("errors")
        if a.status == 400 and errors:
            a.add(errors=change(errors, a))  # type: ignore[operator]

    answering(changed)


@mutant
def currency_blamed() -> None:
    """An amount below its minimum is blamed on the currency."""
    _errors(
        lambda errors, _: [e | {"pointer": "#/currency"} if e.get("rule") == "amount.minimum" else e for e in errors]
    )


@mutant
def whole_body_blamed() -> None:
    """An unknown member is blamed on the whole body."""
    _errors(lambda errors, _: [e | {"pointer": "#"} if e.get("rule") == "body.members" else e for e in errors])


@mutant
def only_the_first() -> None:
    """Only the first of several violations is told."""
    _errors(lambda errors, _: errors[:1])


@mutant
def innocent_blamed() -> None:
    """The description is blamed with whatever is wrong, where there is one."""
    _errors(
        lambda errors, a: (
            [*errors, {"pointer": "#/description", "detail": "Look here too."}]
            if "description" in a.request.document
            else errors
        )
    )


@mutant
def plain_names() -> None:
    """Places are plain names instead of pointers."""
    _errors(
        lambda errors, _: [e | {"pointer": e["pointer"][2:]} if e.get("pointer", "#") != "#" else e for e in errors]
    )


@mutant
def header_as_member() -> None:
    """A malformed header is told as a member of the body."""
    _errors(
        lambda errors, _: [
            {**{n: v for n, v in e.items() if n != "header"}, "pointer": f"#/{e['header']}"} if "header" in e else e
            for e in errors
        ]
    )


@mutant
def no_escape() -> None:
    """Names are not escaped in pointers."""
    _errors(
        lambda errors, _: [
            e | {"pointer": e["pointer"].replace("~1", "/").replace("~0", "~")} if "pointer" in e else e for e in errors
        ]
    )


@mutant
def no_words() -> None:
    """A violation says only "invalid"."""
    _errors(lambda errors, _: [e | {"detail": "invalid"} for e in errors])


@mutant
def every_decline_is_one() -> None:
    """A card that asks for its holder is told as declined."""
    answering(lambda a: a.add(error_code="card-declined") if a.status == 402 else None)


@mutant
def declines_as_400() -> None:
    """A declined card is 400."""

    def change(a: Answer) -> None:
        if a.status == 402:
            a.status = 400
            a.add(status=400, error_code="invalid-request")

    answering(change)


@mutant
def no_decline_code() -> None:
    """Why a card was declined is not told."""
    answering(lambda a: a.drop("decline_code") if a.status == 402 else None)


@mutant
def one_conflict_for_all() -> None:
    """Every 409 is called provider-refused."""
    answering(lambda a: a.add(error_code="provider-refused") if a.status == 409 else None)


@mutant
def codes_in_snake_case() -> None:
    """Stripe's codes are passed on in snake case."""
    answering(lambda a: a.add(error_code=a.document["error_code"].replace("-", "_")) if a.status == 402 else None)
