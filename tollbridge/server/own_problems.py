"""Problems of the contract's own, for handlers to raise: `raise problems["gate-closed"]("Gate 12 is closed.")`."""

from collections.abc import Callable, Sequence
from functools import partial

from tollbridge.contract.problems import DeclaredProblem
from tollbridge.problems import Entry, OwnProblem


class Problems:
    """The problems that the contract declares, by their `error_code`."""

    def __init__(self, declared: Sequence[DeclaredProblem]) -> None:
        """Take what is declared."""
        self._declared = {one.error_code: one for one in declared}

    def __getitem__(self, error_code: str) -> Callable[..., OwnProblem]:
        """Return what makes a problem of a detail, and of `members` and `headers` where it has them.

        Raises:
            LookupError: the contract declares no such problem.
        """
        if error_code not in self._declared:
            known = ", ".join(self._declared) or "none"
            raise LookupError(f"The contract's x-problems have no {error_code!r}; there are: {known}.")
        one = self._declared[error_code]
        return partial(OwnProblem, one.status, one.title, one.error_code)


def entries_of(declared: Sequence[DeclaredProblem]) -> list[Entry]:
    """Return declared problems as lines of the catalogue, for their pages."""
    return [Entry(one.status, one.error_code, one.title, one.meaning, in_contract=True) for one in declared]
