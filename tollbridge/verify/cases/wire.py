"""The strict-wire table as cases: each row, and then a right call on the same connection."""

import json
from collections.abc import Iterator

from tollbridge.verify.calls import Call, Case, WireVerdict
from tollbridge.verify.cases.framing import framing, offers
from tollbridge.verify.cases.rows import Table
from tollbridge.verify.cases.spellings import CHUNKED, spellings
from tollbridge.verify.cases.stage import Stage


def wire(stage: Stage) -> Iterator[Case]:
    """Yield the rows as cases, each with a right call after it.

    Only of an operation with an amount and a currency, whose members' names need no escapes.
    """
    if not {"amount", "currency"} <= stage.subject.members.keys() or not stage.subject.spelt_plainly:
        return
    table = Table(stage.subject)
    account = None if stage.held.anonymous else stage.default().id
    yield from offers(stage)
    strict = framing(table) if stage.held.choice else ()
    for row in (*table.bodies(), *table.headers(), *table.paths(), *table.sizes(), *spellings(table), *strict):
        status = stage.subject.successes[0] if row.status == 200 else row.status
        answer = WireVerdict(status, row.error_code, row.places, row.rules, row.framing)
        plain = {table.a: 4200, table.c: "usd"}
        document = None if row.status != 200 else plain if CHUNKED in row.headers else json.loads(row.body)
        call = Call(
            stage.subject.operation,
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
        yield Case(f"wire: {row.name}", (call, stage.call(note=f"after {row.name}")))
