"""HTTP's own framing, below every application: each row of the table, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from tests.unit.served import answers_to
from tests.wire_rows import API, FRAMED, Framed, statuses
from tollbridge.http1.body import Bounds, read_body

ROWS = FRAMED["api"]
SHORT = [row for row in ROWS if len(row.sent) < 2_000]


async def door(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200 to the right body at the right path, 404 elsewhere, and 418 to another body."""
    right = await read_body(scope, receive, Bounds(1_000_000)) == API.body
    status = 404 if scope["path"].encode() != API.path else 200 if right else 418
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_of_the_framing_table(row: Framed) -> None:
    """The stated answers come in their order, and the connection ends."""
    assert statuses(answers_to(door, [row.sent])) == row.statuses


@pytest.mark.parametrize("row", SHORT, ids=lambda row: row.name)
def test_a_row_that_comes_byte_by_byte(row: Framed) -> None:
    """Where the network cuts, changes nothing."""
    assert statuses(answers_to(door, [row.sent[n : n + 1] for n in range(len(row.sent))])) == row.statuses


@given(row=st.sampled_from(SHORT), cuts=st.lists(st.floats(0, 1), max_size=5))
def test_a_row_that_is_cut_anywhere(row: Framed, cuts: list[float]) -> None:
    """Several pieces, of any size, get the answers that one gets."""
    at = sorted({0, len(row.sent), *(round(cut * len(row.sent)) for cut in cuts)})
    pieces = [row.sent[begin:end] for begin, end in pairwise(at)]
    assert statuses(answers_to(door, pieces)) == row.statuses
