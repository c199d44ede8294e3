"""Reports: one result, of which each file here makes one format."""

from tollbridge.verify.reports.finding_lines import finding_text, title
from tollbridge.verify.reports.formats import FORMATS, fault_of, schema
from tollbridge.verify.reports.github import annotations, in_actions, step_summary, stopped
from tollbridge.verify.reports.merge import merged
from tollbridge.verify.reports.report import Report
from tollbridge.verify.reports.text import lines, text

__all__ = [
    "FORMATS",
    "Report",
    "annotations",
    "fault_of",
    "finding_text",
    "in_actions",
    "lines",
    "merged",
    "schema",
    "step_summary",
    "stopped",
    "text",
    "title",
]
