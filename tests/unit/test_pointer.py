"""Pointers name places, and are read back as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.contract.pointer import pointer, steps_of


@given(st.lists(st.text(st.characters())))
def test_a_pointer_is_read_back_as_its_steps(steps: list[str]) -> None:
    """Whatever is in the names, slashes, tildes, percent signs and lone surrogates too, they come back."""
    assert steps_of(pointer(*steps)) == tuple(steps)


@pytest.mark.parametrize(
    ("reference", "steps"),
    [
        ("#", ()),
        ("#/", ("",)),
        ("#/a//b", ("a", "", "b")),
        ("#/a~1b/m~0n", ("a/b", "m~n")),
        ("#/~01", ("~1",)),
        ("#/c%25d/g%7Ch/%20", ("c%d", "g|h", " ")),
        ("#/%7E1", ("/",)),
    ],
)
def test_a_pointer_is_unescaped_as_its_standard_says(reference: str, steps: tuple[str, ...]) -> None:
    """RFC 6901: percent-encoding is undone first (§6), then `~1`, then `~0` (§4)."""
    assert steps_of(reference) == steps
