"""The expected answer to one call, as plain JSON: the parts of contract and world that a check needs, resolved.

Scripts of findings carry parts of this module, so it imports the standard library only and runs on Python 3.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MAY_NAME = ("ADMIN", "ORG_GROUP_ADMIN")
"""Roles that may name an organization in a header."""


@dataclass(frozen=True)
class Terms:
    """The terms of one operation: its contract, and which rules are held.

    Args:
        operation: its id.
        method: that the contract documents for it.
        success: the documented status of a success.
        members: the body's member for each role at Stripe (`amount`, `currency`, …).
        caller: the roles that the caller decides (`customer`, `subscription`).
        secret: the answer's member that holds the client secret; None without one.
        header: the name of the header that names the effective organization; None without one.
        responses: by status, what the contract documents: `media`, a JSON Schema by media type (of Draft 4, where
            `$schema` says nothing else), and the names of its `headers`.
        codes: the documented problems, as pairs of status and `error_code`; empty where the contract enumerates none.
        choice: whether all of our own choices are held.
        choices: ids of those that are held alone.
        ledger: whether each of the ledger's rules is held, by its id.
        methods: that the contract documents for the operation's path.
        ordinary: whether the operation says nothing of what it is for at Stripe.
        refusals: whether a refusal, too, has to have the form that the contract documents.
    """

    operation: str
    method: str
    success: str
    members: dict[str, str] = field(default_factory=dict)
    caller: list[str] = field(default_factory=list)
    secret: str | None = None
    header: str | None = None
    responses: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: list[list[str]] = field(default_factory=list)
    choice: bool = True
    choices: list[str] = field(default_factory=list)
    ledger: dict[str, bool] = field(default_factory=dict)
    methods: list[str] = field(default_factory=list)
    ordinary: bool = False
    refusals: bool = True

    def holds(self, rule: str) -> bool:
        """Tell whether a rule is held; what the ledger has no word on, the contract's schema itself says."""
        return self.ledger.get(rule, True)

    def chosen(self, *rules: str) -> bool:
        """Tell whether one of some choices of ours is held, alone or with all of them."""
        return self.choice or any(rule in self.choices for rule in rules)


@dataclass(frozen=True)
class Effect:
    """The objects that an accepted call leaves at Stripe.

    Args:
        params: what the intent carries, by Stripe's names; None for a member that it lacks.
        charges: whether it is confirmed on the server.
        method: the id at Stripe of the method that the call chose; None for none.
        source: the id at Stripe of what is charged; None where nothing is.
        subscription: the id of the organization's subscription; None without one.
        decimals: of the currency.
    """

    params: dict[str, Any] = field(default_factory=dict)
    charges: bool = False
    method: str | None = None
    source: str | None = None
    subscription: str | None = None
    decimals: int = 2


@dataclass(frozen=True)
class Expectation:
    """The expected answer.

    Args:
        terms: what binds the target.
        kind: `accepted`, `declined`, `violations`, `token`, `refused`, `wire`, or `free` where nothing is held; of a
            right request to an ordinary operation `shown`, where the contract shows it, or `fits`.
        statuses: the HTTP statuses that the contract's choices allow, in order; of an ordinary operation, those that
            may be right.
        codes: the `error_code`s that they allow, in order; empty for any.
        places: the pointers and headers to blame, in order; also where our choices alone refuse, and are not held.
        rules: the ledger's rules that decided.
        effect: what Stripe is left with; None for nothing.
        error: Stripe's own error object of a declined card.
        by_http: whether HTTP itself refuses it: what serves HTTP answers, in a form of its own.
        role: of the account that acts; None where the token is refused.
        previous: of the exchange before, where the two are compared; None otherwise.
        parallel: of requests under way together, in their order.
        waived: the choices of ours that refuse it, where none of them is held.
    """

    terms: Terms
    kind: str
    statuses: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    effect: Effect | None = None
    error: dict[str, Any] = field(default_factory=dict)
    by_http: bool = False
    role: str | None = None
    previous: Expectation | None = None
    parallel: list[Expectation] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)

    @property
    def success(self) -> bool:
        """Whether a 2xx is right."""
        return self.kind == "accepted" or (self.kind == "wire" and min(self.statuses) < 300)

    @property
    def charges(self) -> bool:
        """Whether the card is charged on the server."""
        return self.effect is not None and self.effect.charges


def kebab(code: str) -> str:
    """Return Stripe's code as the platform spells it."""
    return code.replace("_", "-")
