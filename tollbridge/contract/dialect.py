"""The versions of OpenAPI that are read, and their differences for a reader of schemas."""

from dataclasses import dataclass
from typing import Any

import jsonschema_rs

Validator = jsonschema_rs.Draft4Validator | jsonschema_rs.Draft202012Validator


@dataclass(frozen=True)
class Dialect:
    """A version of OpenAPI.

    Args:
        version: as the first two numbers of `openapi`.
        validator: of JSON Schema as this version means it.
        definitions: the keyword below which schemas stand that are referred to.
    """

    version: str
    validator: type[jsonschema_rs.Draft4Validator] | type[jsonschema_rs.Draft202012Validator]
    definitions: str

    @property
    def is_json_schema(self) -> bool:
        """Whether schemas are JSON Schema as it is, and may say more beside a reference; 3.0 has its own dialect."""
        return self is OPENAPI_31

    def compiled(self, schema: Any) -> Validator:
        """Return a validator.

        Raises:
            ValueError: the schema cannot be compiled.
        """
        return self.validator(schema, offline=True)


OPENAPI_30 = Dialect("3.0", jsonschema_rs.Draft4Validator, "definitions")
OPENAPI_31 = Dialect("3.1", jsonschema_rs.Draft202012Validator, "$defs")


def dialect_of(version: object) -> Dialect | None:
    """Return the dialect of a document by its `openapi`; None where it is not one that is read."""
    known = (dialect for dialect in (OPENAPI_30, OPENAPI_31) if str(version).startswith(f"{dialect.version}."))
    return next(known, None) if isinstance(version, str) else None
