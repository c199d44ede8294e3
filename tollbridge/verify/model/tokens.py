"""The tokens that a run has: good ones, and those that a target must not accept."""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence

from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.minted_tokens import WRONG_CLAIMS, has_claim, minted
from tollbridge.world import Account, World

TOKENS_FROM = "TARGET_TOKEN_"
"""How a variable of the environment begins from which a world file may take a token."""

TOKEN = re.compile(r"[!-~]{1,8192}")
"""Texts that can be a token: they fit in a header and in the environment of a script."""

LASTS, AND_A_BIT = 2, 1.2
"""Seconds for which a token is good that ends during the run, and that it is waited for longer."""


class Tokens:
    """The tokens of a world's accounts, for one target."""

    def __init__(
        self,
        good: Mapping[int, str],
        expired: Mapping[int, str],
        bad: Mapping[int, Sequence[str]] | None = None,
        *,
        secret: str | None = None,
        leeway: int = 0,
    ) -> None:
        """Take tokens as they were found, and make those with one wrong claim where the secret is known.

        Args:
            good: by account.
            expired: by account.
            bad: by account, others that are not to be accepted; None for none.
            secret: that signs the target's tokens; None where it is not known.
            leeway: seconds that the target gives a token beyond its end.
        """
        self.good = dict(good)
        self.bad = {account: list(tokens) for account, tokens in (bad or {}).items()}
        self.secret, self._leeway = secret, leeway
        self.minted = {account: dict(self._minted(token)) for account, token in self.good.items()}
        past = {account: kinds["past_exp"] for account, kinds in self.minted.items() if "past_exp" in kinds}
        self.expired = {**past, **expired}

    def _minted(self, token: str) -> Iterator[tuple[str, str]]:
        """Yield tokens with one wrong claim, by their kinds."""
        for kind, wrong in WRONG_CLAIMS.items() if self.secret else ():
            made = minted(token, self.secret or "", wrong.change, int(time.time()))
            if made and has_claim(token, wrong.needs):
                yield kind, made

    def ending(self, account: int) -> tuple[str, float] | None:
        """Return a token that ends in a few seconds, and when that is; None where none can be made."""
        token, now = self.good.get(account), int(time.time())
        if token is None or self.secret is None:
            return None
        made = minted(token, self.secret, lambda claims, now: claims | {"exp": now - self._leeway + LASTS}, now)
        return (made, now + LASTS + AND_A_BIT) if made else None

    def of_another(self, account: int) -> str | None:
        """Return a good token of another account; None where there is none."""
        return next((token for other, token in self.good.items() if other != account), None)

    def every(self) -> list[str]:
        """Return every token, and the secret, for whoever looks for them where they do not belong."""
        made = [token for kinds in self.minted.values() for token in kinds.values()]
        bad = [token for tokens in self.bad.values() for token in tokens]
        return [*self.good.values(), *self.expired.values(), *bad, *made, *([self.secret] if self.secret else [])]


def world_tokens(world: World) -> Tokens:
    """Return the tokens that a world file gives.

    Raises:
        VerifyError: one is `$NAME`, and the environment has no such variable, or it is not for a world file to read.
    """
    good = {a.id: _token(a, a.token) for a in world.accounts.values() if a.token}
    expired = {a.id: _token(a, a.expired_token) for a in world.accounts.values() if a.expired_token}
    bad = {a.id: [_token(a, token) for token in a.bad_tokens] for a in world.accounts.values() if a.bad_tokens}
    secret = world.tokens.secret and _found(world.tokens.secret, "the secret of its tokens")
    return Tokens(good, expired, bad, secret=secret, leeway=world.tokens.leeway)


def _token(account: Account, given: str) -> str:
    return _found(given, f"the token of account {account.id} ({account.name})")


def _found(given: str, what: str) -> str:
    """Return a secret of the world file: as it is, or of the environment."""
    if not given.startswith("$"):
        return given
    name = given[1:]
    whose = f"The world takes {what} from {given}"
    if not name.startswith(TOKENS_FROM):
        # Whatever it names is sent to the target: a world file is not to choose among all that the environment has.
        raise VerifyError(f"{whose}; of the environment a world file reads only what begins with {TOKENS_FROM}.")
    found = os.environ.get(name)
    if not found:
        raise VerifyError(f"{whose}, and the environment has no such variable. Set {name}.")
    if not TOKEN.fullmatch(found):
        raise VerifyError(f"{whose}, which holds more than one token: letters, digits and signs without a space.")
    return found
