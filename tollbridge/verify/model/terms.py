"""Which rules a target is held to, and what follows from that for one operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tollbridge.contract import Contract
from tollbridge.verify.model.expectation import Terms
from tollbridge.verify.model.subject import Subject

DOCUMENTED, PROVIDER, CHOICE = "documented", "provider", "choice"
"""The origins of rules: the documented page, Stripe, and our own choice."""


@dataclass(frozen=True)
class Held:
    """Which rules a target is held to.

    Args:
        origins: of the ledger's rules.
        contract: whose ledger it is.
        names_organization: whether the target reads the header of the contract; its name is a choice.
        anonymous: whether the target takes calls without a token; that it does is a choice.
    """

    origins: frozenset[str]
    contract: Contract
    names_organization: bool = True
    anonymous: bool = True

    @property
    def choice(self) -> bool:
        """Whether our choices are held."""
        return CHOICE in self.origins

    @cached_property
    def ledger(self) -> Mapping[str, str]:
        """The origin of each of the ledger's rules, by its id."""
        return {rule.id: rule.origin for rule in self.contract.rules}

    def rule(self, identity: str | None) -> bool:
        """Tell whether a rule is held; what the ledger has no word on, the contract's schema itself says."""
        origin = self.ledger.get(identity or "")
        return origin is None or origin in self.origins


def terms_of(subject: Subject, held: Held) -> Terms:
    """Return what binds a target at an operation, resolved to plain JSON."""
    operation, header = subject.operation, subject.organization
    return Terms(
        operation=operation.operation_id,
        method=operation.method.upper(),
        success=subject.success,
        members=dict(subject.members),
        caller=sorted(subject.caller),
        secret=subject.secret,
        header=header.name if header else None,
        responses={
            status: {
                "media": {media: check.schema for media, check in response.media.items()},
                "headers": list(response.headers),
            }
            for status, response in operation.responses.items()
        },
        codes=[list(pair) for pair in sorted(subject.codes)],
        choice=held.choice,
        ledger={rule: held.rule(rule) for rule in held.ledger},
    )
