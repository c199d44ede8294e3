"""Which rules a target is held to, and what follows from that for one operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tollbridge.contract import Contract, Response, SchemaCheck
from tollbridge.contract.keywords import objects
from tollbridge.verify.model.expectation import Terms
from tollbridge.verify.model.sources import Source, sources_of
from tollbridge.verify.model.subject import Subject

DRAFT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of schemas in OpenAPI 3.1."""

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
        rules: ids of rules that are held whatever their origin.
    """

    origins: frozenset[str]
    contract: Contract
    names_organization: bool = True
    anonymous: bool = True
    rules: frozenset[str] = frozenset()

    @property
    def choice(self) -> bool:
        """Whether all of our choices are held."""
        return CHOICE in self.origins

    def chosen(self, rule: str) -> bool:
        """Tell whether a choice of ours is held, alone or with all of them."""
        return self.choice or rule in self.rules

    @cached_property
    def ledger(self) -> Mapping[str, str]:
        """The origin of each of the ledger's rules, by its id."""
        return {rule.id: rule.origin for rule in self.contract.rules}

    @cached_property
    def sources(self) -> Mapping[tuple[str, str], Source]:
        """Where the ids in paths come from, by an operation's id and the parameter's name."""
        return sources_of(self.contract)

    def rule(self, identity: str | None) -> bool:
        """Tell whether a rule is held; what the ledger has no word on, the contract's schema itself says."""
        origin = self.ledger.get(identity or "")
        return origin is None or origin in self.origins or identity in self.rules


def terms_of(subject: Subject, held: Held) -> Terms:
    """Return what binds a target at an operation, resolved to plain JSON."""
    operation, header = subject.operation, subject.organization
    draft = {} if str(held.contract.document.get("openapi")).startswith("3.0") else {"$schema": DRAFT}
    return Terms(
        operation=operation.operation_id,
        method=operation.method.upper(),
        success=subject.success,
        members=dict(subject.members),
        caller=sorted(subject.caller),
        secret=subject.secret,
        header=header.name if header else None,
        responses={
            status if status == "default" else status.upper(): {
                "media": {media: {**draft, **alone(check)} for media, check in response.media.items()},
                "headers": _headers(subject, response),
            }
            for status, response in operation.responses.items()
        },
        codes=[list(pair) for pair in sorted(subject.codes)],
        choice=held.choice,
        choices=sorted(rule for rule in held.rules if held.ledger.get(rule) == CHOICE),
        ledger={rule: held.rule(rule) for rule in held.ledger},
        methods=sorted(one.method.upper() for one in held.contract.operations if one.path == operation.path),
        ordinary=subject.ordinary,
        refusals=held.chosen("refusal.problem") or (subject.ordinary and held.rule("refusal.problem")),
    )


def _headers(subject: Subject, response: Response) -> list[str]:
    """Return the headers that an answer has to have; for an operation of Stripe's all that are documented are."""
    return [name for name in response.headers if name in response.required_headers or not subject.ordinary]


def alone(check: SchemaCheck) -> dict[str, Any]:
    """Return a schema that stands alone, with what its references name."""
    if check.root is check.schema:
        return dict(check.schema)
    keyword = next(name for name in check.root if name != "properties")
    named: dict[str, Any] = {}
    waiting = [check.schema]
    while waiting:
        references = [part["$ref"] for _, part in objects(waiting.pop()) if isinstance(part.get("$ref"), str)]
        for number in (reference.rpartition("/")[2] for reference in references):
            if number not in named:
                named[number] = check.root[keyword][number]
                waiting.append(named[number])
    if "$ref" in check.schema and keyword == "definitions":  # Draft 4 ignores what stands beside a reference
        return {"allOf": [check.schema], keyword: named}
    return {**check.schema, keyword: named}
