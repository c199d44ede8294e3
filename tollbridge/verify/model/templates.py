"""The templates of a contract's paths, and what fits them: a path is unknown that fits none of them."""

import re
from functools import lru_cache

from tollbridge.contract import Contract, sendable


def methods_at(contract: Contract, path: str) -> set[str]:
    """Return the methods of the operations whose templates a path fits; empty where no operation has it.

    Args:
        contract: whose operations are meant, also those that are not served.
        path: of a request, perhaps with a query.
    """
    sent = path.partition("?")[0]
    return {
        one.method.upper()
        for one in contract.operations
        if any(_pattern(sendable(path)).fullmatch(sent) for path in one.paths)
    }


def unknown_path(contract: Contract, near: str) -> str:
    """Return a path below an operation's that fits no template of the contract."""
    path = "/".join("unknown" if "{" in step else step for step in near.rstrip("/").split("/"))
    while methods_at(contract, path):
        path += "/unknown"
    return path


@lru_cache(maxsize=10_000)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("/".join(map(_of_step, template.split("/"))))


def _of_step(step: str) -> str:
    """Return what matches a step of a template; one with parameters, somewhat too widely, in one go."""
    return "[^/]*" if "{" in step else re.escape(step)
