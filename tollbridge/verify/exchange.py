"""One exchange: what was asked, what Stripe was told, what came back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tollbridge.simulator import Fault, Told
from tollbridge.simulator.rows import PaymentIntent, Subscription
from tollbridge.verify.calls import Call
from tollbridge.verify.line import Reply
from tollbridge.verify.oracle import Expected, Held
from tollbridge.verify.routes import CREATE
from tollbridge.verify.subject import Subject
from tollbridge.world import Account

MAY_CARRY = {
    *("amount", "currency", "description", "receipt_email", "customer", "payment_method", "payment_method_types"),
    *("confirm", "error_on_requires_action", "metadata", "expand", "capture_method", "automatic_payment_methods"),
}
"""What a call about an intent may carry; everything else changes what the intent does."""


NOT_SIMULATED = 501
"""The status with which the simulator says that it does not have what it was asked for."""


def adds(told: Told) -> bool:
    """Tell whether a call makes, changes or confirms an intent with what changes what the intent does."""
    return told.method == "POST" and told.route.startswith(CREATE) and not told.parameters.keys() <= MAY_CARRY


@dataclass
class Memory:
    """What a check has to know of earlier exchanges of the run.

    Args:
        secrets: every client secret that the target has answered.
        keys: every idempotency key that Stripe was shown, with the exchange's number.
        canaries: texts that belong into no answer, with what each is.
        ids: request ids and instances that were answered, with the exchange's number.
    """

    secrets: set[str] = field(default_factory=set)
    keys: dict[str, int] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)


@dataclass
class Exchange:
    """One request and response, with what Stripe was told in between.

    Args:
        number: in the run.
        subject: the operation.
        call: what was sent.
        expected: what a right answer is.
        held: which rules the target is held to.
        reply: what came back; None where nothing usable did.
        broken: how the exchange ended without an answer; None where it did not.
        told: what Stripe was told; None where Stripe cannot be seen.
        intents: as they are now, those that this exchange made.
        before: the world's subscriptions before the call, by id.
        after: the same afterwards.
        faults: what Stripe was told to do wrong.
        previous: the exchange before, where a check compares the two; None otherwise.
        same: whether nobody may tell the two answers apart.
        equal: whether the two calls are equal.
        together: whether others were under way, so that Stripe's calls cannot be told apart.
        group: of the last of calls that were under way together, all of them; empty for others.
        after_fault: whether a fault of Stripe's was mended just before.
        memory: of the run.
        account: who acts; None where the token is refused.
    """

    number: int
    subject: Subject
    call: Call
    expected: Expected
    held: Held
    memory: Memory
    reply: Reply | None = None
    broken: str | None = None
    told: list[Told] | None = None
    intents: list[PaymentIntent] = field(default_factory=list)
    before: Mapping[str, Subscription] = field(default_factory=dict)
    after: Mapping[str, Subscription] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    previous: "Exchange | None" = None
    same: bool = False
    equal: bool = False
    together: bool = False
    group: "tuple[Exchange, ...]" = ()
    after_fault: bool = False
    account: Account | None = None

    @property
    def status(self) -> int:
        """The HTTP status; 0 where nothing came."""
        return self.reply.status if self.reply else 0

    @property
    def ok(self) -> bool:
        """Whether the target says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def refused_by_http(self) -> bool:
        """Whether HTTP itself was right to refuse it: who serves HTTP knows no contract and no problems."""
        return self.call.wire is not None and self.call.wire.framing and self.status in self.expected.statuses

    @property
    def code(self) -> str | None:
        """The problem's `error_code`; None where there is none."""
        document = self.reply.document if self.reply else None
        found = document.get("error_code") if isinstance(document, dict) else None
        return found if isinstance(found, str) else None

    @cached_property
    def secret(self) -> str | None:
        """The client secret that the answer has at its place; None where it has none."""
        document = self.reply.document if self.reply and self.ok else None
        if not (isinstance(document, dict) and self.subject.secret):
            return None
        found = document.get(self.subject.secret)
        return found if isinstance(found, str) else None

    @cached_property
    def shown(self) -> str:
        """Everything of the answer that a client sees, as it came and as JSON reads it, but its own secret."""
        if self.reply is None:
            return ""
        texts = [self.reply.text, *_strings(self.reply.document)]
        if self.secret:
            once = self.reply.text.replace(self.secret, "", 1)
            texts = [once, *(t for t in _strings(self.reply.document) if t != self.secret)]
        return "\n".join([*(f"{name}: {value}" for name, value in self.reply.headers), *texts])

    @property
    def unsimulated(self) -> bool:
        """Whether Stripe was told of an intent what the simulator has not, so that no answer to it is right."""
        return any(told.status == NOT_SIMULATED for told in self.told or ())

    @property
    def writes(self) -> list[Told]:
        """The calls that were to change something at Stripe."""
        return [told for told in self.told or () if told.method != "GET"]

    @property
    def named(self) -> str:
        """The problem's `error_code` in brackets; empty where there is none."""
        return f" ({self.code})" if self.code else ""

    @property
    def blamed(self) -> frozenset[str]:
        """The places that a problem blames; none where it blames none in the contract's way."""
        document = self.reply.document if self.reply else None
        errors = document.get("errors") if isinstance(document, dict) else None
        if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
            return frozenset()
        return frozenset(str(e.get("pointer") or e.get("header") or e.get("parameter")) for e in errors)

    @property
    def struck(self) -> bool:
        """Whether a fault met one of its calls: one that waited in vain is no excuse, and asks for nothing."""
        return bool(self.faults) and any(told.fault for told in self.told or ())

    @property
    def settled(self) -> bool:
        """Whether there is an answer, and Stripe was well: what a right one is, is known."""
        return self.reply is not None and not self.faults and not self.after_fault

    @property
    def plain(self) -> bool:
        """Whether Stripe's side of this exchange alone is seen, and Stripe was well."""
        return self.judged and not self.faults

    @property
    def judged(self) -> bool:
        """Whether Stripe's side of this exchange alone can be seen."""
        return self.told is not None and not self.together


def _strings(document: Any) -> Iterator[str]:
    """Yield every text of a document, its escapes read; the names of members too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield str(name)
            yield from _strings(value)
    elif isinstance(document, list):
        for item in document:
            yield from _strings(item)
