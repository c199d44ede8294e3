"""Ask a Stripe for each fact of docs/stripe-facts.md, and print which hold, differ, or could not be asked.

    make truth                           our simulator, in this process
    make truth STRIPE=http://HOST:PORT   a stand-in, such as stripe-mock
    make truth STRIPE=live-test          Stripe's test mode, with the key in STRIPE_API_KEY (and STRIPE_PUBLISHABLE_KEY)

ARGS="--json" prints JSON; ARGS="--only r" asks for the facts whose ids begin so; ARGS="--note NAME" writes the figures
into the page. Exit code 0 where the facts were asked, whatever came of it; 2 where they could not be.
"""

import argparse
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.truth.asking import asked
from tests.truth.facts import PAGE, facts_of
from tests.truth.stripe_at import Address
from tests.truth.table import Line, counted, json_of, lines_of, text_of
from tollbridge.gateway.client import SANDBOX_KEY, GatewayError, require_stand_in, require_test_key

STRIPE = "https://api.stripe.com"
COUNTED = re.compile(r"\d{4}-\d\d-\d\d, when there were \d+ rows")


def main(arguments: list[str]) -> int:
    """Ask, and print."""
    parser = argparse.ArgumentParser(prog="make truth", usage='make truth STRIPE=simulator|URL|live-test ARGS="…"')
    parser.add_argument("stripe", help="simulator, the URL of a stand-in, or live-test")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--only", default="", metavar="ID", help="ask for the facts whose ids begin so")
    parser.add_argument("--note", metavar="NAME", help="write the figures into docs/stripe-facts.md under a name")
    options = parser.parse_args(arguments)
    try:
        address = address_of(options.stripe, dict(os.environ))
    except GatewayError as error:
        print(f"make truth: {str(error).replace('--stripe ', 'STRIPE=')}", file=sys.stderr)
        return 2
    facts = [fact for fact in facts_of(PAGE.read_text()) if fact.id.startswith(options.only)]
    if not facts:
        print(f"make truth: no fact's id begins with {options.only!r}; docs/stripe-facts.md has them.", file=sys.stderr)
        return 2
    lines = lines_of(facts, asked(facts, address))
    if options.note:
        note(PAGE, options.note, lines)
    print(json_of(options.stripe, lines) if options.json else text_of(options.stripe, lines))
    return 0


def address_of(stripe: str, environment: dict[str, str]) -> Address | None:
    """Return the address that is asked; None for the simulator of this process.

    Args:
        stripe: `simulator`, a URL, or `live-test`.
        environment: has the keys for `live-test`; a stand-in is never shown them.

    Raises:
        GatewayError: it is no address, Stripe's own by its URL, or the key is not for the test mode.
    """
    if stripe == "simulator":
        return None
    if stripe != "live-test":
        return Address(require_stand_in(stripe), SANDBOX_KEY)
    key = require_test_key(environment.get("STRIPE_API_KEY"))
    publishable = environment.get("STRIPE_PUBLISHABLE_KEY")
    if publishable and not publishable.startswith("pk_test_"):
        raise GatewayError("STRIPE_PUBLISHABLE_KEY is not a publishable test key: it has to begin with pk_test_.")
    return Address(STRIPE, key, publishable, is_stripe=True)


def note(page: Path, name: str, lines: list[Line]) -> None:
    """Write the figures of one Stripe into the page, in place of the earlier ones, with the day and the number of rows.

    Args:
        page: has a table whose rows begin with the names, and a sentence that says of which day they are.
        name: of the row.
        lines: of every fact.
    """
    text = page.read_text()
    row = f"| {name} | {' | '.join(str(number) for number in counted(lines).values())} |"
    found = re.compile(rf"^\| {re.escape(name)} \|(?: \d+ \|)+$", re.M)
    if not found.search(text):
        raise SystemExit(f"make truth: {page.name} has no row of figures for {name!r}.")
    page.write_text(COUNTED.sub(f"{datetime.now(UTC).date()}, when there were {len(lines)} rows", found.sub(row, text)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
