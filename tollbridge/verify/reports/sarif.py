"""A run as SARIF 2.1.0, for code scanning: a result for each finding, at the contract's own line."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tollbridge.verify.reports.finding_lines import finding_text, title
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.spans import shown

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0"}
"""GitHub shows a result by this number; the ranges are its own."""


def sarif(run: Document) -> str:
    """Return a run as SARIF."""
    names = [check["name"] for check in run["checks"]]
    driver = {
        "name": "tollbridge",
        "version": run["tollbridge"],
        "rules": [_rule(check) for check in run["checks"]],
    }
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": f"tollbridge/{quote(run['contract'])}/"},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(run)],
                "results": [_result(finding, run, names) for finding in run["findings"]],
            }
        ],
    }
    return json.dumps(log, indent=1) + "\n"


def _rule(check: Document) -> dict[str, Any]:
    return {
        "id": check["name"],
        "shortDescription": {"text": check["asserts"]},
        "defaultConfiguration": {"level": LEVELS[check["severity"]]},
        "properties": {"security-severity": SCORES[check["severity"]], "tags": [check["severity"]]},
    }


def _result(finding: Document, run: Document, names: list[str]) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(run["contract_file"])}, "region": {"startLine": finding["line"]}}
    return {
        "ruleId": finding["check"],
        "ruleIndex": names.index(finding["check"]),
        "level": LEVELS[finding["severity"]],
        "message": {"text": shown(f"{title(finding)}\n\n{finding_text(finding, run)}")},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"name": shown(finding["operation"]), "kind": "function"}],
            }
        ],
        "partialFingerprints": {"tollbridge/v1": finding["fingerprint"]},
        "properties": {
            "rules": [shown(rule) for rule in finding["rules"]],
            "scripts": finding["scripts"],
            **({"followsFrom": finding["follows_from"]} if finding["follows_from"] else {}),
        },
    }


def _invocation(run: Document) -> dict[str, Any]:
    said = [{"level": "warning", "message": {"text": shown(what)}} for what in _not_reached(run)]
    return {
        "executionSuccessful": not said,
        "exitCode": run["exit_code"],
        "endTimeUtc": run["ended"],
        "toolExecutionNotifications": said,
    }


def _not_reached(run: Document) -> Iterator[str]:
    yield from (f"not exercised: {what}" for what in run["not_exercised"])
    if run["unfinished"]:
        yield f"not finished: {run['unfinished']}"
