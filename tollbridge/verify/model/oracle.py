"""The oracle: expects an answer from the contract, the world, and Stripe's objects at that moment.

The order of refusals that binds every target: the token before violations, violations before who may act and what
there is. Within the last group the order is free, so a call with two such faults may get either answer.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Protocol

from tollbridge.contract import Violation
from tollbridge.simulator.protocol.money import table
from tollbridge.verify.model.expectation import MAY_NAME, Effect, Expectation, Terms, kebab
from tollbridge.verify.model.minted_tokens import ENDED_KINDS
from tollbridge.verify.model.steps import BAD, EMPTY, ENDING, GOOD_TOKENS, Call, WireVerdict
from tollbridge.verify.model.subject import MISSING, Subject
from tollbridge.verify.model.terms import CHOICE, Held, terms_of
from tollbridge.world import Account, Organization, World

MAX_LOCAL_PART = 64
"""Octets of an address before its @, by RFC 5321, section 4.5.3.1.1."""

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)


class Stripe(Protocol):
    """The questions that the oracle asks Stripe."""

    def customer(self, identity: str) -> Mapping[str, Any] | None:
        """Return a customer; None where Stripe has no such one."""

    def method(self, identity: str) -> Mapping[str, Any] | None:
        """Return a payment method; None where Stripe has no such one."""


@dataclass(frozen=True)
class Oracle:
    """Knows the right answers of one operation.

    Args:
        subject: the operation.
        world: who exists.
        held: which rules the target is held to.
        cards: what Stripe says to a charge of each method; see `charged_alone`.
        stripe: what Stripe has; None where it cannot be seen, and the world's word is taken.
    """

    subject: Subject
    world: World
    held: Held
    cards: Mapping[str, Mapping[str, Any]]
    stripe: Stripe | None = None

    @cached_property
    def terms(self) -> Terms:
        """The terms of the operation."""
        return terms_of(self.subject, self.held)

    def expected(self, call: Call) -> Expectation:
        """Return what a right answer to a call is, as things stand now."""
        account = self._account(call)
        if call.wire:
            return self._of_wire(call, call.wire, account)
        if account is None:
            shown = "token.refused" if call.account is not None else "token.optional"
            rules = [shown, *(["refusal.codes"] if call.token in ENDED_KINDS else [])]
            return self._expectation("token", account, [401], _token_codes(call), rules=rules)
        if call.account is not None and not account.active:
            return self._expectation(
                "token", account, [401], ["inactive-account"], rules=["token.refused", "refusal.codes"]
            )
        if _has_float(call.document):
            return self._free(account)
        broken = [*_violations(self.subject, call)]
        if broken:
            return self._refused_for(call, account, broken)
        return self._free(account) if self._may_be_refused(call) else self._of_state(call, account)

    def _expectation(
        self, kind: str, account: Account | None, statuses: list[int], codes: list[str], **more: Any
    ) -> Expectation:
        role = account.role if account else None
        return Expectation(self.terms, kind, sorted(set(statuses)), sorted(set(codes)), role=role, **more)

    def _free(self, account: Account) -> Expectation:
        return Expectation(self.terms, "free", role=account.role)

    def _account(self, call: Call) -> Account | None:
        """Return who acts; None where the token is refused."""
        if call.account is None:
            return self.world.default_account if self.held.anonymous else None
        return self.world.accounts[call.account] if call.token in GOOD_TOKENS else None

    def _of_wire(self, call: Call, wire: WireVerdict, account: Account | None) -> Expectation:
        effect = None
        if wire.status < 300 and account and account.organization:
            effect = self._effect(call, self.world.organizations[account.organization])
        codes = [code for code in (wire.error_code, "malformed-json" if wire.half_pair else None) if code]
        decided = {"places": sorted(wire.places), "rules": list(wire.rules), "by_http": wire.framing}
        waived = self._waived(wire.rules) if wire.status >= 400 else []
        return self._expectation("wire", account, [wire.status], codes, effect=effect, waived=waived, **decided)

    def _waived(self, rules: Iterable[str]) -> list[str]:
        """Return the choices of ours among the rules that refuse a call; none where one of them is held."""
        choices = [rule for rule in rules if self.held.ledger.get(rule) == CHOICE]
        return [] if any(map(self.held.chosen, choices)) else choices

    def _refused_for(self, call: Call, account: Account, broken: list[Violation]) -> Expectation:
        rules = [*dict.fromkeys(v.rule for v in broken if v.rule)]
        places = sorted({str(v.pointer or v.header or v.parameter) for v in broken})
        firm = [v for v in broken if self.held.rule(v.rule) and not self._is_open(call, v)]
        if not firm:
            return replace(self._free(account), places=places, waived=self._waived(rules))
        if any(self._is_open(call, v) for v in broken):
            places = []  # whether that is blamed too, is open
        return self._expectation("violations", account, [400], ["invalid-request"], places=places, rules=rules)

    def _is_open(self, call: Call, violation: Violation) -> bool:
        """Tell whether a choice of ours alone refuses it; each is a reading of a documented rule."""
        value = _at(call.document, violation.pointer)
        if violation.rule == "amount.minimum" and self._near_a_rate(call):
            return True
        if violation.pointer and value == "" and violation.pointer == self._place_of("description"):
            return True  # what is empty may count as left out
        if value is None and not self._requires(violation.pointer):
            return not self.held.chosen("body.null")  # null for a member that may be left out
        match violation.rule:
            case "currency.supported":  # a code that Stripe's API lists, and its page does not
                return not self.held.chosen("currency.list") and value in table()["accepted_besides"]
            case "email.address":  # how an address looks, the page does not say
                return not self.held.choice and isinstance(value, str) and "@" in value.strip("@")
        return False

    def _place_of(self, role: str) -> str:
        return f"#/{self.subject.members[role]}" if role in self.subject.members else ""

    def _near_a_rate(self, call: Call) -> bool:
        """Tell whether an amount is within a factor of two of a minimum that was converted by one day's rate."""
        amount, currency = (self.subject.value(call.document, role) for role in ("amount", "currency"))
        money = table()["currencies"].get(currency, {}) if isinstance(currency, str) else {}
        if money.get("minimum") not in _of_a_rate() or money.get("minimum_source") == "published":
            return False  # a peg to a currency that has a rate goes with it
        return isinstance(amount, int) and bool(2 * amount > money["minimum"] and amount < 2 * money["minimum"])

    def _may_be_refused(self, call: Call) -> bool:
        """Tell whether a request that fits the contract may be refused: its rules are stricter by another reading.

        Whether a token is still good a moment before its end, is for the target's clock to say.
        """
        address = self.subject.value(call.document, "receipt_email")
        long = isinstance(address, str) and len(address.rpartition("@")[0]) > MAX_LOCAL_PART
        return long or call.token == ENDING or self._near_a_rate(call)

    def _requires(self, pointer: str | None) -> bool:
        return pointer in (None, "#") or str(pointer)[2:] in self.subject.schema.get("required", ())

    def _of_state(self, call: Call, account: Account) -> Expectation:
        organization, refused = self._organization(call, account)
        if organization is None or refused:
            # A contract that names no organization says nothing of who has none.
            return refused if refused and self.subject.organization else self._free(account)
        if organization.customer is None and "customer" not in self.subject.caller:
            return self._free(account)
        states = [*self._states(call, organization)]
        if states:
            statuses, codes, rules = zip(*states, strict=True)
            return self._expectation("refused", account, [*statuses], [*codes], rules=[*rules])
        return self._of_charge(account, self._effect(call, organization))

    def _of_charge(self, account: Account, effect: Effect) -> Expectation:
        if effect.charges and effect.source is None:
            return self._expectation(
                "refused", account, [409], ["default-payment-method-missing"], rules=["method.default"]
            )
        error = dict(self.cards.get(effect.source or "", {})) if effect.charges else {}
        if error:
            codes = [kebab(str(error.get("code", "card_declined")))]
            rules = ["charge.refused", "confirm.fails", "confirm.absent"]
            return self._expectation("declined", account, [402], codes, rules=rules, effect=effect, error=error)
        rules = ["intent.fields", "intent.customer", *(["confirm.absent"] if effect.charges else [])]
        return self._expectation("accepted", account, self.subject.successes, [], rules=rules, effect=effect)

    def _organization(self, call: Call, account: Account) -> tuple[Organization | None, Expectation | None]:
        header = self.subject.organization
        named = next((v for n, v in call.headers if header and n.lower() == header.name.lower()), None)
        own = account.organization
        if named is not None and account.role in MAY_NAME and not self.held.names_organization:
            return None, self._free(account)
        wanted = int(named) if named is not None and account.role in MAY_NAME else own
        if wanted is None:
            return None, self._role(account, 403, "organization-required", "organization.own")
        managed = self.world.groups.get(account.group or 0, frozenset())
        if wanted != own and account.role == "ORG_GROUP_ADMIN" and wanted not in managed:
            return None, self._role(account, 403, "organization-forbidden", "organization.unknown")
        if wanted not in self.world.organizations:
            return None, self._role(account, 404, "organization-not-found", "organization.unknown")
        return self.world.organizations[wanted], None

    def _role(self, account: Account, status: int, code: str, rule: str) -> Expectation:
        return self._expectation("refused", account, [status], [code], rules=[rule, "organization.effective"])

    def _states(self, call: Call, organization: Organization) -> Iterator[tuple[int, str, str]]:
        if organization.customer is None and "customer" in self.subject.caller:
            yield 409, "customer-missing", "intent.customer"
        chosen = self.subject.value(call.document, "payment_method")
        if chosen is MISSING:
            return
        if organization.subscription is None and "subscription" in self.subject.caller:
            yield 409, "subscription-missing", "method.subscription"
        method = organization.payment_methods.get(chosen)
        if method is None:
            yield 404, "payment-method-not-found", "method.owner"
        elif not self._attached(method.stripe, organization, told=method.attached):
            yield 409, "payment-method-not-attached", "method.attached"

    def _attached(self, method: str, organization: Organization, *, told: bool) -> bool:
        if self.stripe is None:
            return told
        found = self.stripe.method(method)
        return found is not None and found["customer"] == organization.customer

    def _effect(self, call: Call, organization: Organization) -> Effect:
        document, members = call.document, self.subject.members
        chosen = self.subject.value(document, "payment_method")
        charges = self.subject.value(document, "confirm") is True
        method = None if chosen is MISSING else organization.payment_methods[chosen].stripe
        params: dict[str, Any] = {}
        for role in ("amount", "currency", "description", "receipt_email"):
            if role in members:
                value = self.subject.value(document, role)
                params[role] = None if value is MISSING else value
        if "customer" in self.subject.caller:
            params["customer"] = organization.customer
        if "payment_method" in members and (method or not charges):
            params["payment_method"] = method
        source = (method or self._default_source(organization)) if charges else None
        decimals = table()["currencies"].get(params.get("currency"), {}).get("exponent", 2)
        return Effect(params, charges, method, source, organization.subscription, decimals)

    def _default_source(self, organization: Organization) -> str | None:
        if self.stripe is None:
            source = organization.default_source
            return organization.payment_methods[source].stripe if source else None
        found = self.stripe.customer(organization.customer) if organization.customer else None
        return found.get("default_source") if found else None


@cache
def _of_a_rate() -> frozenset[int]:
    """Return the minimums that were converted by a rate."""
    currencies: Iterable[Mapping[str, Any]] = table()["currencies"].values()
    return frozenset(money["minimum"] for money in currencies if money.get("minimum_source") == "rate")


def _at(document: Any, pointer: str | None) -> Any:
    """Return the member of a body that a violation is about; `MISSING` where there is none."""
    return document.get(pointer[2:], MISSING) if isinstance(document, dict) and pointer else MISSING


def _token_codes(call: Call) -> list[str]:
    if not call.account:
        return ["authentication-required"]
    if call.token in ENDED_KINDS:
        return ["token-expired"]
    if call.token.startswith(BAD.format("")):
        return []  # why it is bad, the world does not say
    return ["authentication-required", "invalid-token"] if call.token == EMPTY else ["invalid-token"]


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
        # White space around a value is no part of it (RFC 9110, section 5.5).
        yield from (value.strip(" \t") for key, value in call.headers if key.lower() == name.lower())
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
