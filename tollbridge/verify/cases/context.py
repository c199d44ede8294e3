"""Shared by the makers of cases: the accounts that can call, and a right call to begin from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tollbridge.verify.model.expectation import Terms
from tollbridge.verify.model.requests import Request, right_request
from tollbridge.verify.model.steps import AtStripe, Call, Headers
from tollbridge.verify.model.subject import Subject, minimal
from tollbridge.verify.model.terms import Held, terms_of
from tollbridge.verify.model.tokens import Tokens
from tollbridge.world import Account, Organization, PaymentMethod, World

AMOUNT = 100_000
"""Minor units: above every minimum but the Indonesian one's, a multiple of every step."""

BEYOND = (2**31, 2**32, 2**53)
"""The sizes of integers that a machine may count by, and that int64 goes beyond."""

FAR_BEYOND = (2**63, 2**64)
"""The same, where int64 ends."""

NOBODY = 999_999_937
"""An id that no organization and no payment method has."""


def retied(organization: Organization, method: str = "") -> AtStripe:
    """Return what gives an organization's subscription another card at Stripe, or none."""
    return AtStripe(f"/v1/subscriptions/{organization.subscription}", {"default_payment_method": method})


@dataclass(frozen=True)
class CaseContext:
    """An operation in a world, for one target.

    Args:
        subject: the operation.
        world: who exists.
        tokens: of the world's accounts.
        held: which rules the target is held to.
        cards: Stripe's error for a charge of each method, by its id at Stripe.
        two_sided: whether Stripe's side is ours.
        others: every operation of the run by its id, this one too.
    """

    subject: Subject
    world: World
    tokens: Tokens
    held: Held
    cards: dict[str, dict[str, Any]]
    two_sided: bool
    others: "dict[str, CaseContext]" = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def terms(self) -> Terms:
        """The terms of the operation."""
        return terms_of(self.subject, self.held)

    @cached_property
    def request(self) -> Request:
        """The plainest right request to an ordinary operation."""
        return right_request(self.subject.operation)

    def call(self, account: Account | None = None, note: str = "", **roles: Any) -> Call:
        """Return a right call, with members by role; `None` for the account takes the world's default one."""
        roles.setdefault("amount", AMOUNT)
        chosen = account or (None if self.held.anonymous else self.world.default_account)
        values = {p.name: minimal(p.check.schema) for p in self.subject.operation.parameters if p.location == "path"}
        return Call(
            self.subject.operation,
            self.subject.filled(**roles),
            chosen.id if chosen else None,
            path_values=values,
            note=note,
        )

    def usable(self) -> list[Account]:
        """Return the accounts that can be asked as: those with a token."""
        return [account for account in self.world.accounts.values() if account.id in self.tokens.good]

    def default(self) -> Account:
        """Return the account of a call that names none."""
        return self.world.default_account

    def home(self) -> Organization | None:
        """Return the default account's organization; None where it has none."""
        return self.world.organizations.get(self.default().organization or 0)

    def methods(self, organization: Organization | None, *, good: bool) -> list[PaymentMethod]:
        """Return an organization's attached methods that a charge on the server succeeds with, or is refused for."""
        if organization is None or "payment_method" not in self.subject.members:
            return []
        found = [m for m in organization.payment_methods.values() if m.attached and m.stripe in self.cards]
        return [m for m in found if bool(self.cards[m.stripe]) is not good]

    def named(self) -> Iterator[tuple[Account, Organization, Headers]]:
        """Yield each account with each organization that it may name, and the header that names it."""
        header = self.subject.organization
        if header is None:
            return
        for account in self.usable():
            managed = self.world.groups.get(account.group or 0, frozenset())
            for organization in self.world.organizations.values() if account.active else ():
                if account.role == "ADMIN" or (account.role == "ORG_GROUP_ADMIN" and organization.id in managed):
                    yield account, organization, ((header.name, str(organization.id)),)

    def payers(self) -> Iterator[tuple[Account | None, Organization]]:
        """Yield who can pay for each organization that can: the default account, then others with tokens."""
        home = self.home()
        if home and home.customer and home.subscription:
            yield None, home
        seen = {home.id if home else 0}
        for account in self.usable():
            own = self.world.organizations.get(account.organization or 0)
            if own and own.id not in seen and account.active and own.customer and own.subscription:
                seen.add(own.id)
                yield account, own
