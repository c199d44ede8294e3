"""Who asks: tokens, roles, and the header that names an organization; and what each may pay with."""

from collections.abc import Iterator

from tollbridge.verify.calls import BASIC, EXPIRED, TWICE, UNKNOWN, Call, Case
from tollbridge.verify.cases.stage import Stage
from tollbridge.world import Account, Organization

NOBODY = 999_999_937
MALFORMED = ("+4", "4.0", "1_0", "007", "", "0", "-1", "one", "9223372036854775808", "1,7", "1 ", "٤")


def tokens(stage: Stage) -> Iterator[Case]:
    """Yield calls with tokens that are not good, and that break other rules besides."""
    usable = [account for account in stage.usable() if account.active]
    who = next(
        (account for account in usable if account.id == stage.default().id), usable[0] if usable else stage.default()
    )
    bad = [UNKNOWN, BASIC] if usable or stage.held.anonymous else []
    bad += [EXPIRED] if who.id in stage.tokens.expired else []
    bad += [TWICE] if who.id in stage.tokens.good else []
    right = stage.call(who)
    broken = right.document | {stage.subject.members.get("amount", "x"): 0}
    for token in bad:
        for what, document in (("", right.document), (" and a wrong amount", broken)):
            call = right.but(token=token, document=document, note=f"token {token}{what}")
            yield Case(call.note, (call,))
    if not stage.held.anonymous:
        yield Case("no token", (right.but(account=None, note="no token"),))
    for account in stage.usable():
        if not account.active:
            yield Case("disabled account", (stage.call(account, note="disabled account"),))


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
