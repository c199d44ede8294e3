#!/usr/bin/env python
"""Write docs/ledger.md from the ledger of openapi.yaml.

scripts/generate_ledger_page.py            write it
scripts/generate_ledger_page.py --check    exit 1 when it is stale
"""

import sys
from pathlib import Path

from tollbridge.contracts import ledger_page, load_contract

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "ledger.md"


def main(arguments: list[str]) -> int:
    """Write or compare."""
    if "--help" in arguments or "-h" in arguments:
        print(__doc__)
        return 0
    page = ledger_page(load_contract(ROOT / "openapi.yaml"))
    stale = not PAGE.exists() or PAGE.read_text() != page
    if "--check" in arguments:
        if stale:
            print("docs/ledger.md is stale: run scripts/generate_ledger_page.py")
        return 1 if stale else 0
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
