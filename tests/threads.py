"""Servers of the standard library that are served from a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer

POLL_SECONDS = 0.02


@contextmanager
def served(server: HTTPServer) -> Iterator[None]:
    """Serve for the length of a `with` block; then close, and wait for the thread."""
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
