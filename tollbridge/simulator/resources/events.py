"""Events: what happened, retrieved and listed. Nothing makes, changes or deletes one but what it tells of."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from tollbridge.simulator.model.errors import exclusive, no_such, not_found, too_long
from tollbridge.simulator.model.rows import Event
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, boolean, text, texts
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.deliveries import deliver_again
from tollbridge.simulator.resources.event_log import OneEvent, delivery_id, event_named, events_of
from tollbridge.simulator.resources.pagination import CURSORS, list_answer, made_when, page_bounds
from tollbridge.simulator.state.retention import EVENT_SECONDS

MAX_TYPES = 20
Wanted = Callable[[OneEvent], bool]


def retrieve(context: Context, _form: Form, event: str) -> Answer:
    """`GET /v1/events/{event}`."""
    one = _current(context, event)
    if one is None:
        raise not_found("event", event, "id")
    return Answer(200, one.shown(one.pending(context.work)))


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/events`, the newest first."""
    wanted, made, delivered = _wanted(form), made_when(form), _delivered(context, form)
    bounds = page_bounds(form)
    cursor = None
    if bounds.cursor is not None:
        cursor = _current(context, bounds.cursor)
        if cursor is None:
            raise no_such("event", bounds.cursor, bounds.param)
    events = _from(context, cursor, newest_first=bounds.newest_first)
    found = (one for one in events if made(one.created) and wanted(one) and delivered(one))
    return list_answer(bounds, found, lambda one: one.shown(one.pending(context.work)), "/v1/events")


def retry(context: Context, form: Form, event: str) -> Answer:
    """`POST /v1/events/{event}/retry`, which Stripe's CLI calls: to one endpoint, or to all that the event is for."""
    one = _current(context, event)
    if one is None:
        raise not_found("event", event, "id")
    named = text(form, "webhook_endpoint")
    if named is not None and named not in one.endpoints:
        raise no_such("webhook endpoint", named, "webhook_endpoint")
    for endpoint in one.endpoints if named is None else [named]:
        deliver_again(context, delivery_id(one.id, endpoint))
    return Answer(200, one.shown(one.pending(context.work)))


def _current(context: Context, identity: str) -> OneEvent | None:
    """Return an event that has happened, and is not too old to be shown; None where there is none with the id."""
    one = event_named(context, identity)
    return one if one and _is_shown(context, one) else None


def _is_shown(context: Context, one: OneEvent) -> bool:
    return context.now - EVENT_SECONDS <= one.created and not (one.is_late and one.created > context.now)


def _from(context: Context, cursor: OneEvent | None, *, newest_first: bool) -> Iterator[OneEvent]:
    """Yield the events beyond one, those of its own call first."""
    step = -1 if newest_first else 1
    if cursor:
        own = events_of(cursor.row)[::step]
        yield from (one for one in own[own.index(cursor) + 1 :] if _is_shown(context, one))
    beyond = cursor.row.id if cursor else None
    for row in context.work.listed(Event, beyond=beyond, newest_first=newest_first):
        yield from (one for one in events_of(row)[::step] if _is_shown(context, one))


def _wanted(form: Form) -> Wanted:
    """Return what tells whether an event is of the types that are asked for.

    Raises:
        StripeFailure: 400, for `type` and `types` together, and for too many types (wordings unverified).
    """
    pattern, types = text(form, "type"), texts(form, "types")
    if pattern is not None and types is not None:
        raise exclusive("type", "types")
    if types is not None and len(types) > MAX_TYPES:
        raise too_long("types", MAX_TYPES)
    if types is not None:
        return lambda one: one.type in types
    return _matching(pattern)


def _delivered(context: Context, form: Form) -> Wanted:
    """Return what tells whether an event has reached every endpoint that it is for, or, where that is asked, not."""
    asked = boolean(form, "delivery_success", None)
    if asked is None:
        return lambda _one: True
    return lambda one: (one.pending(context.work) == 0) == asked


def _matching(pattern: str | None) -> Wanted:
    """Return what tells whether an event is of a type, or of one of a group such as `charge.*`."""
    if pattern is None:
        return lambda _one: True
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return lambda one: fnmatchcase(one.type, literal)


ROUTES = (
    route("GET", "/v1/events", list_, "list of event", "created", "delivery_success", "type", "types", *CURSORS),
    route("GET", "/v1/events/{event}", retrieve, "event"),
    route("POST", "/v1/events/{event}/retry", retry, "event", "for_stripecli", "webhook_endpoint"),
)
