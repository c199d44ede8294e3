"""The tests of a target: one for each check and operation, and one for the run as a whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tollbridge import quoting
from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.pytest_plugin.harness import CouldNotAsk, Harness
from tollbridge.pytest_plugin.options import destination
from tollbridge.pytest_plugin.outcome import Failed, Known, Skipped, outcome_of_check, outcome_of_run
from tollbridge.verify import CHECKS

GROUP = "tollbridge"
"""xdist's group of the tests: with `--dist loadgroup` one worker has all of them."""


class TargetFinding(Exception):
    """A verdict of the harness, as a failure's text."""


class TargetTests(pytest.Collector):
    """The tests of one target."""

    def __init__(self, harness: Harness, contract: Contract, **more: Any) -> None:
        super().__init__(**more)
        self.harness = harness
        self.contract = contract

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests, the same in each of xdist's workers."""
        for operation in self.contract.operations:
            for check in CHECKS if operation.body else ():
                name = quoting.github_log(f"{operation.operation_id}[{check}]")
                yield CheckTest.from_parent(self, name=name, check=check, operation=operation.operation_id)
        yield RunTest.from_parent(self, name="everything was exercised")


class TargetTest(pytest.Item):
    """One test of a target."""

    parent: TargetTests

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.add_marker(pytest.mark.xdist_group(GROUP))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what the harness says, and not where in the plugin it is said."""
        if isinstance(excinfo.value, TargetFinding | CouldNotAsk):
            return failure_text(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the contract as the place of the test."""
        return self.path, None, f"tollbridge {self.name}"

    def end_as(self, outcome: Failed | Skipped | Known | None) -> None:
        """End as the harness says."""
        match outcome:
            case Failed(said):
                raise TargetFinding(said)
            case Skipped(why):
                pytest.skip(quoting.github_log(why))
            case Known(found):
                pytest.xfail(quoting.github_log(found))


class CheckTest(TargetTest):
    """The verdict of one check on one operation."""

    def __init__(self, check: str, operation: str, **more: Any) -> None:
        super().__init__(**more)
        self.check, self.operation = check, operation

    def runtest(self) -> None:
        """Ask the run of the harness."""
        self.end_as(outcome_of_check(self.parent.harness.run(), self.check, self.operation))


class RunTest(TargetTest):
    """Whether everything was exercised that had to be."""

    def runtest(self) -> None:
        """Ask the run of the harness."""
        self.end_as(outcome_of_run(self.parent.harness.run()))


def target_items(session: pytest.Session) -> list[pytest.Item]:
    """Return the tests of the target that the options name.

    Raises:
        pytest.UsageError: the contract has faults.
    """
    given = session.config.getoption(destination("contract"))
    try:
        contract = load_contract(Path(given) if given else _bundled())
    except ContractError as error:
        raise pytest.UsageError(f"--tollbridge-contract: {error}") from None
    about = {"name": GROUP, "nodeid": GROUP, "path": contract.path.resolve()}
    return [*TargetTests.from_parent(session, **about, harness=Harness(session.config), contract=contract).collect()]


def failure_text(said: str) -> str:
    """Return what is wrong as pytest marks errors."""
    return "\n".join(f"E   {quoting.github_log(line)}" for line in said.split("\n"))


def _bundled() -> Path:
    """Return the contract that comes with the package."""
    from tollbridge.compose import Options  # it takes a second to load

    return Options().contract
