"""The harness: judges any implementation of a contract from both sides, as its client and as its Stripe.

The way of one run, room by room:

1. `session.verify` reads the contract and the world, starts our Stripe (`target/stripe_double.py`), finds the target.
2. `target/probe.py` makes the first calls: whether the target is there, and which of our choices it shares.
3. `cases/` makes tables of cases, and `cases/random_sequences.py` draws more.
4. `target/runner.py` plays a case over `target/connection.py`; each call becomes an exchange.
5. `model/oracle.py` works out what a right answer is: an expectation, beside the evidence of what was seen.
6. `evaluator.py` holds each exchange against `checks/`, and counts what each had to judge.
7. `findings/` plays a finding again, makes it small, and runs the scripts that show it without the harness.
8. `coverage/` says what had to be exercised and was not; `reports/` says it all.
"""

from tollbridge.verify.checks import CHECKS, Check
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.finding import Finding
from tollbridge.verify.offline import Again, verify_again
from tollbridge.verify.options import PROFILES, VerifyOptions
from tollbridge.verify.reports.report import NOT_ASKED, Report
from tollbridge.verify.session import verify

__all__ = [
    "CHECKS",
    "NOT_ASKED",
    "PROFILES",
    "Again",
    "Check",
    "Finding",
    "Report",
    "VerifyError",
    "VerifyOptions",
    "verify",
    "verify_again",
]
