"""Hypothesis's examples between runs: kept in a folder or a Redis, tried first, and no run's end."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from fakeredis import TcpFakeServer
from hypothesis import strategies as st

from tollbridge.verify import VerifyError
from tollbridge.verify.cases.examples_database import Open, examples_database
from tollbridge.verify.cases.random_sequences import Search, search
from tollbridge.verify.model.steps import Call, Case
from tollbridge.verify.run_limit import RunLimit

SOUGHT = {"large": lambda number: number > 900_000, "a multiple": lambda number: number % 1_000 == 777}
CASES = st.integers(0, 1_000_000).map(lambda number: Case(str(number), (Call("POST", "/", ()),)))


@pytest.fixture
def redis() -> Iterator[tuple[str, TcpFakeServer]]:
    """A Redis on a free port."""
    server = TcpFakeServer(("127.0.0.1", 0))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0", server
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["folder", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each kind of place."""
    return str(tmp_path / "examples") if request.param == "folder" else request.getfixturevalue("redis")[0]


def drawn(database: Open, seed: int, operation: str = "pay", *, examples: int = 400) -> dict[str, int]:
    """Search once; by what was found, how many cases were drawn until it came first."""
    count, first, known = 0, dict[str, int](), set[str]()

    def shows(case: Case) -> str | None:
        nonlocal count
        count += 1
        name = next((name for name, is_it in SOUGHT.items() if name not in known and is_it(int(case.name))), None)
        if name:
            first.setdefault(name, count)
        return name

    how = Search(seed, examples, partial(database, operation))
    for name, _ in search(CASES, shows, how, RunLimit(60, time.monotonic())):
        known.add(name)
    return first


def test_what_one_run_found_the_next_one_tries_first(place: str) -> None:
    """With another seed, on a machine that has the same place, it is the first case of all."""
    before = drawn(examples_database(place), seed=1)
    assert before
    after = drawn(examples_database(place), seed=2)
    assert before.keys() <= after.keys()
    assert min(after.values()) == 1


def test_what_was_found_is_not_forgotten_in_a_later_turn(place: str) -> None:
    """A third run still begins with it: that it is known in a later turn of a search is no reason to forget it."""
    for seed in (1, 2):
        assert drawn(examples_database(place), seed=seed)
    assert min(drawn(examples_database(place), seed=3).values()) == 1


def test_operations_have_examples_of_their_own(tmp_path: Path) -> None:
    """What was kept of one is not tried at another."""
    database, empty = (examples_database(str(tmp_path / name)) for name in ("kept", "empty"))
    assert drawn(database, seed=1, operation="pay", examples=100)
    refund, pay = (drawn(database, seed=2, operation=name, examples=100) for name in ("refund", "pay"))
    assert refund == drawn(empty, seed=2, operation="refund", examples=100) != pay


def test_a_redis_that_goes_away_ends_no_run(redis: tuple[str, TcpFakeServer]) -> None:
    """The search goes on without its examples."""
    url, server = redis
    database = examples_database(url)
    server.shutdown()
    server.server_close()
    assert drawn(database, seed=1)


def test_a_place_that_cannot_be_used_is_told_before_the_run(tmp_path: Path) -> None:
    """A folder below a file and a Redis that is not there are errors with a sentence, in which no password is."""
    (tmp_path / "file").write_text("")
    with pytest.raises(VerifyError, match=r"--examples-database: .* cannot be made"):
        examples_database(str(tmp_path / "file" / "folder"))
    with pytest.raises(VerifyError, match="Redis cannot be asked") as told:
        examples_database("redis://user:hidden@127.0.0.1:1/0")
    assert "hidden" not in str(told.value)
