"""One log line for each origin whose pages were not let in, with what to type where they should be."""

import logging
import re
from shlex import quote

from tollbridge.server.areas import Area
from tollbridge.server.origins import origin_pattern

log = logging.getLogger(__name__)

MAX_ORIGINS = 20
"""Lines; a page can make origins up without end."""

SHOWN = 100
PRINTABLE = re.compile(r"[!-~]+")

ADVICE = {
    Area.API: "its scripts cannot read the answer. To let them: --cors {origin}",
    Area.PAGES: "its scripts cannot read the answer. To let them: --cors {origin}",
    Area.BROWSER: "nothing was done. A 3-D Secure challenge is answered on its own page.",
    Area.CONTROL: "nothing was done. Control takes requests of programs, and of pages at localhost.",
    Area.STRIPE: "nothing was done. A page of another site may use a publishable key on the routes of Stripe.js; "
    "secret keys are for programs, and for pages at localhost.",
}


class Strangers:
    """The origins that were not let in, each told once."""

    def __init__(self) -> None:
        """Know none."""
        self._told: set[str] = set()

    def tell(self, origin: str, area: Area, method: str) -> None:
        """Write the line of an origin, unless it was written before."""
        if origin in self._told or len(self._told) >= MAX_ORIGINS:
            return
        self._told.add(origin)
        shown = _shown(origin)
        advice = ADVICE[area].format(origin=shown)
        log.warning("A page of %s sent a %s to %s: %s", shown, method, area.value, advice)
        if len(self._told) == MAX_ORIGINS:
            log.warning("Origins that are not let in are told no more: there were %d.", MAX_ORIGINS)


def _shown(origin: str) -> str:
    """Return an origin as a shell takes it; a stand-in for what is not an origin."""
    try:
        origin_pattern(origin)
    except ValueError:
        return "ORIGIN"
    return quote(origin[:SHOWN])
