"""Reports of one result: each has its format's form, says the same, leaks no secret, and takes hostile text as text."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
import xmlschema
from click.testing import CliRunner
from markdown_it import MarkdownIt

from tests.hostile import obeyed, payload, renamed, strings
from tests.unit.test_verify_checks import exchange, problem, reply
from tests.unit.test_verify_findings import CALL, report
from tollbridge.cli import main
from tollbridge.contract import operation_lines, rule_lines
from tollbridge.verify import reports
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.consumer.checks import SIGNATURE
from tollbridge.verify.consumer.judgement import Fault, Judgement
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.model.evidence import TOKEN, Known
from tollbridge.verify.model.steps import Case
from tollbridge.verify.reports.answers import answers_document

TOKEN_SHOWN, SECRET_TAIL = "opaque-token-of-account-7", "S3cretTail99"
KNOWN = Known(canaries={TOKEN_SHOWN: TOKEN}, secrets=[f"pi_1_secret_{SECRET_TAIL}"])
LEAKY = f'{{"detail":"{TOKEN_SHOWN} {SECRET_TAIL} sk_test_abcdefgh pi_2_secret_abcdefgh"}}'
TIMINGS = ((200, 0.004), (200, 0.011), (402, 0.3), (0, 12.0))
SPARED = {"format", "critical", "high", "medium", "low", *(f"{number}" for number in range(10))}


@cache
def run(**changes: Any) -> dict[str, Any]:
    """The document of a run with several findings, one of which has a script."""
    evaluator = Evaluator(CHECKS)
    wrong = [exchange(answer=problem(409, "provider-refused")), exchange(answer=reply(400, LEAKY), known=KNOWN)]
    for x in wrong:
        evaluator.keep(Case("first", (CALL,)), evaluator.judge([x]))
    findings = [*evaluator.findings.values()]
    findings[-1].scripts = {"sh": f"# <steps>\necho {SECRET_TAIL}\n", "pytest": "def test(): ...\n"}
    plain = {
        "findings": findings,
        "tally": evaluator.tally,
        "timings": TIMINGS,
        "ended": datetime(2026, 1, 2, tzinfo=UTC),
        "world": "world.yaml",
    }
    return report(**(plain | changes)).document()


def clean(**changes: Any) -> dict[str, Any]:
    """The document of a run without findings."""
    return report(**changes).document()


def consumed() -> dict[str, Any]:
    """The document of a run with a consumer of webhooks that is wrong."""
    fault = Fault(SIGNATURE, "200", f"signed by nobody: 200 {LEAKY}", f"POST x\n{LEAKY}", LEAKY)
    return clean(consumer=Judgement("http://a.example", [fault], {SIGNATURE.name: 1}, {"webhook-order": LEAKY}, 3))


def hostile(document: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A run in which every text that a target, a contract or a world may have chosen ends with hostile text."""
    text = payload(tmp_path / "canary")
    names = set(reports.schema()["properties"]) | {
        name for one in reports.schema()["definitions"].values() for name in one["properties"]
    }
    kept = names | SPARED | {document["ended"], "sh", "pytest", "statuses", "milliseconds", "histogram", "from", "to"}
    kept |= {finding["fingerprint"] for finding in document["findings"]} | {"median", "p95", "slowest"}
    made: dict[str, Any] = renamed(document, {one: one + text for one in strings(document) if one not in kept})
    return made


class Tags(HTMLParser):
    """Collects the tags of a page, each with the names of its attributes, and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.links += [str(value) for name, value in attrs if name in ("href", "src", "action", "srcset", "data")]


def tags(page: str) -> Tags:
    """The tags of a page."""
    found = Tags()
    found.feed(page)
    return found


@pytest.mark.parametrize(
    "document", [run(), clean(), clean(unfinished="over", unexercised=["the role X: nobody"]), consumed()]
)
def test_a_run_has_the_published_form(document: dict[str, Any]) -> None:
    """The document fits the JSON Schema that `tollbridge report schema` prints, which allows nothing else."""
    printed = CliRunner().invoke(main, ["report", "schema"])
    assert printed.exit_code == 0
    schema = json.loads(printed.output)
    assert schema["additionalProperties"] is False
    validator = jsonschema_rs.Draft7Validator(schema)
    assert [*map(str, validator.iter_errors(json.loads(reports.FORMATS["json"](document))))] == []
    assert not validator.is_valid(document | {"more": 1})
    for name in document:
        assert not validator.is_valid({key: value for key, value in document.items() if key != name}), name


def test_junit_fits_its_schema_and_counts_right(tmp_path: Path) -> None:
    """Failures are the checks that found something, errors what was not exercised; hostile text changes no element."""
    schema = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
    for document in (run(), clean(), run(unfinished="over"), hostile(run(unfinished="over"), tmp_path)):
        text = reports.FORMATS["junit"](document)
        schema.validate(text)
        checks, exercised = ET.fromstring(text)
        failed = {finding["check"] for finding in document["findings"]}
        assert len(failed) == int(checks.attrib["failures"]) == len(checks.findall("testcase/failure"))
        assert int(checks.attrib["tests"]) == len(document["checks"])
        assert int(exercised.attrib["errors"]) == bool(document["unfinished"])
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(reports.FORMATS["junit"](run()).replace(' hostname="localhost"', ""))


def test_junit_of_a_run_with_exit_code_0_has_no_failure() -> None:
    """What the baseline knows may hide what was not exercised: that is skipped, and the build stays green."""
    known = clean(known=report_findings(), unexercised=["the check recovers: never held"])
    assert known["exit_code"] == 0
    suites = ET.fromstring(reports.FORMATS["junit"](known))
    assert [(suite.attrib["failures"], suite.attrib["errors"]) for suite in suites] == [("0", "0")] * 2
    assert suites.find(".//testcase[@name='the check recovers']/skipped") is not None


def report_findings() -> list[Any]:
    """A finding."""
    evaluator = Evaluator(CHECKS)
    return evaluator.keep(Case("x", (CALL,)), evaluator.judge([exchange(answer=problem(409, "provider-refused"))]))


SARIF_RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": {"type": "object", "required": ["text"]},
        "locations": {
            "items": {
                "properties": {
                    "physicalLocation": {
                        "properties": {
                            "artifactLocation": {
                                "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"}}
                            },
                            "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
                        }
                    }
                }
            }
        },
    },
}
"""What SARIF 2.1.0 asks of a result, in the parts that are written."""


def test_sarif_has_a_result_for_each_finding(tmp_path: Path) -> None:
    """Each is at the contract's line, with a rule that is declared and a fingerprint; what was not reached is told."""
    for document in (run(unfinished="over"), hostile(run(unfinished="over"), tmp_path)):
        [found] = json.loads(reports.FORMATS["sarif"](document))["runs"]
        rules = found["tool"]["driver"]["rules"]
        validator = jsonschema_rs.Draft7Validator(SARIF_RESULT)
        for result, finding in zip(found["results"], document["findings"], strict=True):
            assert [*map(str, validator.iter_errors(result))] == []
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["check"]
            assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == finding["line"]
            assert finding["fingerprint"] in result["partialFingerprints"].values()
        [invocation] = found["invocations"]
        assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
        assert "not finished: over" in invocation["toolExecutionNotifications"][-1]["message"]["text"]


def test_gitlab_has_an_issue_for_each_finding() -> None:
    """Each has GitLab's members, its severity in GitLab's words, and the contract's line."""
    document = run()
    issues = json.loads(reports.FORMATS["gitlab"](document))
    assert [issue["fingerprint"] for issue in issues] == [finding["fingerprint"] for finding in document["findings"]]
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] > 1


COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^:,]*,?)+)::([^\r\n]*)")
"""A workflow command as GitHub's runner reads it."""


def test_annotations_are_one_command_each(tmp_path: Path) -> None:
    """Hostile text neither ends a property nor begins another command; read as GitHub does, it is the text."""
    document = hostile(run(unfinished="over"), tmp_path)
    lines = [*reports.annotations(document)]
    assert len(lines) == len(document["findings"]) + 1
    for line, finding in zip(lines, document["findings"], strict=False):
        command = COMMAND.fullmatch(line)
        assert command, line
        assert line.isprintable()
        properties = dict(part.split("=", 1) for part in command[2].split(","))
        assert properties.keys() == {"file", "line", "title"}
        assert properties["line"] == str(finding["line"])
        assert finding["fingerprint"] in unquote(properties["title"])
        assert finding["check"].split("\n")[0] in unquote(command[3])


def test_a_step_summary_is_a_table_and_text(tmp_path: Path) -> None:
    """Rendered, it has the verdict, a row for each finding, and no element that a target wrote."""
    document = hostile(run(unfinished="over"), tmp_path)
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(reports.step_summary(document))
    assert f"{len(document['findings'])} findings" in page
    assert page.count("<tr>") == 1 + len(document["findings"])
    expected = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert {tag for tag, *_ in tags(page).tags} <= expected


def test_actions_get_annotations_and_a_summary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In GitHub Actions what a target wrote stands between lines that stop commands; elsewhere there are none."""
    from tollbridge.cli.reports import tell

    made = report(findings=report_findings())
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    printed: list[str] = []
    monkeypatch.setattr("click.echo", lambda text, **_: printed.extend(text.split("\n")))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    tell(made, {}, None, full=False, quiet=False)
    assert not summary.exists()
    assert not [line for line in printed if line.startswith("::")]
    printed.clear()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tell(made, {}, None, full=False, quiet=False)
    commands = [line for line in printed if line.startswith("::")]
    mark = commands[0].removeprefix("::stop-commands::")
    assert len(mark) == 32
    assert (printed[0], commands[1]) == (commands[0], f"::{mark}::")
    assert commands[2].startswith("::error file=openapi.yaml,line=")
    assert "1 finding" in summary.read_text("utf-8")


def test_the_page_asks_nobody_and_runs_its_own_script_only() -> None:
    """Its policy allows its own style and script by their hashes, and nothing else; its links stay on the page."""
    page = reports.FORMATS["html"](run())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert f"{tag}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy[1]
    found = tags(page)
    assert [link for link in found.links if not link.startswith(("#", "data:,"))] == []
    assert not [attributes for _, *attributes in found.tags if "style" in attributes]
    targets = set(re.findall(r' id="([^"]*)"', page))
    assert {link[1:] for link in found.links if link.startswith("#")} <= targets


def test_the_page_says_everything() -> None:
    """The verdict is first; each finding has both sides and its scripts; rules, checks and plots are there."""
    document = run(unfinished="over")
    page = reports.FORMATS["html"](document)
    body = page.partition("<body>")[2]
    count = len(document["findings"])
    assert (
        body.index(f"{count} findings")
        < body.index("over")
        < body.index("Findings")
        < body.index("Rules of the contract")
    )
    assert page.count("<article") == count
    assert page.count("Stripe was told</h4>") == count
    assert page.count("Copy</button>") == 2
    assert page.count("<svg") == 2
    for rule in document["rules"]:
        assert f'<th scope="row">{rule["id"]}</th>' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_hostile_text_is_text_on_the_page(tmp_path: Path) -> None:
    """The page of a hostile run has the very elements and attributes of the same run without the hostile text."""
    plain, attacked = (reports.FORMATS["html"](one) for one in (run(), hostile(run(), tmp_path)))
    assert tags(attacked).tags == tags(plain).tags
    assert obeyed(attacked) == []


def test_what_a_consumer_does_wrong_is_known_by_a_baseline() -> None:
    """It is told as known, and the exit code is 0; a consumer of which nothing was judged is exit code 2."""
    [finding] = consumed()["findings"]
    fault = Fault(SIGNATURE, "200", "signed by nobody: 200")
    known = clean(consumer=Judgement("http://a.example", [fault], {"x": 1}), baseline={finding["fingerprint"]: "x"})
    assert (known["findings"], [one["check"] for one in known["known"]]) == ([], ["webhook-signature"])
    assert (consumed()["exit_code"], known["exit_code"]) == (1, 0)
    nothing = clean(consumer=Judgement("http://a.example", aside={"webhook-order": "no events"}))
    assert (nothing["exit_code"], nothing["unfinished"]) == (2, "no webhook was judged: no events")


def test_no_finding_of_a_consumer_has_a_secret() -> None:
    """What it answered is masked as every answer is, by its form."""
    told = json.dumps(consumed()) + reports.text(consumed(), full=True)
    assert "webhook-signature" in told
    assert "sk_test_abcdefgh" not in told
    assert "secret_abcdefgh" not in told


@pytest.mark.parametrize("name", sorted(reports.FORMATS))
def test_no_report_has_a_secret(name: str) -> None:
    """Tokens and client secrets are masked by their value, keys by their form, in every format."""
    document = run()
    told = "\n".join(
        [
            reports.FORMATS[name](document),
            reports.text(document, full=True),
            reports.step_summary(document),
            *reports.annotations(document),
        ]
    )
    for secret in (TOKEN_SHOWN, SECRET_TAIL, "sk_test_abcdefgh", "pi_2_secret_abcdefgh"):
        assert secret not in told


def test_the_terminal_is_told_nothing(tmp_path: Path) -> None:
    """The text of a hostile run has nothing that a terminal obeys."""
    assert obeyed(reports.text(hostile(run(), tmp_path), full=True)) == []


def test_rules_and_operations_have_their_lines() -> None:
    """The line of a rule is that of its id, the line of an operation is within it."""
    contract = report().contract
    lines = contract.path.read_text("utf-8").splitlines()
    rules = rule_lines(contract)
    assert rules.keys() == {rule.id for rule in contract.rules}
    for identity, number in rules.items():
        assert f"id: {identity}" in lines[number - 1]
    [(operation, number)] = operation_lines(contract).items()
    assert (operation, number > 1) == ("create_payment_intent", True)


def counted(document: dict[str, Any]) -> Iterator[int]:
    """The counts of a histogram."""
    yield from (one["count"] for one in document["histogram"])


def test_answers_are_counted_once() -> None:
    """Each answer is in one bar of each plot; no answer at all has none."""
    document = answers_document(TIMINGS)
    assert document["statuses"] == {"200": 2, "402": 1, "none": 1}
    assert sum(counted(document)) == len(TIMINGS)
    assert document["milliseconds"] == {"median": 300.0, "p95": 12_000.0, "slowest": 12_000.0}
    assert answers_document(())["milliseconds"] == {"median": None, "p95": None, "slowest": None}
    assert "<svg" not in reports.FORMATS["html"](clean())
