"""The harness: stands on both sides of a target, as its client and as its Stripe, and judges each exchange."""

from tollbridge.verify.again import Again, verify_again
from tollbridge.verify.checks import CHECKS, Check
from tollbridge.verify.error import VerifyError
from tollbridge.verify.finding import Finding
from tollbridge.verify.plan import Plan
from tollbridge.verify.report import NOT_ASKED, Report
from tollbridge.verify.run import EVERY_ORIGIN, verify

__all__ = [
    "CHECKS",
    "EVERY_ORIGIN",
    "NOT_ASKED",
    "Again",
    "Check",
    "Finding",
    "Plan",
    "Report",
    "VerifyError",
    "verify",
    "verify_again",
]
