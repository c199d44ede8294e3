"""Trials of changed files: each is read as a server reads it, and a readable one is served and called."""

import json
import keyword
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.hostile.server import Ask, asked
from scripts.hostile.sources import ROOT, changed_database, changed_document, changed_snapshot
from tollbridge import quoting
from tollbridge.compose import Options, Sandbox, StateError, compose
from tollbridge.contract import Contract, ContractError, Operation, load_contract
from tollbridge.contract.flat import flat
from tollbridge.contracts import checked_contract, ledger_page
from tollbridge.contracts.difference import rule_changes
from tollbridge.server.handlers import HandlerError
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.subject import subjects
from tollbridge.world import World, WorldError
from tollbridge.worlds import checked_world, tables_of

SMALL = ("tests/second/openapi.yaml", "scripts/hostile/contract.yaml")
SEVERAL = "scripts/hostile/several"
WORLDS = ("tollbridge/world/default.yaml", "examples/world.yaml")
BODIES = (b"{}", b'{"amount": "x", "note": 5, "a": [1, {"b": null}], "price": 7, "currency": "usd"}', b"[1]", b"null")
STRIPE_KEY = ((b"authorization", b"Bearer sk_test_hostile"),)
FORM = b"application/x-www-form-urlencoded"
PAY = b"amount=1000&currency=usd&payment_method_types[]=card&confirm=true&payment_method=pm_card_"
SNAPSHOT = "/_tollbridge/simulator/snapshot"
MAX_SAID = 40_000


class Accused(Exception):
    """A trial that ended neither well nor with sentences."""


@dataclass(frozen=True)
class Trial:
    """A kind of file.

    Args:
        make: returns the content of a changed file.
        judge: reads it as a server does; returns what is said where it is refused, "" where it is taken.
    """

    make: Callable[[random.Random], bytes]
    judge: Callable[[Path], str]


def told_well(said: str, begin: str = "") -> str:
    """Return sentences as they are.

    Raises:
        Accused: a person could not read them.
    """
    lines = said.splitlines()
    if not lines or len(said) > MAX_SAID or not said.startswith(begin):
        raise Accused(f"it is refused with {said[:300]!r}")
    bad = next((line for line in lines if not line.isprintable() or "Traceback" in line), None)
    if bad is not None:
        raise Accused(f"it is refused with the line {bad[:300]!r}")
    return said


def judge_contract(path: Path) -> str:
    """Read a contract, let the harness read it, and serve it with handlers that answer anything."""
    try:
        contract = load_contract(path)
        _let_harness_read(contract)
        _let_owner_look(contract)
        sandbox = compose(Options(contract=path, handlers=_handlers(path.parent, contract)), lambda _exchange: None)
    except ContractError as error:
        return told_well(str(error), f"{path.parent}{os.sep}")
    except HandlerError as error:
        return told_well(str(error))
    except VerifyError as error:
        return told_well(quoting.terminal_lines(str(error)))  # as the command does
    _show(sandbox)
    asked(sandbox.app, [*_asks(contract)])
    return ""


def judge_part(path: Path) -> str:
    """Read a contract that takes everything from a file, as `judge_contract` does."""
    folder = path.parent / "several"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / SEVERAL / "openapi.yaml", folder)
    shutil.copy(path, folder / "part.yaml")
    return judge_contract(folder / "openapi.yaml")


def _let_harness_read(contract: Contract) -> None:
    if any(operation.body for operation in contract.operations):
        for subject in subjects(contract):
            list(subject.money())


def _let_owner_look(contract: Contract) -> None:
    """Ask of a contract what its owner asks: what is wrong, what it promises, what of it changed."""
    for complaint in checked_contract(contract.path, None, with_lints=False).complaints:
        told_well(quoting.terminal(complaint.said))
    told_well(ledger_page(contract))
    json.dumps(flat(contract.document))
    list(rule_changes(contract.rules, contract.rules[1:]))


def _handlers(folder: Path, contract: Contract) -> Path:
    """Return a folder with a function for each operation whose name may be one."""
    handlers = folder / "handlers"
    shutil.rmtree(handlers, ignore_errors=True)
    for operation in contract.operations:
        controller = operation.controller or "operations"
        steps = controller.split(".")
        if len(controller) < 100 and all(map(_is_name, [*steps, operation.operation_id])):
            file = handlers.joinpath(*steps).with_suffix(".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a") as source:
                source.write(f"async def {operation.operation_id}():\n    return {_status(operation)}, {{}}\n")
    handlers.mkdir(exist_ok=True)
    return handlers


def _is_name(text: str) -> bool:
    return text.isidentifier() and text.isascii() and not keyword.iskeyword(text)


def _status(operation: Operation) -> int:
    return next((int(name) for name in operation.responses if name.isdigit()), 200)


def _show(sandbox: Sandbox) -> None:
    """Make what a person sees at the start."""
    sandbox.cards()
    sandbox.example()


def _asks(contract: Contract) -> Iterator[Ask]:
    for page in ("openapi.json", "openapi.yaml", "docs", "health"):
        yield Ask("GET", f"/_tollbridge/{page}")
    for operation in contract.operations[:3]:
        headers = tuple(
            (p.name.lower().encode(), b"1") for p in operation.parameters if p.location == "header" and p.name.isascii()
        )
        query = "&".join(f"{p.name}=1" for p in operation.parameters if p.location == "query")
        path = operation.path.replace("{", "").replace("}", "") + (f"?{query}" if query else "")
        for body in (json.dumps(operation.example).encode(), *BODIES):
            yield Ask(operation.method.upper(), path, headers, body if operation.body else None)


def judge_world(path: Path) -> str:
    """Read a world, show it, start a server in it, and pay in it."""
    try:
        tables_of(world := checked_world(path))
        sandbox = compose(Options(world=path), lambda _exchange: None)
    except WorldError as error:
        return told_well(str(error), f"{path}:")
    _show(sandbox)
    asked(sandbox.app, [*_payments(world, sandbox)])
    return ""


def _payments(world: World, sandbox: Sandbox) -> Iterator[Ask]:
    request = sandbox.example()
    if request is None:
        return
    for account in [*world.accounts][:3]:
        yield Ask("POST", "/_tollbridge/tokens", (), json.dumps({"account": account}).encode())
    for method_id in [None, *(m for o in world.organizations.values() for m in o.payment_methods)][:3]:
        body = {"amount": 4200, "currency": "usd"} | ({"payment_method": method_id} if method_id else {})
        yield Ask(request.method, request.target, (), json.dumps(body).encode())


def _small(state: str = "memory") -> Sandbox:
    """Return a server of a small contract: the bundled one takes longer to read than what is tried here."""
    second = ROOT / "tests" / "second"
    options = Options(contract=second / "openapi.yaml", handlers=second / "handlers", state=state)
    return compose(options, lambda _exchange: None)


def judge_snapshot(path: Path) -> str:
    """Put a snapshot back, and use what was put back."""
    sandbox = _small()
    put = Ask("PUT", SNAPSHOT, (), path.read_bytes(), b"application/x-ndjson")
    [(status, body)] = asked(sandbox.app, [put])
    if status != 204:
        return told_well(str(json.loads(body)["detail"]))
    asked(sandbox.app, [*_uses(), Ask("GET", SNAPSHOT)])
    return ""


def _uses() -> Iterator[Ask]:
    """Yield requests for all that a state holds, and for more of it."""
    stripe = "/_tollbridge/stripe/v1"
    for name in ("payment_intents", "customers", "charges", "products", "subscriptions"):
        yield Ask("GET", f"{stripe}/{name}?limit=100", STRIPE_KEY)
    yield Ask("GET", f"{stripe}/customers/cus_QuayOne0000001/payment_methods", STRIPE_KEY)
    for number, card in enumerate((b"visa", b"chargeDeclined", b"authenticationRequired")):
        key = (b"idempotency-key", f"key {number}".encode())
        yield Ask("POST", f"{stripe}/payment_intents", (*STRIPE_KEY, key), PAY + card, FORM)
    yield Ask("POST", "/v2/gates/1/fees", (), b'{"price": 4200, "unit": "usd"}')
    for name in ("", "/faults", "/record", "/clock"):
        yield Ask("GET", f"/_tollbridge/simulator{name}")


def judge_database(path: Path) -> str:
    """Start a server with a database, and use what is in it."""
    try:
        sandbox = _small(f"sqlite:///{path}")
    except StateError as error:
        return told_well(str(error), f"--state: the database sqlite:///{path} ")
    try:
        asked(sandbox.app, [*_uses(), Ask("GET", SNAPSHOT)])
    finally:
        sandbox.close()
    return ""


TRIALS = {
    # the small ones more often: they are read in a tenth of the time
    "contract": Trial(lambda draw: changed_document(draw, *SMALL * 4, "openapi.yaml"), judge_contract),
    "part": Trial(lambda draw: changed_document(draw, f"{SEVERAL}/part.yaml"), judge_part),
    "world": Trial(lambda draw: changed_document(draw, *WORLDS), judge_world),
    "snapshot": Trial(changed_snapshot, judge_snapshot),
    "database": Trial(changed_database, judge_database),
}
