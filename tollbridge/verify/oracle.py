"""What a right answer to a call is: from the contract, the world, and what Stripe has at that moment.

The order of refusals that binds every target: the token before violations, violations before who may act and what
there is. Within the last group the order is free, so a call with two such faults may get either answer.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tollbridge.contract import Contract, Violation
from tollbridge.simulator.money import table
from tollbridge.verify.calls import EMPTY, EXPIRED, GOOD_TOKENS, Call
from tollbridge.verify.stripeside import StripeSide
from tollbridge.verify.subject import MAY_NAME, MISSING, Subject
from tollbridge.world import Account, Organization, World

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
DOCUMENTED, PROVIDER, CHOICE = "documented", "provider", "choice"


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


@dataclass(frozen=True)
class Effect:
    """What an accepted call leaves at Stripe.

    Args:
        organization: who pays.
        params: what the intent carries, by Stripe's names; None means that it has none.
        charges: whether it is confirmed on the server.
        method: the id at Stripe of the method that the call chose; None for none.
        source: the id at Stripe of what is charged; None where nothing is.
    """

    organization: Organization
    params: dict[str, Any]
    charges: bool
    method: str | None
    source: str | None


@dataclass(frozen=True)
class Expected:
    """What a right answer is.

    Args:
        kind: `accepted`, `declined`, `violations`, `token`, `refused`, `wire`, or `free` where nothing is held.
        statuses: the HTTP statuses that the contract's choices allow.
        codes: the `error_code`s that they allow; empty for any.
        places: the pointers and headers to blame.
        rules: the ledger's rules that decided.
        effect: what Stripe is left with; None for nothing.
        error: Stripe's own error object of a declined card.
    """

    kind: str
    statuses: frozenset[int]
    codes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    effect: Effect | None = None
    error: dict[str, Any] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether a 2xx is right."""
        return self.kind == "accepted" or (self.kind == "wire" and min(self.statuses) < 300)


FREE = Expected("free", frozenset())


def kebab(code: str) -> str:
    """Return Stripe's code as the platform spells it."""
    return code.replace("_", "-")


class Oracle:
    """Knows the right answers for one target."""

    def __init__(self, world: World, stripe: StripeSide | None, held: Held, cards: dict[str, dict[str, Any]]) -> None:
        """Take what decides.

        Args:
            world: who exists.
            stripe: what Stripe has; None where it cannot be seen, and the world's word is taken.
            held: which rules the target is held to.
            cards: what Stripe says to a charge of each method; see `charged_alone`.
        """
        self.world = world
        self.stripe = stripe
        self.held = held
        self.cards = cards

    def expected(self, subject: Subject, call: Call) -> Expected:
        """Return what a right answer to a call is, as things stand now."""
        if call.wire:
            codes = frozenset({call.wire.error_code} - {None})
            effect = None
            if call.wire.status < 300 and (account := self.account(call)) and account.organization:
                effect = self._effect(subject, call, self.world.organizations[account.organization])
            return Expected("wire", frozenset({call.wire.status}), codes, call.wire.places, call.wire.rules, effect)  # type: ignore[arg-type]
        account = self.account(call)
        if account is None:
            rules = ("refusal.codes",) if call.token == EXPIRED else ("token.optional",)
            return Expected("token", frozenset({401}), _token_codes(call), rules=rules)
        if call.account is not None and not account.active:
            return Expected("token", frozenset({401}), frozenset({"inactive-account"}), rules=("refusal.codes",))
        if _has_float(call.document):
            return FREE
        broken = [*_violations(subject, call)]
        if broken:
            return self._refused_for(subject, call, broken)
        return self._of_state(subject, call, account)

    def account(self, call: Call) -> Account | None:
        """Return who acts; None where the token is refused."""
        if call.account is None:
            return self.world.default_account if self.held.anonymous else None
        return self.world.accounts[call.account] if call.token in GOOD_TOKENS else None

    def _refused_for(self, subject: Subject, call: Call, broken: list[Violation]) -> Expected:
        rules = tuple(dict.fromkeys(v.rule for v in broken if v.rule))
        places = frozenset(str(v.pointer or v.header or v.parameter) for v in broken)
        firm = [v for v in broken if self.held.rule(v.rule) and not self._is_open(subject, call, v)]
        if not firm:
            return FREE
        return Expected("violations", frozenset({400}), frozenset({"invalid-request"}), places, rules)

    def _is_open(self, subject: Subject, call: Call, violation: Violation) -> bool:
        """Tell whether a choice of ours alone refuses it; each is a reading of a documented rule."""
        if self.held.choice:
            return False
        value = _at(call.document, violation.pointer)
        if value is None and not self._requires(subject, violation.pointer):
            return True  # null for a member that may be left out
        match violation.rule:
            case "currency.supported":  # a code that Stripe's API lists, and its page does not
                return value in table()["accepted_besides"]
            case "email.address":  # how an address looks, the page does not say
                return isinstance(value, str) and "@" in value.strip("@")
            case "amount.minimum":  # near one that was converted by a rate
                money = table()["currencies"].get(subject.value(call.document, "currency"), {})
                return bool(money.get("minimum_source") == "rate" and 2 * value > money["minimum"])
        return False

    @staticmethod
    def _requires(subject: Subject, pointer: str | None) -> bool:
        return pointer in (None, "#") or str(pointer)[2:] in subject.schema.get("required", ())

    def _of_state(self, subject: Subject, call: Call, account: Account) -> Expected:
        organization, refused = self._organization(subject, call, account)
        if organization is None or refused:
            # A contract that names no organization says nothing of who has none.
            return refused if refused and subject.organization else FREE
        if organization.customer is None and "customer" not in subject.caller:
            return FREE
        states = [*self._states(subject, call, organization)]
        if states:
            statuses, codes, rules = zip(*states, strict=True)
            return Expected("refused", frozenset(statuses), frozenset(codes), rules=tuple(rules))
        effect = self._effect(subject, call, organization)
        if effect.charges and effect.source is None:
            code = "default-payment-method-missing"
            return Expected("refused", frozenset({409}), frozenset({code}), rules=("method.default",))
        error = self.cards.get(effect.source or "", {}) if effect.charges else {}
        if error:
            code = kebab(str(error.get("code", "card_declined")))
            rules = ("charge.refused", "confirm.fails", "confirm.absent")
            return Expected("declined", frozenset({402}), frozenset({code}), rules=rules, effect=effect, error=error)
        rules = ("intent.fields", "intent.customer", *(("confirm.absent",) if effect.charges else ()))
        return Expected("accepted", frozenset({int(subject.success)}), rules=rules, effect=effect)

    def _organization(
        self, subject: Subject, call: Call, account: Account
    ) -> tuple[Organization | None, Expected | None]:
        header = subject.organization
        named = next((v for n, v in call.headers if header and n.lower() == header.name.lower()), None)
        own = account.organization
        if named is not None and account.role in MAY_NAME and not self.held.names_organization:
            return None, FREE
        wanted = int(named) if named is not None and account.role in MAY_NAME else own
        if wanted is None:
            return None, _role(403, "organization-required", "organization.own")
        managed = self.world.groups.get(account.group or 0, frozenset())
        if wanted != own and account.role == "ORG_GROUP_ADMIN" and wanted not in managed:
            return None, _role(403, "organization-forbidden", "organization.unknown")
        if wanted not in self.world.organizations:
            return None, _role(404, "organization-not-found", "organization.unknown")
        return self.world.organizations[wanted], None

    def _states(self, subject: Subject, call: Call, organization: Organization) -> Iterator[tuple[int, str, str]]:
        if organization.customer is None and "customer" in subject.caller:
            yield 409, "customer-missing", "intent.customer"
        chosen = subject.value(call.document, "payment_method")
        if chosen is MISSING:
            return
        if organization.subscription is None and "subscription" in subject.caller:
            yield 409, "subscription-missing", "method.subscription"
        method = organization.payment_methods.get(chosen)
        if method is None:
            yield 404, "payment-method-not-found", "method.owner"
        elif not self._attached(method.stripe, organization, told=method.attached):
            yield 409, "payment-method-not-attached", "method.attached"

    def _attached(self, method: str, organization: Organization, *, told: bool) -> bool:
        if self.stripe is None:
            return told
        row = self.stripe.method(method)
        return row is not None and row.customer == organization.customer

    def _effect(self, subject: Subject, call: Call, organization: Organization) -> Effect:
        document = call.document
        chosen = subject.value(document, "payment_method")
        charges = subject.value(document, "confirm") is True
        method = None if chosen is MISSING else organization.payment_methods[chosen].stripe
        params: dict[str, Any] = {}
        for role in ("amount", "currency", "description", "receipt_email"):
            if role in subject.members:
                value = subject.value(document, role)
                params[role] = None if value is MISSING else value
        if "customer" in subject.caller:
            params["customer"] = organization.customer
        if "payment_method" in subject.members and (method or not charges):
            params["payment_method"] = method
        return Effect(organization, params, charges, method, method or self._default_source(organization))

    def _default_source(self, organization: Organization) -> str | None:
        if self.stripe is None:
            source = organization.default_source
            return organization.payment_methods[source].stripe if source else None
        row = self.stripe.customer(organization.customer) if organization.customer else None
        return row.default_source if row else None


def _at(document: Any, pointer: str | None) -> Any:
    """Return the member of a body that a violation is about; `MISSING` where there is none."""
    return document.get(pointer[2:], MISSING) if isinstance(document, dict) and pointer else MISSING


def _role(status: int, code: str, rule: str) -> Expected:
    return Expected("refused", frozenset({status}), frozenset({code}), rules=(rule, "organization.effective"))


def _token_codes(call: Call) -> frozenset[str]:
    if not call.account:
        return frozenset({"authentication-required"})
    known = {EXPIRED: {"token-expired"}, EMPTY: {"authentication-required", "invalid-token"}}
    return frozenset(known.get(call.token, {"invalid-token"}))


def _violations(subject: Subject, call: Call) -> Iterator[Violation]:
    operation = subject.operation
    if operation.body and not operation.body.is_valid(call.document):
        yield from operation.body.violations(call.document)
    for parameter in operation.parameters:
        sent = [*_sent(call, parameter.name, parameter.location)]
        if len(sent) > 1 or (parameter.required and not sent):
            yield _named(parameter.name, parameter.location, parameter.rule)
        for text in sent[:1]:
            value: object = text
            if parameter.type == "integer":
                value = int(text) if INTEGER.fullmatch(text) else text
            if not parameter.check.is_valid(value):
                yield _named(parameter.name, parameter.location, parameter.rule)


def _sent(call: Call, name: str, location: str) -> Iterator[str]:
    if location == "header":
        yield from (value for key, value in call.headers if key.lower() == name.lower())
    elif location == "path" and name in call.path_values:
        yield str(call.path_values[name])


def _named(name: str, location: str, rule: str | None) -> Violation:
    header = name if location == "header" else None
    return Violation("", rule, None, header, None if header else name)


def _has_float(value: Any) -> bool:
    """Tell whether there is a number with a fraction or an exponent: what JSON says of it, the wire table judges."""
    if isinstance(value, dict):
        return any(_has_float(member) for member in value.values())
    if isinstance(value, list):
        return any(_has_float(item) for item in value)
    return isinstance(value, float) and (math.isinf(value) or math.isnan(value) or value == int(value))
