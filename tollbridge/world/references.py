"""Rules that a world's schema cannot express: ids are unique, and references name existing objects."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tollbridge.documents import Place

Complaint = tuple[Place, str]
"""Where, and what is wrong there."""


def broken_references(document: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield what is wrong between the parts of a world that fits its schema."""
    organizations, accounts, groups = document["organizations"], document["accounts"], document.get("groups", [])
    yield from _doubles(organizations, accounts, groups)
    known = {o["id"] for o in organizations}
    for index, group in enumerate(groups):
        for place, name in enumerate(group["organizations"]):
            if name not in known:
                path: Place = ("groups", index, "organizations", place)
                yield path, f"group {group['id']} names organization {name}, which does not exist"
    yield from _strays(accounts, {"organization": known, "group": {group["id"] for group in groups}})
    if document["default_account"] not in {a["id"] for a in accounts}:
        path = ("default_account",)
        yield path, f"default_account names account {document['default_account']}, which does not exist"
    for index, organization in enumerate(organizations):
        yield from _dangling(("organizations", index), organization)


def _strays(accounts: list[Mapping[str, Any]], known: Mapping[str, set[Any]]) -> Iterator[Complaint]:
    for index, account in enumerate(accounts):
        for member, ids in known.items():
            if member in account and account[member] not in ids:
                path: Place = ("accounts", index, member)
                yield path, f"account {account['id']} names {member} {account[member]}, which does not exist"


def _doubles(
    organizations: list[Mapping[str, Any]], accounts: list[Mapping[str, Any]], groups: list[Mapping[str, Any]]
) -> Iterator[Complaint]:
    for member, entries in (("organizations", organizations), ("groups", groups), ("accounts", accounts)):
        ids: list[tuple[Place, Any]] = [((member, index, "id"), entry["id"]) for index, entry in enumerate(entries)]
        yield from _twice(f"{member[:-1]} id", ids)
    methods: list[tuple[Place, Mapping[str, Any]]] = [
        (("organizations", index, "payment_methods", place), method)
        for index, organization in enumerate(organizations)
        for place, method in enumerate(organization.get("payment_methods", ()))
    ]
    yield from _twice("payment method id", (((*path, "id"), method["id"]) for path, method in methods))
    yield from _twice("payment method's Stripe id", (((*path, "stripe"), m["stripe"]) for path, m in methods))
    for member in ("customer", "subscription"):
        yield from _twice(
            member,
            (
                (("organizations", index, member, "id"), organization[member]["id"])
                for index, organization in enumerate(organizations)
                if member in organization
            ),
        )


def _twice(what: str, ids: Iterable[tuple[Place, Any]]) -> Iterator[Complaint]:
    seen: set[Any] = set()
    for path, identity in ids:
        if identity in seen:
            yield path, f"{what} {identity} is given twice"
        seen.add(identity)


def _dangling(path: Place, organization: Mapping[str, Any]) -> Iterator[Complaint]:
    place = f"organization {organization['id']}"
    if "customer" not in organization:
        for name in ("subscription", "default_source"):
            if name in organization:
                yield (*path, name), f"{place} has a {name} and no customer"
    if "default_source" not in organization:
        return
    source = organization["default_source"]
    attached = {m["id"]: m.get("attached", True) for m in organization.get("payment_methods", ())}
    if source not in attached:
        yield (*path, "default_source"), f"{place} names payment method {source}, which does not exist"
    elif not attached[source]:
        yield (*path, "default_source"), f"{place} has default_source {source}, which is not attached"
