"""`stripe.js`: its parts joined in their order, with the address of the API written into it.

A script cannot learn the address by itself: where it is answered in place of js.stripe.com, its own address is
Stripe's.
"""

import json
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "stripe_js"
PARTS = (
    "errors",
    "cards",
    "places",
    "api",
    "emitter",
    "look",
    "frame",
    "field",
    "group_of_fields",
    "element",
    "card_element",
    "payment_element",
    "other_elements",
    "elements",
    "values",
    "challenge",
    "methods",
    "embedded_checkout",
    "stripe",
)
CAST = re.compile(r"/\*\* @type \{[^*]*\} \*/ \(([\w.]+)\)")
"""A cast of TypeScript's, which needs parentheses around what is cast."""

COMMENT = re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)
JOINED = re.compile(r"([{(\[,;])\n")
SPACED = re.compile(r" (=>|[!=]==|&&|\|\|) ")
OPENING = "(function () {\n'use strict';\nconst SERVED = "


def script(api: str) -> str:
    """Return the script.

    Args:
        api: the address below which Stripe's API is served, such as `http://localhost:8080/_tollbridge/stripe`.
    """
    # ASCII only: the page's encoding may be another than ours.
    return f"{OPENING}{json.dumps({'api': api})};\n{_parts()}}})();\n"


@cache
def _parts() -> str:
    return "".join(_without_comments((FOLDER / f"{part}.js").read_text(encoding="utf-8")) for part in PARTS)


def _without_comments(source: str) -> str:
    """Return a part as it is served: comments, which are for who reads the sources, and white space stay behind.

    No string of the parts has in it what begins a comment, or an operator (a test reads the script with Node).
    """
    plain = COMMENT.sub("", CAST.sub(r"\1", source))
    lines = (line.partition(" // ")[0].strip() for line in plain.splitlines())
    kept = "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
    return JOINED.sub(r"\1", SPACED.sub(r"\1", kept))
