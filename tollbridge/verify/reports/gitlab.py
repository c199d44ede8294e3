"""A run as GitLab's code-quality report: the merge request shows each finding at the contract's own line."""

import json

from tollbridge.verify.reports.finding_lines import title
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.spans import shown

SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def gitlab(run: Document) -> str:
    """Return the findings of a run as GitLab reads them."""
    issues = [
        {
            "description": shown(title(finding)),
            "check_name": finding["check"],
            "fingerprint": finding["fingerprint"],
            "severity": SEVERITIES[finding["severity"]],
            "location": {"path": run["contract_file"], "lines": {"begin": finding["line"]}},
        }
        for finding in run["findings"]
    ]
    return json.dumps(issues, indent=1) + "\n"
