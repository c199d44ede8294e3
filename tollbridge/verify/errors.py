"""The harness has two trees: a finding says that the target is wrong, an error that it could not be asked."""

from collections.abc import Sequence

from tollbridge import quoting


class VerifyError(Exception):
    """The target could not be asked; the sentence says why and what to do."""

    def __init__(self, said: str, *more: str, log: Sequence[str] = ()) -> None:
        """Say it in lines of which each stays one, whatever a target, a contract or a world has put into it.

        Args:
            said: the sentence.
            more: lines after it.
            log: what a process printed that is why; its secrets are masked where it is told (`Run.in_words`).
        """
        super().__init__("\n".join(map(quoting.terminal, (said, *more))))
        self.log = list(log)


class Enough(Exception):
    """The run ends here, with what it has; the sentence says why."""


class TimeOver(Enough):
    """The run's time is over: what had to be exercised may have been."""
