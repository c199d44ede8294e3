"""The headers that every answer of ours has: what a browser may do with it."""

from tollbridge.server.origins import HeaderList

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
