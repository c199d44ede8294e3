"""What HTTP itself may refuse, at an ordinary operation: no JSON, another media type, a method and a path of nobody."""

from collections.abc import Iterator

from tollbridge.contract import Reading
from tollbridge.contract.samples.written import reading_of_body
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.model.steps import ELSEWHERE, Call, Case, RightAnswer
from tollbridge.verify.model.templates import unknown_path

NOT_JSON = (("no JSON", b"{"), ("nothing for a body", b""), ("JSON and more", b"{} {}"))
NOT_UTF_8 = ("no UTF-8", b'{"x": "\xff"}')
"""Many servers read something else for the wrong bytes: that is a choice."""

METHODS = ("DELETE", "PATCH", "PUT", "POST", "GET")


def wire(context: CaseContext) -> Iterator[Case]:
    """Yield a right request with one thing wrong that is not of its values."""
    operation = context.subject.operation
    right = right_call(context)
    if right.content and reading_of_body(operation) is Reading.JSON:
        for what, raw in (*NOT_JSON, *([NOT_UTF_8] if context.held.choice else [])) if operation.body_required else ():
            yield _case(right.but(raw=raw, document=None), what, "malformed-json")
        strange = right.but(content=(("Content-Type", "text/x-unknown"),))
        yield _case(strange, "another media type", "unsupported-media-type")
    path = unknown_path(context.held.contract, operation.target)
    yield _case(right.but(path=path, path_values={}, query=()), "a path that no operation has", "not-found")
    if context.held.choice:  # what a contract does not document another server may have
        known = {one.method.upper() for one in context.held.contract.operations if one.path == operation.path}
        for method in [one for one in METHODS if one not in known][:1]:
            yield _case(right.but(method=method), f"the method {method}", "method-not-allowed")


def _case(call: Call, what: str, code: str) -> Case:
    return Case(what, (call.but(right=RightAnswer(ELSEWHERE, code=code), note=what),))
