"""Lists: a page of rows, the newest first."""

from collections.abc import Sequence
from typing import Any

from tollbridge.simulator import shapes
from tollbridge.simulator.context import Answer
from tollbridge.simulator.failures import invalid, no_such
from tollbridge.simulator.forms import Form, integer, text

LEAST, USUAL, MOST = 1, 10, 100


def page(rows: Sequence[tuple[Any, ...]], form: Form, *, what: str, url: str) -> Answer:
    """Return a page as Stripe's `list` object.

    Args:
        rows: all of them, the newest first.
        form: `limit`, and `starting_after` or `ending_before`.
        what: a row's name in messages.
        url: of the list.

    Raises:
        StripeFailure: 400, for both cursors or one that is not in the list.
    """
    asked = integer(form, "limit")
    # Recorded: 0 acts as 1, 101 as 100.
    limit = USUAL if asked is None else max(LEAST, min(asked, MOST))
    after, before = text(form, "starting_after"), text(form, "ending_before")
    if after is not None and before is not None:
        raise invalid("You may only specify one of these parameters: ending_before, starting_after.")
    if before is not None:
        older = _position(rows, before, what, "ending_before")
        begin, end = max(0, older - limit), older
    else:
        begin = 0 if after is None else _position(rows, after, what, "starting_after") + 1
        end = begin + limit
    more = begin > 0 if before is not None else end < len(rows)
    data = [shapes.shown(row) for row in rows[begin:end]]
    return Answer(200, {"object": "list", "data": data, "has_more": more, "url": url})


def _position(rows: Sequence[tuple[Any, ...]], identity: str, what: str, param: str) -> int:
    for position, row in enumerate(rows):
        if row[0] == identity:
            return position
    raise no_such(what, identity, param)
