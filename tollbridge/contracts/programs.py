"""Programs of other people's that the commands use where they are: found without a download, run within bounds."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

SECONDS = 120
MAX_OUTPUT = 64 * 1024 * 1024
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
"""Variables that keep these programs from sending reports home, and from colours."""


class ProgramMissing(Exception):
    """A program is not here; the sentence says how to get it."""


class ProgramFailed(Exception):
    """A program ended otherwise than it should; the sentence has what it said."""


@dataclass(frozen=True)
class Done:
    """The outcome of a program.

    Args:
        code: its exit code.
        out: what it wrote to stdout.
        err: what it wrote to stderr.
    """

    code: int
    out: bytes
    err: str


def node_program(name: str, package: str) -> Path:
    """Return a program of a Node package: of `node_modules` in the working folder or one above it, or of the PATH.

    Nothing is downloaded, and the folder of the contract is not asked: what lies beside a contract is not run.

    Raises:
        ProgramMissing: with how to install the package.
    """
    found = next((path for path in _local(name) if path.is_file()), None) or shutil.which(name)
    if found is None or shutil.which("node") is None:
        raise ProgramMissing(f"{name} is not here: npm install --save-dev {package}")
    return Path(found)


def path_program(name: str, how: str, *folders: Path) -> Path:
    """Return a program of some folders, or of the PATH.

    Raises:
        ProgramMissing: with how to get it.
    """
    here = next((folder / name for folder in folders if (folder / name).is_file()), None)
    found = here or shutil.which(name)
    if found is None:
        raise ProgramMissing(f"{name} is not here: {how}")
    return Path(found)


def run_program(program: Path, arguments: Sequence[str | Path], *, cwd: Path | None = None) -> Done:
    """Run a program to its end.

    Raises:
        ProgramFailed: it cannot be started, takes too long, or says too much.
    """
    command = [str(program), *map(str, arguments)]
    with TemporaryFile() as out, TemporaryFile() as err:
        try:
            done = subprocess.run(  # noqa: S603 - the program that the user installed, no shell
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env={**os.environ, **QUIET},
                timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"{program.name} took more than {SECONDS} s.") from None
        except OSError as error:
            raise ProgramFailed(f"{program.name} cannot be run ({error.strerror}).") from None
        if max(out.tell(), err.tell()) > MAX_OUTPUT:
            raise ProgramFailed(f"{program.name} said more than {MAX_OUTPUT:,} bytes.")
        out.seek(0)
        err.seek(0)
        return Done(done.returncode, out.read(), err.read().decode(errors="replace"))


def _local(name: str) -> Iterator[Path]:
    here = Path.cwd()
    return (folder / "node_modules/.bin" / name for folder in (here, *here.parents))
