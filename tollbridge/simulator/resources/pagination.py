"""Lists: a page of rows, the newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from tollbridge.simulator.model.errors import exclusive, no_such, within
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, integer, text
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.showing import seen
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

R = TypeVar("R", bound=tuple[Any, ...])
T = TypeVar("T")
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
    bounds = page_bounds(form)
    if bounds.cursor is not None and not _is_in(context.work.get(cls, bounds.cursor), owner):
        raise no_such(what, bounds.cursor, bounds.param)
    rows = context.work.listed(cls, owner, beyond=bounds.cursor, newest_first=bounds.newest_first)
    return list_answer(bounds, filter(wanted, rows), lambda row: seen(context, row), url)


@dataclass(frozen=True, slots=True)
class PageBounds:
    """Where a page begins, and how long it is.

    Args:
        limit: the most that it has.
        cursor: the id of what it goes on after; None where it begins at the end.
        param: the parameter that named the cursor.
        newest_first: the direction in which it is looked for.
    """

    limit: int
    cursor: str | None
    param: str
    newest_first: bool


def page_bounds(form: Form) -> PageBounds:
    """Read the parameters that every list has.

    Raises:
        StripeFailure: 400, for both cursors.
    """
    asked = integer(form, "limit")
    # Recorded: 0 acts as 1, 101 as 100.
    limit = USUAL if asked is None else max(LEAST, min(asked, MOST))
    after, before = text(form, "starting_after"), text(form, "ending_before")
    if after is not None and before is not None:
        raise exclusive("ending_before", "starting_after")
    param = "starting_after" if before is None else "ending_before"
    return PageBounds(limit, after or before, param, before is None)


def list_answer(bounds: PageBounds, found: Iterable[T], show: Callable[[T], dict[str, Any]], url: str) -> Answer:
    """Return a page as Stripe's `list` object, the newest first.

    Args:
        bounds: of the page.
        found: what may be on it, from its cursor on.
        show: returns one of them as it is shown.
        url: of the list.
    """
    items = list(islice(found, bounds.limit + 1))
    page_of = items[: bounds.limit] if bounds.newest_first else items[: bounds.limit][::-1]
    return Answer(
        200,
        {"object": "list", "data": [show(one) for one in page_of], "has_more": len(items) > bounds.limit, "url": url},
    )


def part(items: list[dict[str, Any]], bounds: PageBounds, what: str) -> list[dict[str, Any]]:
    """Return those of a few objects, in the order of their list, that are beyond the cursor of a page.

    Raises:
        StripeFailure: 400, for a cursor that is the id of none.
    """
    if bounds.cursor is None:
        return items
    ids = [item["id"] for item in items]
    if bounds.cursor not in ids:
        raise no_such(what, bounds.cursor, bounds.param)
    place = ids.index(bounds.cursor)
    return items[place + 1 :] if bounds.newest_first else items[:place][::-1]


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
    with within("created"):
        bounds = [(BOUNDS[name], integer(sent, name) or 0) for name in sent if name in BOUNDS]
    return lambda created: all(holds(created, bound) for holds, bound in bounds)
