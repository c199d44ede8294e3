"""Scripts of findings run confined: in a folder and an environment of their own, bounded by `resource_limits`."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

RESOURCE_LIMITS = Path(__file__).with_name("resource_limits.py")
INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
FILES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Of our own environment, what programs need to be found, to speak, and to trust a target: nothing that is secret."""

MAX_SECONDS = 60.0


def exit_code(
    script: str, interpreter: Sequence[str], environment: Mapping[str, str], *, within: float = MAX_SECONDS
) -> int | None:
    """Run a script, and return its exit code; None where it had to be stopped. What it prints is not kept.

    Args:
        script: its text.
        interpreter: the command that takes the script's path.
        environment: what it is given besides the place of programs.
        within: seconds that it may take.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "script")
        path.write_text(script, "ascii")
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-I", str(RESOURCE_LIMITS), *interpreter, str(path)],
            cwd=folder,
            env={**_inherited(), "HOME": folder, "TMPDIR": folder, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(within)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):  # no process of its session is left
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _inherited() -> dict[str, str]:
    files = {name: str(Path(os.environ[name]).absolute()) for name in FILES if name in os.environ}
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | files
