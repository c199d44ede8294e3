"""Changes of the contract that the server enforces; the harness reads the file, unchanged."""

from collections.abc import Callable, Iterator
from typing import Any

from mutants import seams

Document = dict[str, Any]


def change_contract(change: Callable[[Document], object]) -> None:
    """Let a function change the OpenAPI document."""

    def changed(read: Any, path: Any) -> Any:
        document = read(path)
        change(document.value)
        return document

    seams.READ_CONTRACT.wrap(changed)


def amount_schema(document: Document) -> Document:
    """Return the schema of the amount, whatever the currency."""
    found: Document = _body_schema(document)["properties"]["amount"]
    return found


def currencies(document: Document) -> list[str]:
    """Return the list of all currencies."""
    found: list[str] = document["components"]["schemas"]["Currency"]["enum"]
    return found


def branches(document: Document, currency: str | None = None) -> Iterator[Document]:
    """Yield the properties of each branch of the money rules, or of those that a currency is in."""
    for branch in _body_schema(document)["anyOf"][0]["oneOf"]:
        if currency is None or currency in branch["properties"]["currency"]["enum"]:
            yield branch["properties"]


def _body_schema(document: Document) -> Document:
    found: Document = document["components"]["schemas"]["PaymentIntentRequest"]
    return found
