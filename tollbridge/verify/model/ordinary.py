"""What a right answer of an ordinary operation is: of one that says nothing of what it is for at Stripe.

Nothing is known of what the target has, but what it said itself. So a right request may be refused for how things
stand, and a wrong one by any 4xx: which refusal comes first, and in which words, a contract seldom says.
"""

from tollbridge.verify.model.expectation import Expectation, Terms
from tollbridge.verify.model.steps import ABSENT, ELSEWHERE, FITS, SHOWN, Call

REFUSALS = range(400, 500)
BY_STATE = frozenset({401, 402, 403, 409, 410, 412, 421, 423, 424, 425, 428, 429, 451})
"""How a request may be refused that is right: for who asks, for how things stand, for how many ask."""

NEVER = frozenset({405, 406, 415})
"""How no request to a documented operation may be refused that has its documented media type."""

MALFORMED = frozenset({400, 404, 411, 413, 414, 422, 431})
"""How a request may be refused besides that was made for the schemas: not every rule can be said in one."""


def expected_of(terms: Terms, call: Call, role: str) -> Expectation:
    """Return what a right answer to a call is.

    Args:
        terms: what binds the target at the operation.
        call: with what its case knows of it.
        role: of the account that asks.
    """
    assert call.right
    kind = ABSENT if call.right.absent else call.right.kind
    if kind in (FITS, SHOWN):
        return Expectation(terms, kind, _allowed(terms, call), role=role)
    codes = [call.right.code] if call.right.code else []
    return Expectation(
        terms,
        kind,
        [*REFUSALS],
        codes,
        places=sorted(call.right.places),
        by_http=kind == ELSEWHERE,
        role=role,
    )


def _allowed(terms: Terms, call: Call) -> list[int]:
    """Return the statuses that a right request may get: the documented successes, and refusals that may be right."""
    successes = {status for key in terms.responses for status in _statuses(key) if status < 400}
    refusals = {*BY_STATE} if call.right and call.right.kind == SHOWN else {*REFUSALS} - NEVER - {404}
    if call.right and call.right.issued:
        refusals -= {404, 410}
    elif call.path_values:
        refusals.add(404)  # nobody has to have what the id names
    return sorted(successes | refusals)


def _statuses(key: str) -> range:
    """Return the statuses that a key of the responses documents."""
    if key == "default":
        return range(200, 600)
    return range(int(key), int(key) + 1) if key.isdigit() else range(int(key[0]) * 100, int(key[0]) * 100 + 100)
