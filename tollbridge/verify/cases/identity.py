"""Who asks: tokens, roles, and the header that names an organization; and what each may pay with."""

from collections.abc import Iterator

from tollbridge.verify.calls import (
    BARE,
    BASIC,
    EMPTY,
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
)
from tollbridge.verify.cases.stage import Stage
from tollbridge.verify.forgery import FORGED
from tollbridge.world import Account, Organization

NOBODY = 999_999_937
MALFORMED = ("+4", "4.0", "1_0", "007", "", "0", "-1", "one", "9223372036854775808", "1,7", "1 ", "٤")


def tokens(stage: Stage) -> Iterator[Case]:
    """Yield calls with tokens that are not good, and that break other rules besides."""
    usable = [account for account in stage.usable() if account.active]
    who = next(
        (account for account in usable if account.id == stage.default().id), usable[0] if usable else stage.default()
    )
    bad = [UNKNOWN] if usable or stage.held.anonymous else []
    bad += [EXPIRED] if who.id in stage.tokens.expired else []
    bad += FORGED if who.id in stage.tokens.good else ()
    if stage.held.choice and who.id in stage.tokens.good:  # HTTP libraries read several headers in their own ways
        bad += [BASIC, TWICE, BARE, SCHEME_ONLY, EMPTY, OTHER_SCHEME]
        bad += [TWO] if len(stage.tokens.good) > 1 else []
        yield Case("the scheme in lower case", (stage.call(who).but(token=LOWER, note="the scheme in lower case"),))
    for token in bad:
        for call in _bad(stage, who, token):
            yield Case(call.note, (call,))
    if not stage.held.anonymous:
        yield Case("no token", (stage.call(who).but(account=None, note="no token"),))
    yield from _of_each(stage)


def _bad(stage: Stage, who: Account, token: str) -> Iterator[Call]:
    """Yield a call with a bad token: right but for that, and wrong in whatever is judged later."""
    right = stage.call(who).but(token=token, note=f"token {token}")
    wrong = right.document | {stage.subject.members.get("amount", "x"): 0}
    worse = wrong | {stage.subject.members.get("currency", "y"): "xxx"}
    yield right
    yield right.but(document=wrong, note=f"token {token} and a wrong amount")
    yield right.but(document=worse, note=f"token {token} and two wrong members")
    header = stage.subject.organization
    if header:
        for what, named in (("an unknown organization", str(NOBODY)), ("a malformed header", "one")):
            yield right.but(headers=((header.name, named),), note=f"token {token} and {what}")


def _of_each(stage: Stage) -> Iterator[Case]:
    """Every account's expired token, and what disabled accounts send."""
    for account in stage.usable():
        if not account.active:
            for call in _bad(stage, account, OWN):
                yield Case(f"disabled account: {call.note}", (call.but(note=f"disabled account: {call.note}"),))
        elif account.id in stage.tokens.expired:
            note = f"expired token of account {account.id}"
            for call in _bad(stage, account, EXPIRED):
                yield Case(note, (call.but(note=note),))


def roles(stage: Stage) -> Iterator[Case]:
    """Yield each account with each kind of header."""
    header = stage.subject.organization
    if header is None:
        return
    everybody: list[Account | None] = [None] if stage.held.anonymous else []
    everybody += [account for account in stage.usable() if account.active]
    for account in everybody:
        who = account or stage.default()
        yield Case(f"{who.role} without header", (stage.call(account, note=f"{who.role} without header"),))
        for what, named in _named(stage, who):
            note = f"{who.role} names {what}"
            yield Case(note, (stage.call(account, note=note).but(headers=((header.name, str(named)),)),))
        if who.role == "ORG_GROUP_ADMIN":
            yield from _alike(stage, account, header.name)
    for text in MALFORMED:
        note = f"{header.name}: {text or 'empty'}"
        yield Case(note, (stage.call(note=note).but(headers=((header.name, text),)),))
        for account in stage.usable()[:1]:
            yield Case(note, (stage.call(account, note=note).but(headers=((header.name, text),)),))
    twice = ((header.name, "1"), (header.name, "1"))
    yield Case(f"{header.name} twice", (stage.call(note=f"{header.name} twice").but(headers=twice),))
    other = ((header.name, "0"),)
    wrong = stage.call(note="header and body wrong", amount=0).but(headers=other)
    yield Case("header and body wrong", (wrong,))


def _named(stage: Stage, who: Account) -> Iterator[tuple[str, int]]:
    managed = stage.world.groups.get(who.group or 0, frozenset())
    for organization in stage.world.organizations.values():
        own, member = organization.id == who.organization, organization.id in managed
        what = "the own organization" if own else "one of the group" if member else "another organization"
        state = "" if organization.customer else " without customer"
        yield what + state, organization.id
    yield "an unknown organization", NOBODY


def _alike(stage: Stage, account: Account | None, header: str) -> Iterator[Case]:
    who = account or stage.default()
    managed = stage.world.groups.get(who.group or 0, frozenset())
    foreign = next(
        (o.id for o in stage.world.organizations.values() if o.id not in managed and o.id != who.organization), None
    )
    if foreign:
        calls = tuple(stage.call(account).but(headers=((header, str(one)),)) for one in (foreign, NOBODY))
        yield Case("a foreign and an unknown organization", calls, same=True)


def methods(stage: Stage) -> Iterator[Case]:
    """Yield payment methods by their relation to who pays, charged on the server and not."""
    if "payment_method" not in stage.subject.members:
        return
    home = stage.home()
    foreign = [
        m for o in stage.world.organizations.values() if home and o.id != home.id for m in o.payment_methods.values()
    ]
    for confirm in (False, True) if "confirm" in stage.subject.members else (False,):
        how = " and charges" if confirm else ""
        for method in home.payment_methods.values() if home else ():
            what = f"own card {method.card[-4:]}{'' if method.attached else ', not attached'}{how}"
            yield Case(what, (_paying(stage, None, method.id, confirm, what),))
        for what, identity in (("foreign", foreign[0].id if foreign else None), ("unknown", NOBODY)):
            if identity:
                yield Case(f"{what} method{how}", (_paying(stage, None, identity, confirm, f"{what} method{how}"),))
    if foreign:
        calls = tuple(_paying(stage, None, one, False, "") for one in (foreign[0].id, NOBODY))
        yield Case("a foreign and an unknown method", calls, same=True)
    yield from _elsewhere(stage)


def _elsewhere(stage: Stage) -> Iterator[Case]:
    """Organizations besides the default one: those that can pay, those that cannot, those without a default source."""
    for account in stage.usable():
        organization = stage.world.organizations.get(account.organization or 0)
        if organization is None or not account.active or account.id == stage.default().id:
            continue
        what = f"{account.role} of {organization.name}"
        yield Case(f"{what} pays", (stage.call(account, note=f"{what} pays"),))
        if "confirm" in stage.subject.members:
            yield Case(f"{what} charges", (stage.call(account, note=f"{what} charges", confirm=True),))
        for method in _some(organization):
            yield Case(f"{what} with a card", (_paying(stage, account, method, False, f"{what} with a card"),))
        home = stage.home()
        if home and home.id != organization.id:
            for method in _some(home):
                note = f"{what} with a foreign card"
                yield Case(note, (_paying(stage, account, method, False, note),))


def _some(organization: Organization) -> list[int]:
    return list(organization.payment_methods)[:2]


def _paying(stage: Stage, account: Account | None, method: int, confirm: bool, note: str) -> Call:
    return stage.call(account, note=note, payment_method=method, **({"confirm": True} if confirm else {}))
