"""What `--hold` takes: origins of rules, groups of our choices, and single rules."""

from collections.abc import Collection, Iterator, Mapping

from tollbridge.contract import Contract
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.terms import CHOICE, DOCUMENTED, PROVIDER, Held

ORIGINS = (DOCUMENTED, PROVIDER, CHOICE)
"""Each holds those before it too."""

USUAL = frozenset({DOCUMENTED, PROVIDER})
"""What a server of somebody else is held to where no origin is named."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "wire": (
        "request.http",
        "body.json",
        "body.media",
        "body.size",
        "body.integers",
        "accept.quality",
        "path.exact",
        "path.methods",
    ),
    "members": ("body.members", "body.null", "currency.list", "amount.alone", "description.nul"),
    "tenancy": (
        "organization.header",
        "organization.own",
        "organization.unknown",
        "method.owner",
        "roles.all",
        "token.optional",
    ),
    "problems": (
        "refusal.problem",
        "refusal.complete",
        "refusal.order",
        "refusal.echo",
        "refusal.page",
        "success.status",
        "cache.none",
    ),
    "subscription": ("subscription.order", "subscription.untouched", "subscription.failed"),
    "recovery": ("provider.health", "provider.refusal", "provider.time", "charge.unknown", "charge.processing"),
    "repeats": ("request.independent", "prefer.steers"),
}
"""Our choices, by what they are about."""

SAYS: Mapping[str, str] = {
    "wire": "how strictly HTTP, JSON, media types, paths and methods are read",
    "members": "unknown members, null, the list of currencies",
    "tenancy": "how an organization is named, and that foreign things look like unknown ones",
    "problems": "RFC 9457, every violation with its place, exact statuses, no echo, no-store",
    "subscription": "when the subscription takes the card, and what happens where it cannot",
    "recovery": "which problem tells which failure of Stripe's, and how soon",
    "repeats": "equal requests are two, and Prefer is not followed in silence",
}
"""Each group in words."""


def held_to(names: Collection[str], contract: Contract) -> Held:
    """Return what a target is held to.

    Args:
        names: origins, groups, and ids of rules; an origin holds those before it, groups and rules count beside these.
        contract: whose rules they are.

    Raises:
        VerifyError: a name is none of these.
    """
    known = {rule.id for rule in contract.rules}
    if unknown := [name for name in names if name not in (*ORIGINS, *GROUPS) and name not in known]:
        raise VerifyError(
            f"--hold: {', '.join(unknown)} is not an origin ({', '.join(ORIGINS)}), a group ({', '.join(GROUPS)}) or "
            f"the id of a rule of {contract.path.name}."
        )
    levels = [ORIGINS.index(name) for name in names if name in ORIGINS]
    origins = frozenset(ORIGINS[: max(levels) + 1]) if levels else USUAL
    rules = {rule for name in names for rule in GROUPS.get(name, () if name in ORIGINS else (name,))}
    return Held(origins, contract, rules=frozenset(rules) & known)


def held_names(held: Held) -> list[str]:
    """Return what a target is held to, as `--hold` takes it: origins, then whole groups and rules beside them."""
    return [*sorted(held.origins), *(() if held.choice else _beside(held.rules))]


def _beside(rules: Collection[str]) -> Iterator[str]:
    left = set(rules)
    for group, of_it in GROUPS.items():
        if left.issuperset(of_it):
            yield group
            left -= {*of_it}
    yield from sorted(left)


def group_of(rule: str) -> str:
    """Return what `--hold` takes to hold a choice of ours: its group, or the rule itself where it is in none."""
    return next((group for group, rules in GROUPS.items() if rule in rules), rule)
