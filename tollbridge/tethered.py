"""A module of Python, run as `python -m` does, that ends with the process which holds the other end of its stdin.

`python -m tollbridge.tethered MODULE ARGUMENTS…`. A process that is killed cleans nothing up, but its pipes close.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 10.0
"""How long the module may take to end itself."""


def main() -> None:
    """Run the module that the arguments name."""
    threading.Thread(target=_end_with_stdin, name="tether", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_stdin() -> None:
    while os.read(0, 65_536):
        pass  # only its end says anything
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
