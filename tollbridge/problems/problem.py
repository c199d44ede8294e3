"""The root of the tree: a refusal, ready to be sent."""

from collections.abc import Mapping, Sequence

PAGES = "/_tollbridge/problems/"
"""Where the server answers a problem's `type` with a page; a relative reference, as RFC 9457 allows."""


class Problem(Exception):
    """A refusal, ready to be sent as `application/problem+json`."""

    status: int
    title: str
    error_code: str

    def __init__(
        self,
        detail: str,
        *,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Describe one occurrence.

        Args:
            detail: what was sent, what was expected, what to do; never a secret.
            members: further members of the document, by name.
            headers: response headers that this occurrence needs, by name.
        """
        super().__init__(detail)
        self.detail = detail
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    def document(self, instance: str) -> dict[str, object]:
        """Return the RFC 9457 document of this occurrence.

        Args:
            instance: the request id.
        """
        return {
            "type": PAGES + self.error_code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "error_code": self.error_code,
            **self.members,
        }


class Listing(Problem):
    """A problem that lists what is wrong, one entry a fault."""

    def __init__(self, detail: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(detail, members={"errors": list(errors)})
