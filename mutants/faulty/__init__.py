"""One fault each, by kind."""

from mutants.faulty import (
    errors,
    faults,
    identity,
    money,
    order,
    provider,
    secrecy,
    sequences,
    structure,
    tenancy,
    wire,
)

__all__ = [
    "errors", "faults", "identity", "money", "order", "provider", "secrecy", "sequences", "structure", "tenancy", "wire",
]  # fmt: skip
