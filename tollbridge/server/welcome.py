"""The page at the server's root: a 404, as no operation is there, with links to the pages that exist."""

from starlette.types import Scope, Send

from tollbridge.server.areas import SURFACE
from tollbridge.server.html import document
from tollbridge.server.responses import send_bytes
from tollbridge.server.shield import SHIELD

HTML = "text/html; charset=utf-8"
BODY = f"""<h1>Tollbridge</h1>
<p>No operation of the contract has this path. From here:</p>
<ul>
<li><a href="{SURFACE}/checkout">Checkout</a>: pay, and see what the server and Stripe are told</li>
<li><a href="{SURFACE}/">Console</a>: every exchange, from both sides; let the next call fail; start over</li>
<li><a href="{SURFACE}/docs">Docs</a>: the contract</li>
<li><a href="{SURFACE}/problems">Problems</a>: each refusal, and how it is reached</li>
</ul>"""
LINKS = {
    "Link": f'<{SURFACE}/docs>; rel="service-doc"; type="text/html", '
    f'<{SURFACE}/openapi.json>; rel="service-desc"; type="application/json"'
}
"""Where the docs and the contract are (RFC 8631), for programs that ask at the root."""

PAGE = document("Tollbridge", BODY).encode()


def is_for_people(scope: Scope) -> bool:
    """Tell whether a browser opens the root to show it to a person."""
    if scope["path"] != "/" or scope["method"] != "GET":
        return False
    return any(b"text/html" in value for name, value in scope["headers"] if name == b"accept")


async def send_welcome(send: Send) -> None:
    """Send the page."""
    headers = {name.decode(): value.decode() for name, value in SHIELD} | LINKS
    await send_bytes(send, 404, HTML, PAGE, headers)
