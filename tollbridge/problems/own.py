"""Problems that a contract declares, besides those that the server itself can give."""

from collections.abc import Mapping

from tollbridge.problems.problem import Problem


class OwnProblem(Problem):
    """A problem that the contract declares (`x-problems`)."""

    def __init__(
        self,
        status: int,
        title: str,
        error_code: str,
        detail: str,
        *,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Describe one occurrence.

        Args:
            status: the HTTP status, as declared.
            title: as declared.
            error_code: under which it is declared.
            detail: what was sent, what was expected, what to do; never a secret.
            members: further members of the document, by name.
            headers: response headers that this occurrence needs, by name.
        """
        super().__init__(detail, members=members, headers=headers)
        self.status, self.title, self.error_code = status, title, error_code
