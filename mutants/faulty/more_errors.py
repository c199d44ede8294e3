"""Refusals that mislead in one case only."""

from typing import Any

from mutants.faulty.errors import _errors
from mutants.patch import Answer, answering, mutant


@mutant
def header_lost_beside_unknown() -> None:
    """A malformed header is not told beside an unknown member."""
    _errors(
        lambda errors, _: (
            [e for e in errors if "header" not in e] if any(e.get("rule") == "body.members" for e in errors) else errors
        )
    )


@mutant
def header_lost_beside_missing() -> None:
    """A malformed header is not told beside a missing member."""
    _errors(
        lambda errors, _: (
            [e for e in errors if "header" not in e]
            if any(e.get("rule") == "body.required" for e in errors)
            else errors
        )
    )


@mutant
def second_unknown_lost() -> None:
    """Of several unknown members only the first is told."""

    def change(errors: list[Any], _: Answer) -> list[Any]:
        unknown = [e for e in errors if e.get("rule") == "body.members"]
        return [e for e in errors if e not in unknown[1:]]

    _errors(change)


@mutant
def charged_intent_not_named() -> None:
    """A subscription-not-updated does not name the intent that was charged."""
    answering(
        lambda a: a.drop("payment_intent") if a.document.get("error_code") == "subscription-not-updated" else None
    )


@mutant
def another_intent_named() -> None:
    """A subscription-not-updated names an intent that there is not."""
    answering(
        lambda a: (
            a.add(payment_intent="pi_3NobodyAtAll00000000000")
            if a.document.get("error_code") == "subscription-not-updated"
            else None
        )
    )
