"""Objects as they are shown at a moment: some of their members come with time, and nothing is written for it."""

from typing import Any, TypeVar

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.rows import BalanceTransaction, Charge
from tollbridge.simulator.resources.context import Context

R = TypeVar("R", bound=tuple[Any, ...])
SETTLES_AFTER = 2
"""Seconds after which a charge shows its balance transaction; recorded within one to three."""


def as_of(row: R, now: int) -> R:
    """Return a row as it is by a time, in seconds since the epoch."""
    if isinstance(row, Charge) and not row.settled and now - row.created >= SETTLES_AFTER:
        return row._replace(settled=True)
    if isinstance(row, BalanceTransaction) and not row.available and now >= row.available_on:
        return row._replace(available=True)
    return row


def seen(context: Context, row: tuple[Any, ...]) -> shapes.Shape:
    """Return the object of a row, at the moment of a call."""
    return shapes.shown(as_of(row, context.now))
