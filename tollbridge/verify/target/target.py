"""The target: any server at a URL, how it is set back, and tokens of its world."""

import json
import subprocess
import time

from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.steps import JSON
from tollbridge.verify.model.tokens import TOKEN, Tokens
from tollbridge.verify.target.connection import Broken, RawConnection
from tollbridge.world import World

RESET_SECONDS = 120
DESK_SECONDS = 20.0


class Target:
    """Where requests go, and how it is set back to its beginning."""

    def __init__(self, url: str, reset: str | None = None) -> None:
        """Take a server that runs.

        Args:
            url: of the target.
            reset: a shell command that sets it back; None where nothing does.
        """
        self.url = url.rstrip("/")
        self._reset = reset
        self.set_back_in = 0.0
        """Seconds that it took to set it back, the last time."""

    @property
    def can_reset(self) -> bool:
        """Whether it can be set back."""
        return self._reset is not None

    @property
    def ended(self) -> bool:
        """Whether its process has ended, as far as that is known."""
        return False

    def await_end(self) -> None:
        """Wait a moment for a process that may be ending, as it closed its connection without an answer."""

    def words(self) -> list[str]:
        """Return the last lines of its log; none where it is not ours to read."""
        return []

    def reset(self) -> None:
        """Set it back.

        Raises:
            VerifyError: the command failed.
        """
        begun = time.monotonic()
        self._run_reset()
        self.set_back_in = time.monotonic() - begun

    def _run_reset(self) -> None:
        """Run the command of `--reset`, if there is one."""
        if self._reset is None:
            return
        try:
            done = subprocess.run(  # noqa: S602 - the user's own command
                self._reset, shell=True, capture_output=True, text=True, timeout=RESET_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise VerifyError(f"--reset took longer than {RESET_SECONDS} s: {self._reset}") from None
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-3:]
            raise VerifyError(f"--reset failed with code {done.returncode}: {self._reset}", log=said)


def desk_tokens(
    url: str,
    world: World,
    control_token: str | None = None,
    *,
    within: float = DESK_SECONDS,
    secret: str | None = None,
) -> Tokens:
    """Return tokens from a Tollbridge server's own desk, for every account; none where there is no such desk.

    Args:
        url: of the target.
        world: whose accounts they are for.
        control_token: what the desk asks for; None for nothing.
        within: seconds that it may take to answer, as any answer of the target may; never more than the usual ones.
        secret: that signs its tokens; None where it is not known.
    """
    headers = (JSON,) if control_token is None else (JSON, ("Tollbridge-Control-Token", control_token))
    good: dict[int, str] = {}
    expired: dict[int, str] = {}
    with RawConnection(url, min(within, DESK_SECONDS)) as line:
        for account in world.accounts:
            for into, more in ((good, {}), (expired, {"expires_in": -3600})):
                token = _issued(line, headers, {"account": account, **more})
                if token is None:
                    return Tokens({}, {})
                into[account] = token
    return Tokens(good, expired, secret=secret, leeway=world.tokens.leeway)


def _issued(line: RawConnection, headers: tuple[tuple[str, str], ...], asked: dict[str, int]) -> str | None:
    try:
        reply = line.ask("POST", "/_tollbridge/tokens", headers, json.dumps(asked).encode())
    except Broken:
        return None
    document = reply.document if 200 <= reply.status < 300 else None
    token = document.get("access_token") if isinstance(document, dict) else None
    return token if isinstance(token, str) and TOKEN.fullmatch(token) else None
