"""Cases about identity: tokens, roles, the organization header, and whose cards a caller can use."""

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.cases.context import BEYOND, NOBODY, CaseContext
from tollbridge.verify.cases.forged_tokens import FORGED
from tollbridge.verify.model.expectation import MAY_NAME
from tollbridge.verify.model.minted_tokens import WRONG_CLAIMS
from tollbridge.verify.model.steps import (
    BAD,
    BARE,
    BASIC,
    EMPTY,
    ENDED,
    ENDING,
    EXPIRED,
    LOWER,
    OTHER_SCHEME,
    OWN,
    SCHEME_ONLY,
    TWICE,
    TWO,
    UNKNOWN,
    Call,
    Case,
    Headers,
)
from tollbridge.world import Account, Organization

MALFORMED = (
    "+4",
    "4.0",
    "1_0",
    "007",
    "",
    "0",
    "-1",
    "one",
    "9223372036854775808",
    "18446744073709551617",
    "1,7",
    "1 0",
    "٤",
)


def tokens(context: CaseContext) -> Iterator[Case]:
    """Yield calls with tokens that are not good, and that break other rules besides."""
    usable = [account for account in context.usable() if account.active]
    who = next(
        (account for account in usable if account.id == context.default().id),
        usable[0] if usable else context.default(),
    )
    bad = [UNKNOWN] if usable or context.held.anonymous else []
    bad += [EXPIRED] if who.id in context.tokens.expired else []
    bad += FORGED if who.id in context.tokens.good else ()
    bad += [BAD.format(number) for number, _ in enumerate(context.tokens.bad.get(who.id, ()))]
    bad += [
        kind for kind in context.tokens.minted.get(who.id, ()) if WRONG_CLAIMS[kind].documented or context.held.choice
    ]
    # HTTP libraries read several headers in their own ways.
    if context.held.chosen("request.http") and who.id in context.tokens.good:
        bad += [BASIC, TWICE, BARE, SCHEME_ONLY, EMPTY, OTHER_SCHEME]
        bad += [TWO] if len(context.tokens.good) > 1 else []
        yield Case("the scheme in lower case", (context.call(who).but(token=LOWER, note="the scheme in lower case"),))
    for token in bad:
        for call in _bad(context, who, token):
            yield Case(call.note, (call,))
    if not context.held.anonymous:
        yield Case("no token", (context.call(who).but(account=None, note="no token"),))
    if context.tokens.ending(who.id):
        ending, ended = (context.call(who).but(token=token, note=f"token {token}") for token in (ENDING, ENDED))
        yield Case("a token that ends during the run", (ending, ended))
    yield from _of_each(context)


def _bad(context: CaseContext, who: Account, token: str) -> Iterator[Call]:
    """Yield a call with a bad token: right but for that, and wrong in whatever is judged later."""
    right = context.call(who).but(token=token, note=f"token {token}")
    wrong = right.document | {context.subject.members.get("amount", "x"): 0}
    worse = wrong | {context.subject.members.get("currency", "y"): "xxx"}
    yield right
    yield right.but(document=wrong, note=f"token {token} and a wrong amount")
    yield right.but(document=worse, note=f"token {token} and two wrong members")
    header = context.subject.organization
    if header:
        for what, named in (("an unknown organization", str(NOBODY)), ("a malformed header", "one")):
            yield right.but(headers=((header.name, named),), note=f"token {token} and {what}")


def _of_each(context: CaseContext) -> Iterator[Case]:
    """Every account's expired token, and what disabled accounts send."""
    for account in context.usable():
        if not account.active:
            for call in _bad(context, account, OWN):
                yield Case(f"disabled account: {call.note}", (call.but(note=f"disabled account: {call.note}"),))
            continue
        more = [BAD.format(number) for number, _ in enumerate(context.tokens.bad.get(account.id, ()))]
        for token in [*([EXPIRED] if account.id in context.tokens.expired else []), *more]:
            note = f"{token} token of account {account.id}"
            for call in _bad(context, account, token):
                yield Case(note, (call.but(note=note),))


def roles(context: CaseContext) -> Iterator[Case]:
    """Yield each account with each kind of header."""
    header = context.subject.organization
    if header is None:
        return
    everybody: list[Account | None] = [None] if context.held.anonymous else []
    everybody += [account for account in context.usable() if account.active]
    for account in everybody:
        who = account or context.default()
        yield Case(f"{who.role} without header", (context.call(account, note=f"{who.role} without header"),))
        for what, named in _named(context, who):
            note = f"{who.role} names {what}"
            yield Case(note, (context.call(account, note=note).but(headers=((header.name, str(named)),)),))
        if who.role == "ORG_GROUP_ADMIN":
            yield from _alike(context, account, header.name)
        for text in MALFORMED if account in (None, everybody[-1]) else MALFORMED[:4]:
            note = f"{header.name}: {text or 'empty'}, {who.role}"
            yield Case(note, (context.call(account, note=note).but(headers=((header.name, text),)),))
        if who.role in MAY_NAME or account is None:
            for first, second in (("1", "1"), ("1", "7")):
                note = f"{header.name} twice, {who.role}"
                twice = ((header.name, first), (header.name, second))
                yield Case(note, (context.call(account, note=note).but(headers=twice),))
    yield from _with_more(context, header.name)


def _with_more(context: CaseContext, header: str) -> Iterator[Case]:
    """Yield a malformed header beside each fault of the body."""
    wrong = ((header, "0"),)
    right = context.call()
    bodies = {
        "a wrong amount": right.document | {context.subject.members.get("amount", "x"): 0},
        "an unknown member": right.document | {"x": 1},
        "an empty body": {},
    }
    for what, document in bodies.items():
        note = f"a wrong header and {what}"
        yield Case(note, (right.but(document=document, headers=wrong, note=note),))


def _named(context: CaseContext, who: Account) -> Iterator[tuple[str, int]]:
    managed = context.world.groups.get(who.group or 0, frozenset())
    for organization in context.world.organizations.values():
        own, member = organization.id == who.organization, organization.id in managed
        what = "the own organization" if own else "one of the group" if member else "another organization"
        state = "" if organization.customer else " without customer"
        yield what + state, organization.id
    yield "an unknown organization", NOBODY
    for size in BEYOND if who.role in MAY_NAME and who.organization else ():
        yield f"the own organization, were it counted to {size}", size + int(who.organization or 0)


def _alike(context: CaseContext, account: Account | None, header: str) -> Iterator[Case]:
    who = account or context.default()
    managed = context.world.groups.get(who.group or 0, frozenset())
    foreign = next(
        (o.id for o in context.world.organizations.values() if o.id not in managed and o.id != who.organization), None
    )
    if foreign:
        calls = tuple(context.call(account).but(headers=((header, str(one)),)) for one in (foreign, NOBODY))
        yield Case("a foreign and an unknown organization", calls, same=True)


def methods(context: CaseContext) -> Iterator[Case]:
    """Yield payment methods by their relation to who pays, charged on the server and not; then who else pays."""
    if "payment_method" in context.subject.members:
        yield from _at_home(context)
    yield from _elsewhere(context)


def _at_home(context: CaseContext) -> Iterator[Case]:
    """Yield the default organization's methods, and what it may not pay with."""
    home = context.home()
    foreign = [
        m for o in context.world.organizations.values() if home and o.id != home.id for m in o.payment_methods.values()
    ]
    for confirm in (False, True) if "confirm" in context.subject.members else (False,):
        how = " and charges" if confirm else ""
        for method in home.payment_methods.values() if home else ():
            what = f"own card {method.card[-4:]}{'' if method.attached else ', not attached'}{how}"
            yield Case(what, (_paying(context, None, method.id, confirm, what),))
        wrapped = [(f"own, were it counted to {size},", size + card) for card in _some(home)[:1] for size in BEYOND]
        for what, identity in (("foreign", foreign[0].id if foreign else None), ("unknown", NOBODY), *wrapped):
            if identity:
                yield Case(f"{what} method{how}", (_paying(context, None, identity, confirm, f"{what} method{how}"),))
    if foreign:
        calls = tuple(_paying(context, None, one, False, "") for one in (foreign[0].id, NOBODY))
        yield Case("a foreign and an unknown method", calls, same=True)


def _elsewhere(context: CaseContext) -> Iterator[Case]:
    """Organizations besides the default one, by their own accounts and by those who may name them."""
    for what, account, organization, headers in _acting(context):
        for note, roles in _attempts(context, organization):
            note = f"{what} {note}"
            yield Case(note, (context.call(account, note=note, **roles).but(headers=headers),))
        yield from _foreign_and_unknown(context, what, account, organization, headers)


def _acting(context: CaseContext) -> Iterator[tuple[str, Account, Organization, Headers]]:
    """Yield who acts for which organization, in words, with the headers that say so."""
    for account in context.usable():
        own = context.world.organizations.get(account.organization or 0)
        if own and account.active and account.id != context.default().id:
            yield f"{account.role} of {own.name}", account, own, ()
    for account, organization, headers in context.named() if context.held.names_organization else ():
        yield f"{account.role} for {organization.name}", account, organization, headers


def _attempts(context: CaseContext, organization: Organization) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ways to pay for an organization, in words: without a card, with its cards, and with everybody else's."""
    charges: dict[str, Any] = {"confirm": True} if "confirm" in context.subject.members else {}
    yield "pays", {}
    if charges:
        yield "charges", charges
    if "payment_method" not in context.subject.members:
        return
    for method in _some(organization):
        yield "with a card", {"payment_method": method}
        if charges:
            yield "charges a card", {"payment_method": method} | charges
    for other in context.world.organizations.values():
        for foreign in other.payment_methods if other is not organization else ():
            yield "with a foreign card", {"payment_method": foreign}


def _foreign_and_unknown(
    context: CaseContext, what: str, account: Account, organization: Organization, headers: Headers
) -> Iterator[Case]:
    """Yield, of each other organization, the pair of a foreign and an unknown card."""
    for other in context.world.organizations.values():
        shows = other is not organization and "payment_method" in context.subject.members
        foreign = [*other.payment_methods][:1] if shows else []
        calls = tuple(
            context.call(account, payment_method=one).but(headers=headers) for card in foreign for one in (card, NOBODY)
        )
        if calls and organization.customer and organization.subscription:
            yield Case(f"{what} with a foreign and an unknown method", calls, same=True)


def _some(organization: Organization | None) -> list[int]:
    return list(organization.payment_methods)[:2] if organization else []


def _paying(context: CaseContext, account: Account | None, method: int, confirm: bool, note: str) -> Call:
    return context.call(account, note=note, payment_method=method, **({"confirm": True} if confirm else {}))
