"""The Authorization headers of calls: good tokens, and those that a target must not accept, each shown in its way."""

import time

from tollbridge.verify.cases.forged_tokens import FORGED, forged
from tollbridge.verify.model.evidence import NO_TOKEN_OF_ANYBODY
from tollbridge.verify.model.steps import (
    BAD,
    BARE,
    BASIC,
    EMPTY,
    ENDED,
    ENDING,
    EXPIRED,
    LOWER,
    OTHER_SCHEME,
    SCHEME_ONLY,
    TWICE,
    TWO,
    UNKNOWN,
    Call,
    Headers,
)
from tollbridge.verify.model.tokens import Tokens
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.target import proof

SPELT = {
    BASIC: "Basic {}",
    LOWER: "bearer {}",
    BARE: "{}",
    SCHEME_ONLY: "Bearer",
    EMPTY: "",
    OTHER_SCHEME: "Token {}",
}
"""How a good token is shown, by what is wrong with that."""


class Authorization:
    """Makes the headers of one run's calls."""

    def __init__(self, tokens: Tokens, limit: RunLimit) -> None:
        """Take the tokens.

        Args:
            tokens: of the run.
            limit: of the run, beyond which no token's end is waited for.
        """
        self._tokens, self._limit = tokens, limit
        self._ending: tuple[str, float] | None = None

    def headers(self, call: Call) -> Headers:
        """Return the headers of a call: none, one, or several; the end of a token that ends is waited for."""
        if call.security:
            return proof.headers_of(call, self._tokens)
        if call.account is None:
            return ()
        spelt = SPELT.get(call.token, "Bearer {}")
        return tuple(("Authorization", spelt.format(one)) for one in self._shown(call, call.account))

    def _shown(self, call: Call, account: int) -> list[str | None]:
        """Return the tokens of a call."""
        tokens, kind = self._tokens, call.token
        own, other = tokens.good.get(account, NO_TOKEN_OF_ANYBODY), tokens.of_another(account)
        special: dict[str, list[str | None]] = {
            EXPIRED: [tokens.expired.get(account, "")],
            UNKNOWN: [NO_TOKEN_OF_ANYBODY],
            TWICE: [own, own],
            TWO: [other, own],
            **{minted: [made] for minted, made in tokens.minted.get(account, {}).items()},
            **{BAD.format(number): [bad] for number, bad in enumerate(tokens.bad.get(account, ()))},
        }
        if kind in FORGED:
            return [forged(own, kind, other)]
        if kind in (ENDING, ENDED):
            return [self._ending_soon(account, fresh=kind == ENDING)]
        return special.get(kind, [own])

    def _ending_soon(self, account: int, *, fresh: bool) -> str | None:
        """Return a token that ends soon; the same once more, after it has ended."""
        if fresh or self._ending is None:
            self._ending = self._tokens.ending(account)
        if self._ending and not fresh:
            time.sleep(max(0.0, min(self._ending[1] - time.time(), self._limit.left)))
        return self._ending[0] if self._ending else None
