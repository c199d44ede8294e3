"""Amounts at their edges, currencies and near-misses of currencies."""

import re
from collections.abc import Iterator
from typing import Any

from tollbridge.verify.cases.context import AMOUNT, BEYOND, FAR_BEYOND, CaseContext
from tollbridge.verify.model.steps import Case
from tollbridge.world import Account

WITHDRAWN = ("hrk", "eek", "ltl", "lvl", "sll", "vef", "mro", "usdc")
NEAR = ("USD", "Usd", "usd\n", " usd", "usd ", "us", "usdd", "", "xxx", "\uff55\uff53\uff44", "$", "840")
ODD_AMOUNTS = (0, -1, -100, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**30)
FRACTIONS = (4_200.5, 4_200.0001, 0.5)
"""Amounts that are right once they are rounded, or cut."""


FIRST = ("usd", "jpy", "kwd", "isk", "eur", "ugx", "gbp", "cad")
"""Currencies of each kind."""


def money(context: CaseContext) -> Iterator[Case]:
    """Yield the edges of a few currencies, of each kind, amounts of each length in them, and near-misses."""
    rows = {row[0]: row for row in context.subject.money()}
    for code in FIRST:
        if code in rows:
            yield from _in_each_way(context, *rows[code])
            yield from _between(context, *rows[code])
    if rows:
        yield from _near_misses(context)


def currencies(context: CaseContext) -> Iterator[Case]:
    """Yield the edges of all other currencies."""
    for row in context.subject.money():
        if row[0] not in FIRST:
            yield from _in_each_way(context, *row)


def _in_each_way(context: CaseContext, code: str, least: int, most: int, step: int) -> Iterator[Case]:
    yield from _edges(context, code, least, most, step)
    for what, account, roles in _ways(context):
        amount = max(least, 4_321_000)
        yield _case(context, f"{amount} {code}{what}", account, amount=amount, currency=code, **roles)


def _edges(context: CaseContext, code: str, least: int, most: int, step: int) -> Iterator[Case]:
    highest = most - most % step
    edges = {
        "the minimum": least,
        "one step above the minimum": least + step,
        "one below the minimum": least - 1,
        "eight digits": highest,
        "nine digits": most + 1,
    }
    if step > 1:
        edges |= {"off the step": least + step + 1, "one below a step": least + 2 * step - 1}
        edges |= {f"a {part}th of a step above one": least + step + step // part for part in _primes_of(step)}
    for what, amount in edges.items():
        yield _case(context, f"{what} of {code}", amount=amount, currency=code)


def _primes_of(step: int) -> list[int]:
    """Return the primes of a step: a check of a finer step lets its half, or its fifth, pass."""
    return [prime for prime in (2, 3, 5, 7) if step % prime == 0]


def _between(context: CaseContext, code: str, least: int, most: int, step: int) -> Iterator[Case]:
    """Yield an odd amount of each length, in turn plain, with a card, charged, of another payer."""
    ways = [*_ways(context)]
    for turn, digits in enumerate((1, 12, 987, 1_234, 98_765, 123_457, 9_876_543, 12_345_679)):
        amount = digits * step if digits * step <= most else digits - digits % step
        if least < amount <= most:
            what, account, roles = ways[(turn + _turn(code)) % len(ways)]
            yield _case(context, f"{amount} {code}{what}", account, amount=amount, currency=code, **roles)


def _turn(code: str) -> int:
    """Return where a currency begins, so that not all of them have the same amounts charged."""
    return sum(map(ord, code))


def _ways(context: CaseContext) -> Iterator[tuple[str, Account | None, dict[str, Any]]]:
    """Yield ways to pay: in words, who asks, and members by role."""
    members, home = context.subject.members, context.home()
    good = context.methods(home, good=True)
    charged: dict[str, Any] = {"confirm": True} if "confirm" in members else {}
    yield "", None, {}
    if good:
        yield " with a card", None, {"payment_method": good[0].id}
    if charged and home and home.default_source:
        yield ", charged", None, charged
    if charged and good:
        yield ", charged to a card", None, {"payment_method": good[0].id} | charged
    for account, organization in context.payers():
        if account:
            yield f" of {organization.name}", account, {}
            return


def _near_misses(context: CaseContext) -> Iterator[Case]:
    known = {code for code, *_ in context.subject.money()}
    for code in (*NEAR, *(w for w in WITHDRAWN if w not in known)):
        shown = re.sub(r"[^!-~]", lambda found: f"U+{ord(found.group()):04X}", code)
        yield _case(context, f"currency {shown or 'empty'}", currency=code)
    for amount in ODD_AMOUNTS:
        yield _case(context, f"amount {amount if amount < 10**20 else '10^30'}", amount=amount)
    for fraction in FRACTIONS:
        yield _case(context, f"amount {fraction}", amount=fraction)
    for size in (*BEYOND, *FAR_BEYOND):
        for wraps in (size + AMOUNT, AMOUNT - size):
            yield _case(context, f"an amount that is right where it wraps at {size}: {wraps}", amount=wraps)
    yield _case(context, "amount and currency wrong", amount=0, currency="xxx")


def _case(context: CaseContext, what: str, account: Account | None = None, **roles: Any) -> Case:
    return Case(what, (context.call(account, note=what, **roles),))
