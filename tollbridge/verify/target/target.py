"""The target: our own server, started for the run, or any server at a URL."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tollbridge.launch import WITHIN, LaunchError, free_port, launched, stop
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.steps import JSON
from tollbridge.verify.model.subject import TOKEN, Tokens
from tollbridge.verify.target.connection import Broken, RawConnection
from tollbridge.world import World

RESET_SECONDS = 120
DESK_SECONDS = 20.0


@dataclass(frozen=True)
class OwnServer:
    """What our own server is started with.

    Args:
        contract: the OpenAPI document.
        handlers: the folder with the handlers.
        world: the world file.
        answer_within: seconds that it may take at Stripe.
        start_within: seconds that it may stand still before its first answer.
    """

    contract: Path
    handlers: Path
    world: Path
    answer_within: float = 3.0
    start_within: float = WITHIN


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

    @property
    def can_reset(self) -> bool:
        """Whether it can be set back."""
        return self._reset is not None

    def reset(self) -> None:
        """Set it back.

        Raises:
            VerifyError: the command failed.
        """
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
            raise VerifyError(f"--reset failed with code {done.returncode}: {self._reset}", *said)


class OwnTarget(Target):
    """Our own server, as a process."""

    def __init__(self, server: OwnServer, stripe: str) -> None:
        """Prepare it.

        Args:
            server: what it is started with.
            stripe: the URL of its Stripe.
        """
        self.port = free_port()
        self._start_within = server.start_within
        super().__init__(f"http://127.0.0.1:{self.port}")
        self._command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--host", "127.0.0.1"]
        self._command += ["--port", str(self.port), "--stripe", stripe, "--answer-within", str(server.answer_within)]
        self._command += ["--contract", str(server.contract), "--handlers", str(server.handlers)]
        self._command += ["--world", str(server.world), "--no-prefer"]  # judged as what runs in production

    @property
    def can_reset(self) -> bool:
        """It can."""
        return True

    @contextmanager
    def running(self) -> Iterator["OwnTarget"]:
        """Run it for the length of a `with` block.

        Raises:
            VerifyError: it does not start; with its last words.
        """
        self._begin()
        try:
            yield self
        finally:
            self._end()

    def _begin(self) -> None:
        # A control token of the environment is for another server: this one is asked for tokens without it.
        environment = {name: value for name, value in os.environ.items() if name != "TOLLBRIDGE_CONTROL_TOKEN"}
        ready = f"{self.url}/_tollbridge/health"
        self._launch = launched(self._command, ready=ready, within=self._start_within, env=environment)
        try:
            self.process = self._launch.__enter__()
        except LaunchError as error:
            said = f"The server does not start (--start-within gives it longer). {error}"
            raise VerifyError(*said.split("\n")) from None

    def _end(self) -> None:
        stop(self.process)
        self._launch.__exit__(None, None, None)

    def reset(self) -> None:
        """Start it anew."""
        self._end()
        self._begin()


def desk_tokens(url: str, world: World, control_token: str | None = None, *, within: float = DESK_SECONDS) -> Tokens:
    """Return tokens from a Tollbridge server's own desk, for every account; none where there is no such desk.

    Args:
        url: of the target.
        world: whose accounts they are for.
        control_token: what the desk asks for; None for nothing.
        within: seconds that it may take to answer, as any answer of the target may; never more than the usual ones.
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
    return Tokens(good, expired)


def _issued(line: RawConnection, headers: tuple[tuple[str, str], ...], asked: dict[str, int]) -> str | None:
    try:
        reply = line.ask("POST", "/_tollbridge/tokens", headers, json.dumps(asked).encode())
    except Broken:
        return None
    document = reply.document if 200 <= reply.status < 300 else None
    token = document.get("access_token") if isinstance(document, dict) else None
    return token if isinstance(token, str) and TOKEN.fullmatch(token) else None
