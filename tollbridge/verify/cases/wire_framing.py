"""Rows about HTTP's own framing (RFC 9112), and offers to speak another protocol, which are ignored (RFC 9110 §7.8)."""

from collections.abc import Iterator
from dataclasses import replace

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.wire_table import Row, Table
from tollbridge.verify.model.steps import JSON, Case, Head, Headers

RULE = "request.http"

OFFERS: dict[str, Headers] = {
    "a protocol that nobody knows": (("Connection", "Upgrade"), ("Upgrade", "tollbridge/1")),
    "HTTP/2, without what it needs": (("Connection", "keep-alive, Upgrade"), ("Upgrade", "h2c")),
}
"""None of them can be accepted: `h2c` needs HTTP2-Settings (RFC 7540 §3.2.1)."""

CHOOSES: Headers = (("Prefer", "code=503"),)
"""A sandbox may follow it, and says so by `Preference-Applied`; in silence, its clients could choose their answers."""


def offers(context: CaseContext) -> Iterator[Case]:
    """Yield right calls that offer another protocol, or choose an answer, each with one after it: both are served."""
    for name, headers in OFFERS.items():
        offered = context.call(note=f"offers {name}").but(headers=headers)
        yield Case(f"wire: offers {name}", (offered, context.call(note=f"after an offer of {name}")))
    chooses = context.call(note="asks for a 503 by Prefer").but(headers=CHOOSES)
    yield Case("wire: chooses its answer", (chooses, context.call(note="after a Prefer")))


def framing(table: Table) -> Iterator[Row]:
    """Yield rows of which the answers are our choice: other servers repair what ours refuses."""
    yield from _refused(table)
    parent, _, last = table.path.rpartition("/")
    yield table.row("an encoded slash", 404, "not-found", path=f"{parent}%2F{last}")
    letter = f"{parent}/%{ord(last[0]):02x}{last[1:]}"
    yield table.row("an encoded letter", 200, None, path=letter, rule="path.exact")
    yield replace(table.row("a whole URL", 200, None, rule=RULE), head=Head(whole=True))


def _refused(table: Table) -> Iterator[Row]:
    def row(name: str, status: int, *headers: tuple[str, str], head: Head) -> Row:
        refused = table.row(name, status, None, headers=(JSON, *headers), rule=RULE)
        return replace(refused, head=head, framing=True)

    yield row("no Host", 400, head=Head(hosts=()))
    yield row("two Hosts", 400, head=Head(hosts=("localhost", "example.com")))
    yield row("a Host that is none", 400, head=Head(hosts=("local/host",)))
    yield row("HTTP/2.0", 505, head=Head("HTTP/2.0"))
    yield row("HTTP/1.1 in small letters", 400, head=Head("http/1.1"))
    size = str(len(table.good))
    for name, headers in {
        "two lengths": (("Content-Length", size), ("Content-Length", "7")),
        "a list of lengths": (("Content-Length", f"{size}, {size}"),),
        "a length with a sign": (("Content-Length", f"+{size}"),),
        "a length and chunks": (("Content-Length", size), ("Transfer-Encoding", "chunked")),
    }.items():
        yield row(name, 400, *headers, head=Head())
    yield row("an unknown transfer coding", 501, ("Transfer-Encoding", "gzip, chunked"), head=Head())
