"""What was found out of a consumer, as parts of a run's document."""

from collections.abc import Mapping
from typing import Any

from tollbridge import quoting
from tollbridge.verify.consumer.checks import CONSUMER_CHECKS, ConsumerCheck
from tollbridge.verify.consumer.judgement import Fault, Judgement
from tollbridge.verify.model.check import SEVERITIES
from tollbridge.verify.model.finding import brief, fingerprint, masked

OPERATION = "webhooks"
"""What stands for an operation in findings of a consumer."""

MAX_SENT = 1_500
"""Characters of a delivery that a report shows: its headers, and the beginning of its event."""


def findings_of(judgement: Judgement, known: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what is wrong, as a report's findings, the worst first; and what of it a baseline knows.

    Args:
        judgement: of the consumer.
        known: the baseline's fingerprints.
    """
    ordered = sorted(judgement.faults, key=lambda fault: SEVERITIES.index(fault.check.severity))
    found = [_finding(fault) for fault in ordered]
    new = [one for one in found if one["fingerprint"] not in known]
    return new, [_known(one) for one in found if one["fingerprint"] in known]


def checks_of(judgement: Judgement) -> list[dict[str, Any]]:
    """Return the checks of consumers, as a report lists checks."""
    return [_check(check, judgement) for check in CONSUMER_CHECKS]


def _finding(fault: Fault) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint(OPERATION, fault.check.name, fault.cause),
        "check": fault.check.name,
        "severity": fault.check.severity,
        "operation": OPERATION,
        "asserts": fault.check.asserts,
        "rules": [],
        "found": brief(fault.found),
        "expected": fault.check.expected,
        "case": brief(fault.found),
        "steps": [],
        "seen_in": ["deliveries of webhooks"],
        "count": 1,
        "seconds_to_find": 0.0,
        "reproduced": False,
        "replay": "deliveries of webhooks are played by the harness only",
        "sent": brief(fault.sent, most=MAX_SENT),
        "stripe_was_told": None,
        "came_back": brief(fault.came_back, most=MAX_SENT),
        "target_log": [],
        "remembers": None,
        "follows_from": None,
        "scripts": {},
        "hides": 0,
        "line": 1,
    }


def _known(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in ("fingerprint", "check", "operation", "found")}


def _check(check: ConsumerCheck, judgement: Judgement) -> dict[str, Any]:
    reason = judgement.aside.get(check.name)
    return {
        "name": check.name,
        "severity": check.severity,
        "asserts": check.asserts,
        "held": judgement.judged.get(check.name, 0),
        "findings": sum(fault.check is check for fault in judgement.faults),
        "not_applicable": reason and quoting.terminal(masked(reason)),
        "operations": {},
    }
