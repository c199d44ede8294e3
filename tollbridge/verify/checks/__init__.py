"""The checks: each is named, documented and counted. The order of import is the order of judgement."""

from tollbridge.verify.checks import (  # noqa: I001 - the order is meant
    asked,
    answer,
    headers,
    secrecy,
    keys,
    pairs,
    verdict,
    blame,
    provider,
    subscription,
    fault,
    group,
)
from tollbridge.verify.model.check import CHECKS, SEVERITIES, Check, Wrong

__all__ = [
    "CHECKS",
    "SEVERITIES",
    "Check",
    "Wrong",
    "answer",
    "asked",
    "blame",
    "fault",
    "group",
    "headers",
    "keys",
    "pairs",
    "provider",
    "secrecy",
    "subscription",
    "verdict",
]
