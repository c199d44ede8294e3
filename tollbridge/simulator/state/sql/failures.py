"""Failures of a database, translated."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tollbridge.simulator.state.unit_of_work import Again, Unavailable

COLLISIONS = ("40001", "40P01", "23505")
"""PostgreSQL's codes for: could not serialize, deadlock, somebody made the same row first."""


class Lost(Unavailable):
    """The database cannot be reached; whether a transaction that was to be committed was is not known."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLAlchemy's failures into those that a store has.

    Raises:
        Again: others came in between.
        Unavailable: the database cannot be reached, or takes no more.
    """
    try:
        yield
    except IntegrityError as error:
        raise Again(_reason(error)) from None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in COLLISIONS:
            raise Again(_reason(error)) from None
        raise Unavailable(_reason(error)) from None
    except (PoolTimeout, SQLAlchemyError) as error:
        raise Unavailable(type(error).__name__) from None


def _reason(error: DBAPIError) -> str:
    """Return the database's own words, without the statement and what was in it."""
    return " ".join(str(error.orig).split())[:200]
