"""The headers that every answer of ours has: what a browser may do with it."""

from tollbridge.server.origins import HeaderList

BROWSER_SHIELD: HeaderList = [
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
"""The same for what a shop's page uses of ours: the script, which it loads from anywhere, and the page that asks a
cardholder, which a shop may show in a frame. That page's form goes to us and then back to the shop: Chromium holds
`form-action` against every redirect that follows, so it has none; nothing that anybody sent is in the page."""

SHIELD: HeaderList = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
"""Run and show our own files only, in no frame, as the type that is said, for our own pages."""
