"""Reading a world from a YAML file: its shape by JSON Schema, its references by hand."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tollbridge.world.model import Account, Organization, PaymentMethod, World

VISA = "4242424242424242"


class WorldError(Exception):
    """The world file cannot be used; the sentence says where and why."""


def load_world(path: Path) -> World:
    """Read a world.

    Args:
        path: a YAML file, as `schema.json` beside this module describes it.

    Raises:
        WorldError: the file cannot be read, has another shape, or names what is not there.
    """
    document = _read(path)
    schema = json.loads(files("tollbridge.world").joinpath("schema.json").read_bytes())
    for error in jsonschema_rs.Draft7Validator(schema).iter_errors(document):
        place = "/".join(str(step) for step in error.instance_path) or "the file"
        raise WorldError(f"{path}: {place}: {error.message}.")
    complaint = next(iter(_broken_references(document)), None)
    if complaint:
        raise WorldError(f"{path}: {complaint}.")
    return _world(document)


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise WorldError(f"{path}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise WorldError(f"{path}: is not YAML: {' '.join(str(error).split())}.") from None


def _world(document: Mapping[str, Any]) -> World:
    accounts = {entry["id"]: _account(entry) for entry in document["accounts"]}
    return World(
        organizations={entry["id"]: _organization(entry) for entry in document["organizations"]},
        groups={entry["id"]: frozenset(entry["organizations"]) for entry in document.get("groups", ())},
        accounts=accounts,
        default_account=accounts[document["default_account"]],
        settlement_currency=document.get("settlement_currency", "usd"),
    )


def _organization(entry: Mapping[str, Any]) -> Organization:
    methods = (
        PaymentMethod(m["id"], m["stripe"], m.get("card", VISA), m.get("attached", True))
        for m in entry.get("payment_methods", ())
    )
    customer = entry.get("customer", {})
    return Organization(
        id=entry["id"],
        name=entry.get("name", f"Organization {entry['id']}"),
        customer=customer.get("id"),
        email=customer.get("email"),
        subscription=entry.get("subscription", {}).get("id"),
        default_source=entry.get("default_source"),
        payment_methods={method.id: method for method in methods},
    )


def _account(entry: Mapping[str, Any]) -> Account:
    return Account(
        id=entry["id"],
        name=entry.get("name", f"Account {entry['id']}"),
        role=entry["role"],
        organization=entry.get("organization"),
        group=entry.get("group"),
        active=entry.get("active", True),
    )


def _broken_references(document: Mapping[str, Any]) -> Iterable[str]:
    organizations, accounts = document["organizations"], document["accounts"]
    groups = document.get("groups", [])
    methods = [m for o in organizations for m in o.get("payment_methods", ())]
    for kind, entries in (("organization", organizations), ("group", groups), ("account", accounts)):
        yield from _doubled(f"{kind} id", (entry["id"] for entry in entries))
    yield from _doubled("payment method id", (m["id"] for m in methods))
    yield from _doubled("payment method's Stripe id", (m["stripe"] for m in methods))
    yield from _doubled("customer", (o["customer"]["id"] for o in organizations if "customer" in o))
    yield from _doubled("subscription", (o["subscription"]["id"] for o in organizations if "subscription" in o))
    known = {o["id"] for o in organizations}
    for group in groups:
        yield from _unknown(f"group {group['id']}", "organization", group["organizations"], known)
    for account in accounts:
        place = f"account {account['id']}"
        yield from _unknown(place, "organization", _given(account, "organization"), known)
        yield from _unknown(place, "group", _given(account, "group"), {group["id"] for group in groups})
    yield from _unknown("default_account", "account", [document["default_account"]], {a["id"] for a in accounts})
    for organization in organizations:
        yield from _dangling(organization)


def _dangling(organization: Mapping[str, Any]) -> Iterable[str]:
    place = f"organization {organization['id']}"
    if "customer" not in organization:
        for name in ("subscription", "default_source"):
            if name in organization:
                yield f"{place} has a {name} and no customer"
    own = {m["id"]: m.get("attached", True) for m in organization.get("payment_methods", ())}
    yield from _unknown(place, "payment method", _given(organization, "default_source"), set(own))
    for source in _given(organization, "default_source"):
        if own.get(source) is False:
            yield f"{place} has default_source {source}, which is not attached"


def _given(entry: Mapping[str, Any], name: str) -> list[Any]:
    return [entry[name]] if name in entry else []


def _doubled(what: str, values: Iterable[object]) -> Iterable[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{what} {value} is given {count} times"


def _unknown(place: str, what: str, named: Iterable[object], known: set[Any]) -> Iterable[str]:
    for name in named:
        if name not in known:
            yield f"{place} names {what} {name}, which does not exist"
