"""Forms of secrets, wherever they stand: one table for log, record of Stripe's calls, and evidence of a run."""

import re
from collections.abc import Callable
from urllib.parse import unquote

SECRETS = re.compile(
    r"\b(?:"  # checked once, before the kinds: most places in a text are within a word
    r"(\w*?_secret_)\w+"  # client secrets: pi_…, seti_…, cs_…
    r"|((?:[sr]k|ek)_(?:test|live)_)\w+"  # secret, restricted and ephemeral keys
    r"|(whsec_)[\w+/=-]+"  # signing secrets of webhooks
    r"|((?:[Bb]earer|BEARER) +)[^\s'\",<>]+"
    r"|(Basic +)[\w+/=-]{8,}"
    r"|()(?:c2tf|cmtf|ZWtf)[\w+/=-]{8,}"  # a key in Basic's base64: it begins with sk_, rk_ or ek_
    r"|()eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)*"  # JSON Web Tokens
    r"|([a-z][a-z0-9+.-]{0,30}://[^\s/:@]*:)[^\s/@]+(?=@)"  # a password in an address
    r")"
)
LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z_])[0-9](?:[ .+_-]?[0-9]){12,}")
"""Long enough for a card number, with what people write between its digits; not within an id."""

LONG_NUMBER_LATER = re.compile(r"[^0-9A-Za-z_][0-9][0-9 .+_-]{12}")
"""Where one may be that is not at the start: quicker than `LONG_NUMBER`."""

GROUP = re.compile(r"[0-9]+")
CARD_LENGTHS = range(13, 20)
MAX_NUMBER = 200
"""Characters of digits; what is longer is masked unread."""

MAX_ROUNDS = 3
"""How often percent-encoding is undone to look for secrets below it."""

Mask = Callable[[str, str], str]
"""Returns what stands for a secret; is given the part that may stay (such as `sk_test_`), and the whole secret."""


def masked(text: str, mask: Mask) -> str:
    """Return a text without its secrets.

    Args:
        text: any; where a secret is in it only once percent-encoding is undone, the text comes back without that.
        mask: what stands for a secret.
    """
    found = plain = _masked_as_it_is(text, mask)
    for _ in range(MAX_ROUNDS):
        if "%" not in plain:
            break
        plain = unquote(plain)
        below = _masked_as_it_is(plain, mask)
        if below != plain:
            found = plain = below
    return found


def has_secret(text: str) -> bool:
    """Tell whether a text may hold a secret, quickly: where it says no, there is none but an encoded one."""
    # Spelt out, as it is on the path of each call that is recorded: `any` over a table takes five times as long.
    return (
        "_secret_" in text
        or "k_test_" in text
        or "k_live_" in text
        or "whsec_" in text
        or "earer" in text
        or "EARER" in text
        or "Basic" in text
        or "c2tf" in text
        or "cmtf" in text
        or "ZWtf" in text
        or "eyJ" in text
        or "://" in text
        or LONG_NUMBER_LATER.search(text) is not None
        or (text[:1].isdigit() and LONG_NUMBER.match(text) is not None)
    )


def _masked_as_it_is(text: str, mask: Mask) -> str:
    if not has_secret(text):
        return text
    text = SECRETS.sub(lambda found: mask(found[found.lastindex or 0], found.group()), text)
    return LONG_NUMBER.sub(lambda found: _masked_number(found.group(), mask), text)


def _masked_number(digits: str, mask: Mask) -> str:
    return mask("", digits) if len(digits) > MAX_NUMBER or holds_card_number(digits) else digits


def holds_card_number(digits: str) -> bool:
    """Tell whether groups of digits, joined, are a card number (ISO/IEC 7812: 13 to 19 digits, Luhn's check digit).

    Args:
        digits: with or without signs between groups; what stands before and after a number in a text may be among them.
    """
    groups = GROUP.findall(digits)
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group
            if len(joined) in CARD_LENGTHS and _passes_luhn(joined):
                return True
            if len(joined) >= CARD_LENGTHS.stop:
                break
    return False


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 if number > 9 else number for number in doubled)) % 10 == 0
