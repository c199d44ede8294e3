"""Reading a world from a YAML file: its shape by JSON Schema, its references by hand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tollbridge.world.model import Account, Organization, PaymentMethod, TokenRules, World
from tollbridge.world.references import Complaint, broken_references
from tollbridge.world.text import Text

VISA = "4242424242424242"


class WorldError(Exception):
    """The world file cannot be used; the sentence says where and why."""


def load_world(path: Path) -> World:
    """Read a world.

    Args:
        path: a YAML file, as `schema.json` beside this module describes it.

    Raises:
        WorldError: the file cannot be read, has another shape, or names what is not there; a line for each fault,
            with the file's line and the path of the value.
    """
    text = _read(path)
    complaints = [*_complaints(text)]
    if complaints:
        lines = (f"{path}:{text.line(place)}: {_spelt(place)}: {said}." for place, said in complaints)
        raise WorldError("\n".join(lines))
    return _world(text.document)


def world_schema() -> bytes:
    """Return the JSON Schema of a world file."""
    return files("tollbridge.world").joinpath("schema.json").read_bytes()


def _complaints(text: Text) -> Iterator[Complaint]:
    """Yield what is wrong: the shape first; only a world of the right shape is asked for its references."""
    shaped = True
    for error in jsonschema_rs.Draft7Validator(json.loads(world_schema())).iter_errors(text.document):
        shaped = False
        yield tuple(error.instance_path), error.message
    for place in text.doubled():
        yield place, f"{place[-1]} is given twice"
    if shaped:
        yield from broken_references(text.document)


def _spelt(place: Sequence[str | int]) -> str:
    return "/".join(str(step) for step in place) or "the file"


def _read(path: Path) -> Text:
    try:
        return Text(path)
    except OSError as error:
        raise WorldError(f"{path}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise WorldError(f"{path}: is not YAML: {' '.join(str(error).split())}.") from None


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
    )
