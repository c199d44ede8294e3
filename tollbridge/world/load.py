"""Reading a world from a file: its shape by JSON Schema, its references by hand."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs

from tollbridge.documents import DocumentError, Place, fits, listed, placed, printable, read_document
from tollbridge.world.model import Account, Organization, PaymentMethod, TokenRules, World
from tollbridge.world.references import Complaint, broken_references

VISA = "4242424242424242"
MAX_TOLD, MAX_DEPTH = 50_000, 100
"""Values and names, and levels, of a world whose every error is told."""

SECRET = frozenset({"token", "expired_token", "bad_tokens", "claims", "secret"})
"""Members whose values no complaint repeats."""

MESSAGE_SHOWN = 300
PLACE_SHOWN = 200


class WorldError(Exception):
    """The world file cannot be used; the sentence says where and why."""


def load_world(path: Path) -> World:
    """Read a world.

    Args:
        path: a file in YAML or JSON, as `schema.json` beside this module describes it.

    Raises:
        WorldError: the file cannot be read, has another shape, or names what does not exist; a line for each fault,
            with the file's line and the path of the value.
    """
    try:
        document = read_document(path)
    except DocumentError as error:
        raise WorldError(str(error)) from None
    complaints = _complaints(document.value)
    if said := listed(f"{path}:{document.line(place)}: {_spelt(place)}: {what}." for place, what in complaints):
        raise WorldError(said)
    return _world(document.value)


def world_schema() -> bytes:
    """Return the JSON Schema of a world file."""
    return files("tollbridge.world").joinpath("schema.json").read_bytes()


def _complaints(document: Any) -> Iterator[Complaint]:
    """Yield what is wrong: the shape first; only a world of the right shape is asked for its references."""
    schema = json.loads(world_schema())
    shown, masked = (jsonschema_rs.Draft7Validator(schema, mask=mask) for mask in (None, "the value"))
    if shown.is_valid(document):
        yield from broken_references(document)
        return
    for error, hidden in zip(_errors(shown, document), _errors(masked, document), strict=True):
        place = placed(document, error.instance_path)
        said = (hidden if SECRET.intersection(place) else error).message
        yield place, printable(said, MESSAGE_SHOWN)


def _errors(validator: jsonschema_rs.Draft7Validator, document: Any) -> Iterable[jsonschema_rs.ValidationError]:
    """Return every error of a document; of a large one the first, as all of them may take gigabytes."""
    if fits(document, nodes=MAX_TOLD, depth=MAX_DEPTH):
        return validator.iter_errors(document)
    try:
        validator.validate(document)
    except jsonschema_rs.ValidationError as first:
        return [first]
    return []


def _spelt(place: Place) -> str:
    return printable("/".join(str(step) for step in place), PLACE_SHOWN) or "the file"


def _world(document: Mapping[str, Any]) -> World:
    accounts = {entry["id"]: _account(entry) for entry in document["accounts"]}
    return World(
        organizations={entry["id"]: _organization(entry) for entry in document["organizations"]},
        groups={entry["id"]: frozenset(entry["organizations"]) for entry in document.get("groups", ())},
        accounts=accounts,
        default_account=accounts[document["default_account"]],
        settlement_currency=document.get("settlement_currency", "usd"),
        tokens=TokenRules(**document.get("tokens", {})),
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
        claims=entry.get("claims", {}),
        token=entry.get("token"),
        expired_token=entry.get("expired_token"),
        bad_tokens=tuple(entry.get("bad_tokens", ())),
    )
