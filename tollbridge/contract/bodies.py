"""The bodies that an operation takes, by their media types, and how each is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tollbridge.contract.errors import Unserved
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.schemas import Schemas
from tollbridge.contract.types import type_of
from tollbridge.documents import Place, printable

JSON = "application/json"
JSON_TYPE = re.compile(r"(?:application|text)/(?:[a-z0-9.!#$&^_-]+\+)?json")
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+*-]{1,127}/[a-z0-9!#$&^_.+*-]{1,127}")
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")
SHOWN = 100


class Reading(StrEnum):
    """How a body is read."""

    JSON = "JSON"
    FORM = "a form"
    PARTS = "parts of a form"
    TEXT = "text"
    BYTES = "bytes"


@dataclass(frozen=True)
class Field:
    """How a member of a form is sent, where the contract says it.

    Args:
        style: `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`; empty where the contract says none.
        explode: whether each item of a list is sent by itself.
        types: the media types that it may have as a part; empty for any.
    """

    style: str = ""
    explode: bool = True
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """A body that an operation takes.

    Args:
        media_type: in lower case, without parameters; or a range, such as `image/*`.
        reading: how it is read; None where a range leaves that to what is sent.
        check: its schema.
        fields: of a form, by the members' names.
    """

    media_type: str
    reading: Reading | None
    check: SchemaCheck
    fields: Mapping[str, Field] = field(default_factory=dict)


def essence(name: str) -> str:
    """Return a media type in lower case, without its parameters."""
    return name.partition(";")[0].strip().lower()


def is_json_type(media_type: str) -> bool:
    """Tell whether a media type, in lower case and without parameters, is JSON's or a vendor's JSON."""
    return JSON_TYPE.fullmatch(media_type) is not None


def reading_of(media_type: str, check: SchemaCheck) -> Reading | None:
    """Return how a body of a media type is read; None where it is not."""
    plain = {FORM: Reading.FORM, PARTS: Reading.PARTS}
    if is_json_type(media_type):
        return Reading.JSON
    if media_type in plain:
        return plain[media_type]
    if type_of(check) in ("object", "array"):  # such as XML: what is sent would have to be made an object of
        return None
    return Reading.TEXT if media_type.startswith("text/") else Reading.BYTES


def bodies_of(content: Mapping[str, Any], place: Place, schemas: Schemas) -> tuple[Body, ...]:
    """Return the bodies that are read, JSON first.

    Args:
        content: of a request body.
        place: of the content.
        schemas: of the document.

    Raises:
        Unserved: none of them is read.
    """
    found = [*_bodies(content, place, schemas)]
    if not found:
        types = printable(" or ".join(content), SHOWN)
        raise Unserved(f"a body of {types} is not read; JSON, forms, text and bytes are.", place[:-1])
    return tuple(sorted(found, key=_rank))


def _rank(body: Body) -> int:
    order = [JSON, *(Reading.JSON, Reading.FORM, Reading.PARTS, Reading.TEXT, Reading.BYTES)]
    return order.index(body.media_type) if body.media_type in order else order.index(body.reading or Reading.BYTES)


def _bodies(content: Mapping[str, Any], place: Place, schemas: Schemas) -> Iterator[Body]:
    known: set[str] = set()
    for name, described in content.items():
        media_type = essence(name)
        here = (*place, name)
        check = schemas.check(described.get("schema", {}), (*here, "schema"), "the body")
        reading = None if "*" in media_type else reading_of(media_type, check)
        if media_type in known or (reading is None and "*" not in media_type) or not MEDIA_TYPE.fullmatch(media_type):
            continue
        known.add(media_type)
        yield Body(media_type, reading, check, _fields(described.get("encoding", {}), (*here, "encoding")))


def _fields(encoding: Mapping[str, Any], place: Place) -> dict[str, Field]:
    return {name: _field(described, (*place, name)) for name, described in encoding.items()}


def _field(described: Mapping[str, Any], place: Place) -> Field:
    style = described.get("style", "")
    if style and style not in STYLES:
        raise Unserved(f"a member of a form of the style {printable(style, SHOWN)} is not read.", (*place, "style"))
    if [name for name in described.get("headers", {}) if name.lower() != "content-type"]:
        raise Unserved("headers of a part are not judged.", (*place, "headers"))
    types = tuple(essence(one) for one in described.get("contentType", "").split(",") if one.strip())
    return Field(style, described.get("explode", style in ("", "form")), types)
