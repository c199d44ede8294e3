"""Refusals that mislead."""

from collections.abc import Callable
from typing import Any

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import Answer, adds, at, change_answer, leaves_out, with_code

area = Area("errors", __file__)

Violation = dict[str, Any]


def change_violations(change: Callable[[list[Violation]], list[Violation]]) -> None:
    """Let a function change the list of violations of a 400."""

    def changed(a: Answer) -> None:
        if errors := a.document.get("errors"):
            a.add(errors=change(errors))

    change_answer(at(400), changed)


def change_violation(when: Callable[[Violation], bool], change: Callable[[Violation], Violation]) -> None:
    """Let a function change the violations that meet a condition."""
    change_violations(lambda errors: [change(error) if when(error) else error for error in errors])


def any_violation(_error: Violation) -> bool:
    """Every violation."""
    return True


def of_rule(rule: str) -> Callable[[Violation], bool]:
    """Return the condition that a violation is of a rule."""
    return lambda error: error.get("rule") == rule


def _header_as_member(error: Violation) -> Violation:
    return {**{n: v for n, v in error.items() if n != "header"}, "pointer": f"#/{error['header']}"}


def _unescaped(error: Violation) -> Violation:
    return error | {"pointer": error["pointer"].replace("~1", "/").replace("~0", "~")}


area.table(
    change_violation,
    (
        "currency_blamed",
        "An amount below its minimum is blamed on the currency.",
        of_rule("amount.minimum"),
        lambda error: error | {"pointer": "#/currency"},
    ),
    (
        "whole_body_blamed",
        "An unknown member is blamed on the whole body.",
        of_rule("body.members"),
        lambda error: error | {"pointer": "#"},
    ),
    (
        "plain_names",
        "Places are plain names instead of pointers.",
        lambda error: error.get("pointer", "#") != "#",
        lambda error: error | {"pointer": error["pointer"][2:]},
    ),
    (
        "header_as_member",
        "A malformed header is reported as a member of the body.",
        lambda error: "header" in error,
        _header_as_member,
    ),
    ("no_escape", "Names are not escaped in pointers.", lambda error: "pointer" in error, _unescaped),
    ("no_words", 'A violation says only "invalid".', any_violation, lambda error: error | {"detail": "invalid"}),
)

area.table(
    change_violations,
    ("only_the_first", "Only the first of several violations is reported.", lambda errors: errors[:1]),
)


@area.mutant()
def innocent_blamed() -> None:
    """A request with a description has one more violation, which blames the description."""

    def change(a: Answer) -> None:
        errors = a.document.get("errors")
        if errors and "description" in a.request.document:
            a.add(errors=[*errors, {"pointer": "#/description", "detail": "Look here too."}])

    change_answer(at(400), change)


def _without_header_beside(rule: str) -> Callable[[list[Violation]], list[Violation]]:
    """Return the change that leaves a header's violation out beside one of a rule."""

    def change(errors: list[Violation]) -> list[Violation]:
        beside = any(of_rule(rule)(error) for error in errors)
        return [error for error in errors if "header" not in error] if beside else errors

    return change


def _first_unknown_only(errors: list[Violation]) -> list[Violation]:
    unknown = [error for error in errors if of_rule("body.members")(error)]
    return [error for error in errors if error not in unknown[1:]]


area.table(
    change_violations,
    (
        "header_lost_beside_unknown",
        "A malformed header is not reported beside an unknown member.",
        _without_header_beside("body.members"),
    ),
    (
        "header_lost_beside_missing",
        "A malformed header is not reported beside a missing member.",
        _without_header_beside("body.required"),
    ),
    ("second_unknown_lost", "Of several unknown members only the first is reported.", _first_unknown_only),
    author=INDEPENDENT,
)


def _as_400(a: Answer) -> None:
    a.status = 400
    a.add(status=400, error_code="invalid-request")


area.table(
    change_answer,
    (
        "every_decline_is_one",
        "A card that requires authentication is reported as declined.",
        at(402),
        adds(error_code="card-declined"),
    ),
    ("declines_as_400", "A declined card is 400.", at(402), _as_400),
    ("no_decline_code", "A 402 has no decline_code.", at(402), leaves_out("decline_code")),
    ("one_conflict_for_all", "Every 409 is called provider-refused.", at(409), adds(error_code="provider-refused")),
    (
        "codes_in_snake_case",
        "Stripe's codes are passed on in snake case.",
        at(402),
        lambda a: a.add(error_code=a.document["error_code"].replace("-", "_")),
    ),
)

area.table(
    change_answer,
    (
        "charged_intent_not_named",
        "A subscription-not-updated does not name the intent that was charged.",
        with_code("subscription-not-updated"),
        leaves_out("payment_intent"),
    ),
    (
        "another_intent_named",
        "A subscription-not-updated names an intent that does not exist.",
        with_code("subscription-not-updated"),
        adds(payment_intent="pi_3NobodyAtAll00000000000"),
    ),
    author=INDEPENDENT,
)
