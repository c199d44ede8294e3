"""The files that are changed: our own contracts and worlds, and a state in which something was done."""

import json
import random
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from scripts.hostile.texts import changed_bytes, changed_text, written
from scripts.hostile.values import changed
from tollbridge.compose import Options
from tollbridge.documents import read_document
from tollbridge.simulator import Request, Simulator
from tollbridge.simulator.state.sql import SqlStore, state_url
from tollbridge.world import load_world

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = {"authorization": "Bearer sk_test_hostile", "content-type": "application/x-www-form-urlencoded"}
PAY = "amount=1000&currency=usd&payment_method_types[]=card&confirm=true&metadata[a]=b&payment_method=pm_card_"
NOW = 1_800_000_000
CARDS = ("visa", "chargeDeclined", "authenticationRequired")
COLUMNS = (("objects", "content"), ("idempotency_keys", "content"), ("calls", "content"), ("settings", "value"))


def changed_document(draw: random.Random, *names: str) -> bytes:
    """Return one of our own files, changed as a value, as a text, or as both."""
    content, value = _document(draw.choice(names))
    if draw.random() < 0.35:
        return changed_text(draw, content)
    content = written(draw, changed(draw, value))
    return changed_text(draw, content) if draw.random() < 0.2 else content


@cache
def _document(name: str) -> tuple[bytes, Any]:
    document = read_document(ROOT / name)
    return document.content, document.value


def changed_snapshot(draw: random.Random) -> bytes:
    """Return a snapshot with a line that is changed as a value, or changed as a text."""
    snapshot, _ = _state()
    if draw.random() < 0.3:
        return changed_text(draw, snapshot)
    lines = snapshot.splitlines()
    index = draw.randrange(len(lines))
    lines[index] = json.dumps(changed(draw, json.loads(lines[index]))).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def changed_database(draw: random.Random) -> bytes:
    """Return a database with changed bytes: anywhere, or in what stands in a column."""
    _, database = _state()
    return changed_bytes(draw, database) if draw.random() < 0.6 else _with_changed_column(draw, database)


def _with_changed_column(draw: random.Random, database: bytes) -> bytes:
    table, column = draw.choice(COLUMNS)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        for row, content in draw.sample(rows, min(len(rows), draw.choice((1, 1, 5)))):
            fresh = changed_bytes(draw, bytes(content))
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (fresh, row))
        connection.commit()
        return connection.serialize()


@cache
def _state() -> tuple[bytes, bytes]:
    """Return a state in which something was done, the same in every run, as a snapshot and as a database file."""
    seed = load_world(Options().world).seed()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        store = SqlStore(state_url(f"sqlite:///{path}"), recorded=100)
        simulator = Simulator(seed, clock=lambda: NOW, randomness=random.Random(1), store=store)
        simulator.secret("tokens", bytes(range(32)))
        snapshot = _used(simulator)
        store.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        return snapshot, path.read_bytes()


def _used(simulator: Simulator) -> bytes:
    """Do what leaves something of each kind behind, and return a snapshot."""
    for number, card in enumerate(CARDS):
        key = KEY | {"idempotency-key": f"key {number}"}
        simulator.handle(Request("POST", "/v1/payment_intents", "", key, f"{PAY}{card}".encode()))
    for path, form in (
        ("/v1/customers", b"email=a@example.com"),
        ("/v1/products", b"name=a"),
        ("/v1/setup_intents", b""),
    ):
        simulator.handle(Request("POST", path, "", KEY, form))
    simulator.clock.set(NOW)
    return b"".join(simulator.snapshot())
