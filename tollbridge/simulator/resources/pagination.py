"""Lists: a page of rows, the newest first."""

from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, no_such
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, integer, text
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

R = TypeVar("R", bound=tuple[Any, ...])
LEAST, USUAL, MOST = 1, 10, 100
BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}
CURSORS = ("ending_before", "limit", "starting_after")
"""The parameters that every list has."""


def page(
    context: Context,
    cls: type[R],
    form: Form,
    *,
    what: str,
    url: str,
    owner: Owner = EVERYBODY,
    wanted: Callable[[R], bool] = lambda _row: True,
) -> Answer:
    """Return a page as Stripe's `list` object.

    Args:
        context: the call.
        cls: the type of the rows.
        form: `limit`, and `starting_after` or `ending_before`.
        what: a row's name in messages.
        url: of the list.
        owner: a field and its value that the rows have.
        wanted: tells the rows that are listed.

    Raises:
        StripeFailure: 400, for both cursors or one that is no row's id.
    """
    asked = integer(form, "limit")
    # Recorded: 0 acts as 1, 101 as 100.
    limit = USUAL if asked is None else max(LEAST, min(asked, MOST))
    after, before = text(form, "starting_after"), text(form, "ending_before")
    if after is not None and before is not None:
        raise invalid("You may only specify one of these parameters: ending_before, starting_after.")
    for name, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor is not None and not _is_in(context.work.get(cls, cursor), owner):
            raise no_such(what, cursor, name)
    rows = context.work.listed(cls, owner, beyond=after or before, newest_first=before is None)
    found = list(islice(filter(wanted, rows), limit + 1))
    shown = found[:limit] if before is None else found[:limit][::-1]
    return Answer(
        200,
        {
            "object": "list",
            "data": [shapes.shown(row) for row in shown],
            "has_more": len(found) > limit,
            "url": url,
        },
    )


def _is_in(row: tuple[Any, ...] | None, owner: Owner) -> bool:
    field, value = owner
    return row is not None and (not field or getattr(row, field) == value)


def made_when(form: Form) -> Callable[[int], bool]:
    """Return what tells whether a time of creation is within the parameter `created`: a time, or bounds.

    Raises:
        StripeFailure: 400, for what is no time.
    """
    sent = form.get("created")
    if sent is None:
        return lambda _created: True
    if not isinstance(sent, dict):
        exactly = integer(form, "created")
        return lambda created: created == exactly
    bounds = [(BOUNDS[name], integer(sent, name) or 0) for name in sent if name in BOUNDS]
    return lambda created: all(holds(created, bound) for holds, bound in bounds)
