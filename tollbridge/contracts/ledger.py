"""The ledger as a page: each statement, whose word it is, what enforces it, and what was decided."""

from collections.abc import Iterator

from tollbridge import quoting
from tollbridge.contract import Contract, Rule

HEAD = """# The ledger of {title}

Every statement that the contract makes, in its order: whose word it is (`documented` by the page, the `provider`'s, or
our `choice` where both are silent) and what enforces it, or why nothing does. `tollbridge contract check` fails where a
rule is enforced by nothing, or by something that does not exist. Written by `tollbridge contract ledger`.

Statements: {rules}. {origins}. Judged of any server by `tollbridge verify`: {judged}. Waived: {waived}.
"""
TABLE = """
| rule | statement | origin | enforced by |
| --- | --- | --- | --- |
"""
DECISIONS = """
## Decisions

Where the page contradicts itself, or says nothing.

| rule | decided | the other reading | why |
| --- | --- | --- | --- |
"""


def ledger_page(contract: Contract) -> str:
    """Return a contract's ledger in Markdown."""
    rules = contract.rules
    decided = [_row(rule.id, rule.decision, rule.rival, rule.reason) for rule in rules if rule.decision]
    decisions = [DECISIONS, *decided] if decided else []
    return "".join([_head(contract), TABLE, *(_row(*_cells(rule)) for rule in rules), *decisions])


def ledger_rows(contract: Contract) -> list[dict[str, object]]:
    """Return a contract's ledger for programs."""
    return [
        {
            "id": rule.id,
            "statement": rule.statement,
            "origin": rule.origin,
            "place": rule.place,
            "enforced_by": [{kind: name} for kind, name in rule.enforced_by],
            "waiver": rule.waiver,
            "decision": rule.decision,
            "rival": rule.rival,
            "reason": rule.reason,
        }
        for rule in contract.rules
    ]


def _head(contract: Contract) -> str:
    rules = contract.rules
    counts = {rule.origin: sum(one.origin == rule.origin for one in rules) for rule in rules}
    origins = ", ".join(f"{quoting.markdown(origin)}: {count}" for origin, count in counts.items())
    return HEAD.format(
        title=quoting.markdown(str(contract.document["info"]["title"])),
        rules=len(rules),
        origins=origins[:1].upper() + origins[1:],
        judged=sum(any(kind == "check" for kind, _ in rule.enforced_by) for rule in rules),
        waived=sum(bool(rule.waiver) for rule in rules),
    )


def _cells(rule: Rule) -> Iterator[str]:
    yield rule.id
    yield rule.statement
    yield rule.origin
    enforced = ", ".join(f"{kind} `{name}`" for kind, name in rule.enforced_by)
    yield "; ".join(filter(None, (enforced, f"waived: {rule.waiver}" if rule.waiver else "")))


def _row(*cells: str | None) -> str:
    return f"| {' | '.join(quoting.markdown(cell or '') for cell in cells)} |\n"
