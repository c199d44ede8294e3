"""Targets that the run starts: our own server, or the user's by `--start`. Each is started anew to be set back."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tollbridge.launch import TOLLBRIDGE, WITHIN, LaunchError, Log, answers, free_port, launched, own_environment
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.target.stripe_double import StripeDouble
from tollbridge.verify.target.target import Target

TOKENS_SIGNED_BY = "TOLLBRIDGE_TOKEN_SECRET"
"""The variable of the environment that says what our own server signs its tokens with."""

ENDING_SECONDS = 1.0

PLACE = re.compile(r"\{([a-z_]{1,40})\}")
"""A name in braces in the value of a variable of `--start-env`."""


@dataclass(frozen=True)
class Program:
    """Options of a started target.

    Args:
        command: the program and its arguments, or a text for a shell.
        environment: all of it.
        ready: the URL that answers as soon as it is up.
        within: seconds that it may stand still before that.
        reset: a shell command that is run while it is stopped to be set back; None where starting anew is enough.
    """

    command: Sequence[str] | str
    environment: Mapping[str, str]
    ready: str
    within: float = WITHIN
    reset: str | None = None


class StartedTarget(Target):
    """A server that the run starts."""

    def __init__(self, url: str, program: Program) -> None:
        """Prepare it.

        Args:
            url: where it will answer.
            program: what it is started with.
        """
        super().__init__(url, program.reset)
        self._program = program
        self._log = Log()

    @property
    def can_reset(self) -> bool:
        """It can: it is started anew."""
        return True

    @property
    def ended(self) -> bool:
        """Whether its process has ended by itself."""
        return self._process.poll() is not None

    def await_end(self) -> None:
        """Wait a moment for the process to end: its connections close a little earlier."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_SECONDS)

    def words(self) -> list[str]:
        """Return the last lines of its log, and how it ended if it did."""
        if not self.ended:
            return self._log.lines()
        self._log.finish()
        return [*self._log.lines(), f"(the process ended with code {self._process.returncode})"]

    @contextmanager
    def running(self) -> Iterator["StartedTarget"]:
        """Run it for the length of a `with` block.

        Raises:
            VerifyError: it does not start; with the end of its log.
        """
        if answers(self._program.ready):
            raise VerifyError(
                f"Something answers at {self.url} before the target is started: end it, or take another URL."
            )
        begun = time.monotonic()
        self._begin()
        self.set_back_in = time.monotonic() - begun
        try:
            yield self
        finally:
            self._end()

    def _begin(self) -> None:
        program = self._program
        self._launch = launched(
            program.command, ready=program.ready, within=program.within, env=program.environment, log=self._log
        )
        try:
            self._process: subprocess.Popen[bytes] = self._launch.__enter__()
        except LaunchError as error:
            said = f"The target does not start (--start-within gives it longer). {error.sentence}"
            raise VerifyError(said, log=error.last_words) from None

    def _end(self) -> None:
        self._launch.__exit__(None, None, None)

    def reset(self) -> None:
        """Start it anew.

        Raises:
            VerifyError: it does not end, or does not start again.
        """
        begun = time.monotonic()
        self._end()
        if answers(self._program.ready):
            raise VerifyError(
                f"The target was stopped to be started anew, and something still answers at {self.url}: let the "
                "command of --start stay in the foreground, so that what it starts ends with it."
            )
        self._run_reset()
        self._begin()
        self.set_back_in = time.monotonic() - begun


@dataclass(frozen=True)
class OwnServer:
    """Options of our own server, as a target.

    Args:
        contract: the OpenAPI document.
        handlers: the folder with the handlers.
        world: the world file.
        answer_within: seconds that it may take at Stripe.
        start_within: seconds that it may stand still before its first answer.
        token_secret: with which it signs tokens; None for one of its own.
    """

    contract: Path
    handlers: Path
    world: Path
    answer_within: float = 3.0
    start_within: float = WITHIN
    token_secret: str | None = None


def own_target(server: OwnServer, stripe: str) -> StartedTarget:
    """Return our own server on a free port, with its Stripe at a URL."""
    port = free_port()
    command = [*TOLLBRIDGE, "serve", "--quiet", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--stripe", stripe, "--answer-within", str(server.answer_within)]
    command += ["--contract", str(server.contract), "--handlers", str(server.handlers)]
    command += ["--world", str(server.world), "--no-prefer", "--mock", "none"]  # as in production
    url = f"http://127.0.0.1:{port}"
    environment = own_environment() | signing(server.token_secret)
    return StartedTarget(url, Program(command, environment, f"{url}/_tollbridge/health", server.start_within))


def signing(secret: str | None) -> dict[str, str]:
    """Return what tells a Tollbridge server by its environment with which secret it signs tokens."""
    return {} if secret is None else {TOKENS_SIGNED_BY: secret}


@dataclass(frozen=True)
class Start:
    """How the user's own server is started.

    Args:
        command: a text for a shell.
        variables: of its environment, beside ours and the usual ones; names in braces in them stand for addresses.
        within: seconds that it may stand still before its first answer.
        reset: a shell command that is run while it is stopped to be set back; None where starting anew is enough.
        token_secret: with which a Tollbridge server signs tokens, so that those of one start are good after the next.
    """

    command: str
    variables: Mapping[str, str]
    within: float = WITHIN
    reset: str | None = None
    token_secret: str | None = None


def started_target(start: Start, url: str | None, stripe: StripeDouble) -> StartedTarget:
    """Return the user's server, which is told by its environment where its Stripe is and where it has to listen.

    Args:
        start: how it is started.
        url: where it answers; None for a free port of this machine.
        stripe: its Stripe.

    Raises:
        VerifyError: a variable names an address that there is not.
    """
    url = url or f"http://127.0.0.1:{free_port()}"
    parts = urlsplit(url)
    port = str(parts.port or (443 if parts.scheme == "https" else 80))
    places = {"stripe": stripe.url, "stripe_host": stripe.host, "stripe_port": str(stripe.port), "port": port}
    told = {name: _filled(name, value, places) for name, value in start.variables.items()}
    # A Python server's log would arrive late, behind the buffer of its pipe.
    usual = {"STRIPE_API_BASE": stripe.url, "PORT": port, "PYTHONUNBUFFERED": "1"} | signing(start.token_secret)
    return StartedTarget(url, Program(start.command, {**os.environ, **usual, **told}, url, start.within, start.reset))


def _filled(name: str, value: str, places: Mapping[str, str]) -> str:
    unknown = [place for place in PLACE.findall(value) if place not in places]
    if unknown:
        known = ", ".join(f"{{{place}}}" for place in places)
        raise VerifyError(f"--start-env {name} has {{{unknown[0]}}}, which stands for nothing. Known are: {known}.")
    return PLACE.sub(lambda found: places[found[1]], value)
