"""Running the tests of facts: a plugin of pytest that keeps what came of each, and another Stripe for them to ask."""

import contextlib
import io
import re
import sys
import time
from dataclasses import dataclass, field

import pytest

from tests.truth.facts import UNIT, Fact
from tests.truth.moment import Moment
from tests.truth.stripe_at import Address, StripeAt, cannot_be_asked
from tests.unit import stripe_calls
from tollbridge.masking import masked

MAX_SAID = 200
"""Characters of what a failed comparison says."""


@dataclass(frozen=True)
class Outcome:
    """What came of one test.

    Args:
        verdict: `holds`, `differs` or `not asked`.
        said: the comparison that failed, or why it could not be asked.
    """

    verdict: str
    said: str = ""


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Asking:
    """Pytest's plugin: keeps the outcomes by the tests' ids.

    Args:
        address: the Stripe to ask; None for the simulator of this process.
    """

    address: Address | None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    asked: int = 0
    """Requests of the test that runs."""
    stripes: list[StripeAt] = field(default_factory=list)
    """What the test that runs talks to."""

    def pytest_runtest_setup(self) -> None:
        """Begin a test: its time, and the number of its requests."""
        Moment.began, self.asked = int(time.time()), 0

    def pytest_runtest_teardown(self) -> None:
        """End a test: what an account has only a few of is deleted."""
        while self.stripes:
            with contextlib.suppress(pytest.skip.Exception):  # an address that is gone keeps what it has
                self.stripes.pop().clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what came of a test."""
        if report.when == "call" or not report.passed:
            self.outcomes[report.nodeid] = self._outcome(report)

    def simulator(self, *, prepared: bool) -> StripeAt:
        """Return what stands for a simulator at the address."""
        assert self.address is not None
        if prepared:
            cannot_be_asked("it needs a state of its own")
        self.stripes.append(StripeAt(self.address, self._count))
        return self.stripes[-1]

    def _count(self) -> None:
        self.asked += 1

    def _outcome(self, report: pytest.TestReport) -> Outcome:
        if report.skipped:
            return Outcome("not asked", _reason(report))
        if self.address is not None and not self.asked:
            return Outcome("not asked", "its test asks no Stripe by HTTP")
        return Outcome("holds") if report.passed else Outcome("differs", _comparison(report))


def _reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return _short(reason.removeprefix("Skipped: "))


def _comparison(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return _short(crash.message if crash else report.longreprtext)


def _short(text: str) -> str:
    """Return a text without its secrets, on one line, as long as a line of a table may be."""
    plain = masked(" ".join(text.split()), lambda kept, _secret: f"{kept}…")
    printable = "".join(one if one.isprintable() else "?" for one in plain)
    return printable if len(printable) <= MAX_SAID else f"{printable[:MAX_SAID]}…"


def asked(facts: list[Fact], address: Address | None) -> dict[str, Outcome]:
    """Run the tests of facts, in this process, and return their outcomes by pytest's ids.

    Args:
        facts: whose tests are run.
        address: the Stripe to ask; None for the simulator of this process.
    """
    plugin = Asking(address)
    if address is not None:
        stripe_calls.elsewhere = plugin.simulator
        stripe_calls.NOW = Moment(0)
    tests = sorted({f"{UNIT / file}::{name}" for fact in facts for file, name, _row in fact.tests})
    ours = "ignore::pytest.PytestAssertRewriteWarning"  # this process has loaded what pytest would have rewritten
    arguments = ["-q", "--tb=short", "-W", ours, "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        code = pytest.main(arguments, plugins=[plugin])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print(re.sub(r"(?m)^", "pytest: ", output.getvalue()), file=sys.stderr)
        raise SystemExit(3)
    return plugin.outcomes
