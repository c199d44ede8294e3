"""The readers of the contract that our users have: Prism, openapi-typescript with tsc, ajv, Schemathesis."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jsonschema
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.integration.conftest import READERS
from tests.unit.addresses import ADDRESSES
from tests.unit.money import TABLE
from tollbridge.contract import load_contract
from tollbridge.contract.references import resolved
from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "openapi.yaml"
PATH = "/api/payment/intent"


def run(program: Path, *arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a program of the readers, and keep what it says."""
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def prism(node: Path) -> Iterator[str]:
    """The URL of Prism, serving the contract."""
    port = free_port()
    url = f"http://127.0.0.1:{port}{PATH}"
    command = [str(node / "prism"), "mock", "-m", "false", "-p", str(port), "-h", "127.0.0.1", str(CONTRACT)]
    with launched(command, ready=url, within=60):
        yield url


def post(url: str, body: object) -> tuple[int, dict[str, Any]]:
    """Return the status and the document that a body gets."""
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        return refusal.code, json.load(refusal)


@pytest.mark.node
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"amount": 50, "currency": "usd"}, 200),
        ({"amount": 4200, "currency": "kwd", "payment_method": 4242, "error_on_requires_action": False}, 200),
        ({"amount": 49, "currency": "usd"}, 400),
        ({"amount": 4201, "currency": "kwd"}, 400),
        ({"amount": 4200, "currency": "string"}, 400),
        ({"amount": 4200, "currency": "usd", "confirm": True}, 400),
        ({"amount": 4200}, 400),
    ],
)
def test_prism_serves_the_contract(prism: str, body: dict[str, object], status: int) -> None:
    """Prism, a stranger to us, accepts what the contract accepts and refuses what it refuses."""
    answered, document = post(prism, body)
    assert answered == status
    [operation] = load_contract(CONTRACT).operations
    [check] = operation.responses[str(status)].media.values()
    assert check.violations(document) == []


@pytest.mark.node
def test_the_types_take_right_calls_and_refuse_wrong_ones(node: Path, tmp_path: Path) -> None:
    """openapi-typescript's types fit every right call of calls.ts, and no wrong one."""
    made = run(node / "openapi-typescript", CONTRACT, "-o", tmp_path / "contract.ts")
    assert made.returncode == 0, made.stderr
    shutil.copy(READERS / "calls.ts", tmp_path)
    compiled = run(node / "tsc", "--noEmit", "--strict", "calls.ts", cwd=tmp_path)
    assert compiled.stdout == ""
    assert compiled.returncode == 0


@pytest.mark.node
def test_each_wrong_call_is_wrong_by_itself(node: Path, tmp_path: Path) -> None:
    """Without its expectations calls.ts has one error at each place where one was expected, and no other."""
    run(node / "openapi-typescript", CONTRACT, "-o", tmp_path / "contract.ts")
    lines = (READERS / "calls.ts").read_text().splitlines()
    expected = {number + 2 for number, line in enumerate(lines) if line.startswith("// @ts-expect-error")}
    bare = [line.replace("@ts-expect-error", "expected:") for line in lines]
    (tmp_path / "calls.ts").write_text("\n".join(bare))
    compiled = run(node / "tsc", "--noEmit", "--strict", "--pretty", "false", "calls.ts", cwd=tmp_path)
    found = {int(line.split("(")[1].split(",")[0]) for line in compiled.stdout.splitlines() if ": error TS" in line}
    assert found == expected
    assert len(expected) >= 12


def request_media() -> dict[str, Any]:
    """Return the request's media type as the contract's file has it, with its references replaced."""
    document = load_contract(CONTRACT).document
    operation = resolved(document, document["paths"][PATH]["post"])
    media: dict[str, Any] = operation["requestBody"]["content"]["application/json"]
    return media


@pytest.mark.node
def test_the_types_take_every_example(node: Path, tmp_path: Path) -> None:
    """Each request that the contract shows is one that its types allow."""
    run(node / "openapi-typescript", CONTRACT, "-o", tmp_path / "contract.ts")
    examples = request_media()["examples"]
    lines = ['import type { components } from "./contract";']
    for name, example in examples.items():
        kind = 'components["schemas"]["PaymentIntentRequest"]'
        lines.append(f"export const {name}: {kind} = {json.dumps(example['value'])};")
    (tmp_path / "examples.ts").write_text("\n".join(lines))
    compiled = run(node / "tsc", "--noEmit", "--strict", "examples.ts", cwd=tmp_path)
    assert compiled.stdout == ""
    assert len(lines) > 5


def ajv(schema: object, instances: list[Any]) -> list[bool]:
    """Return ajv's verdict on each instance."""
    question = json.dumps({"schema": schema, "instances": instances})
    told = subprocess.run(
        ["node", READERS / "verdicts.mjs"], input=question, capture_output=True, text=True, check=True
    )
    verdicts: list[bool] = json.loads(told.stdout)
    return verdicts


@pytest.mark.node
def test_ajv_reads_addresses_as_we_do(node: Path) -> None:
    """A browser's form with ajv gives each address of the table the contract's verdict."""
    assert node.is_dir()
    schema = request_media()["schema"]["properties"]["receipt_email"]
    assert dict(zip(ADDRESSES, ajv(schema, list(ADDRESSES)), strict=True)) == ADDRESSES


@pytest.mark.node
def test_every_validator_reads_the_money_rules_as_the_table_has_them(node: Path) -> None:
    """ajv, Python's jsonschema and jsonschema-rs take each currency's minimum and refuse one less.

    They read the schema as the file has it, `oneOf` included, not as our server compiles it.
    """
    assert node.is_dir()
    schema = request_media()["schema"]
    bodies = [
        {"amount": amount, "currency": currency}
        for currency, rule in TABLE.items()
        for amount in (rule["minimum"] - 1, rule["minimum"], rule["minimum"] + rule["step"], 99_999_999 + rule["step"])
    ]
    expected = [False, True, True, False] * len(TABLE)
    assert ajv(schema, bodies) == expected
    assert [jsonschema.Draft4Validator(schema).is_valid(body) for body in bodies] == expected
    assert [jsonschema_rs.Draft4Validator(schema).is_valid(body) for body in bodies] == expected


@pytest.mark.parametrize("lock", ["tests/integration/readers/package-lock.json", "bench/package-lock.json"])
def test_a_lock_of_node_packages_names_no_address(lock: str) -> None:
    """It says what is installed, with a hash each, not where one machine got it, and is the project's."""
    folder = (ROOT / lock).parent
    text = (ROOT / lock).read_text()
    packages = json.loads(text)["packages"]
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    assert '"resolved"' not in text
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def drawn(mode: GenerationMode, count: int) -> list[dict[str, Any]]:
    """Return the objects with an integer amount in a known currency that stock Schemathesis draws."""
    operation = schemathesis.openapi.from_path(str(CONTRACT))[PATH]["POST"]
    bodies: list[Any] = []

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def draw(case: schemathesis.Case) -> None:
        bodies.append(case.body)

    draw()
    return [body for body in bodies if isinstance(body, dict) and judged_by_money(body)]


def judged_by_money(body: dict[str, Any]) -> bool:
    """Tell whether a body has an integer amount in a supported currency."""
    currency = body.get("currency")
    return isinstance(currency, str) and currency in TABLE and type(body.get("amount")) is int


def test_schemathesis_draws_exact_minimums() -> None:
    """Positive data is right for its currency, and meets the minimum of several exactly."""
    bodies = drawn(GenerationMode.POSITIVE, 200)
    rules = [(body["amount"], TABLE[body["currency"]]) for body in bodies]
    assert len(bodies) == 200
    assert all(rule["minimum"] <= amount and amount % rule["step"] == 0 for amount, rule in rules)
    exact = {body["currency"] for body in bodies if body["amount"] == TABLE[body["currency"]]["minimum"]}
    assert len(exact) >= 3


@pytest.mark.long
def test_schemathesis_draws_amounts_below_the_minimum() -> None:
    """Negative data holds amounts that are positive, and too small for their currency alone."""
    bodies = drawn(GenerationMode.NEGATIVE, 400)
    assert any(0 < body["amount"] < TABLE[body["currency"]]["minimum"] for body in bodies)


NAMED = """
import type { components } from "./flat";
type Req = components["schemas"]["PaymentIntentRequest"];
export const email: Req["receipt_email"] = "yard@example.com";
export const absent: Req["receipt_email"] = undefined;
// @ts-expect-error
export const wrong: Req["receipt_email"] = 5;
export function pay(amount: Req["amount"], currency: Req["currency"]): Req {
  return { amount, currency };
}
"""


@pytest.mark.node
def test_each_member_of_the_flat_contract_has_a_type(node: Path, tmp_path: Path, server_url: str) -> None:
    """Of the served contract with `?flat=1`, `Req['receipt_email']` compiles; the command prints the same types."""
    made = run(node / "openapi-typescript", f"{server_url}/_tollbridge/openapi.json?flat=1", "-o", tmp_path / "flat.ts")
    assert made.returncode == 0, made.stderr
    (tmp_path / "named.ts").write_text(NAMED)
    compiled = run(node / "tsc", "--noEmit", "--strict", "named.ts", cwd=tmp_path)
    assert (compiled.stdout, compiled.returncode) == ("", 0)
    printed = run(Path(sys.executable), "-m", "tollbridge", "contract", "types", "--flat", cwd=READERS)
    assert printed.stdout == (tmp_path / "flat.ts").read_text(), printed.stderr
