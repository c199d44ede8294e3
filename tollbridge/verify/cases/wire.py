"""The strict-wire table as cases: each row, and then a right call on the same connection."""

import json
from collections.abc import Iterator

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.wire_framing import framing, offers
from tollbridge.verify.cases.wire_spellings import CHUNKED, spellings
from tollbridge.verify.cases.wire_table import Row, Table
from tollbridge.verify.model.steps import Call, Case, WireVerdict
from tollbridge.verify.model.templates import methods_at


def _is_anothers(context: CaseContext, row: Row) -> bool:
    """Tell whether another operation has the path of a row; and its method, where the row is about that."""
    methods = methods_at(context.held.contract, row.path)
    return row.method in methods if row.status == 405 else bool(methods)


def wire(context: CaseContext) -> Iterator[Case]:
    """Yield the rows as cases, each with a right call after it.

    Only of an operation with an amount and a currency, whose members' names need no escapes.
    """
    if not {"amount", "currency"} <= context.subject.members.keys() or not context.subject.spelt_plainly:
        return
    table = Table(context.subject)
    account = None if context.held.anonymous else context.default().id
    yield from offers(context)
    strict = framing(table) if context.held.chosen("request.http") else ()
    for row in (*table.bodies(), *table.headers(), *table.paths(), *table.sizes(), *spellings(table), *strict):
        if row.status in (404, 405) and _is_anothers(context, row):
            continue
        status = context.subject.successes[0] if row.status == 200 else row.status
        places = frozenset[str]() if row.half_pair else row.places
        answer = WireVerdict(status, row.error_code, places, row.rules, row.framing, half_pair=row.half_pair)
        plain = {table.a: 4200, table.c: "usd"}
        document = None if row.status != 200 else plain if CHUNKED in row.headers else json.loads(row.body)
        call = Call(
            context.subject.operation,
            document=document,
            account=None if any(name == "Authorization" for name, _ in row.headers) else account,
            raw=row.body,
            content=(),
            headers=row.headers,
            method=row.method,
            path=row.path,
            wire=answer,
            head=row.head,
            note=row.name,
        )
        yield Case(f"wire: {row.name}", (call, context.call(note=f"after {row.name}")))
