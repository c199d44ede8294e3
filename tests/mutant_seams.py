"""The places of the server that mutants change, as tests find them, and leave them."""

from collections.abc import Iterator
from contextlib import contextmanager

from mutants import seams
from mutants.seams import Seam

SEAMS = tuple(value for value in vars(seams).values() if isinstance(value, Seam))


@contextmanager
def restored() -> Iterator[dict[Seam, object]]:
    """Yield what the server uses at each seam, and put that back at the end."""
    kept = {seam: seam.current for seam in SEAMS}
    try:
        yield kept
    finally:
        for seam, value in kept.items():
            seam.put(value)
