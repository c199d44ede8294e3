"""The header `Prefer` (RFC 7240): what a client would like of its answer."""

import re
from collections.abc import Iterable, Mapping

NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
VALUE = r'[ \t]*=[ \t]*(?:"([^"]*)"|([^\s,;"]*))'
PREFERENCE = re.compile(rf"(?:^|,)[ \t]*({NAME})(?:{VALUE})?(?:[ \t]*;[^,]*)?[ \t]*(?=,|$)")


def preferences(values: Iterable[bytes]) -> Mapping[str, str]:
    """Return the preferences of a request, by name in lower case; of one that is sent twice the first counts.

    Args:
        values: every `Prefer` value of the request. What is not a preference in them is ignored, as RFC 7240 asks.
    """
    found: dict[str, str] = {}
    for value in values:
        for name, quoted, plain in PREFERENCE.findall(value.decode("latin-1")):
            found.setdefault(name.lower(), quoted or plain)
    return found
