"""Reading a file that may be anything: a pipe, a device, endless, or gone."""

import os
import stat
from pathlib import Path

from tollbridge.documents.bounds import MAX_BYTES
from tollbridge.documents.errors import DocumentError

PORTION = 1024 * 1024
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def read_file(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        DocumentError: it cannot be read, is no regular file, or is larger than `MAX_BYTES`.
    """
    try:
        _require_regular(path, path.stat())  # opening a device may do something, opening a pipe waits
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            _require_regular(path, os.fstat(handle))
            return _content(path, handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValueError as error:  # of a NUL in the name
        raise DocumentError(f"{str(path)!r}: cannot be read ({error}).") from None


def _require_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise DocumentError(f"{path}: is {kind}; give a regular file.")
    if status.st_size > MAX_BYTES:
        raise DocumentError(_too_large(path, f"is {status.st_size:,} bytes long"))


def _content(path: Path, handle: int) -> bytes:
    """Return all of a file; one below /proc says that it is empty, and may never end."""
    content = bytearray()
    while portion := os.read(handle, PORTION):
        content += portion
        if len(content) > MAX_BYTES:
            raise DocumentError(_too_large(path, "goes on"))
    return bytes(content)


def _too_large(path: Path, said: str) -> str:
    return f"{path}: {said}, and {MAX_BYTES:,} bytes are the most that is read; make it smaller."
