"""The strict-wire table of the bundled contract, used in process and over a socket; and that of HTTP's own framing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tollbridge.compose import bundled
from tollbridge.contract import load_contract
from tollbridge.verify.cases.wire_table import Row, Table
from tollbridge.verify.model.steps import JSON, Headers
from tollbridge.verify.model.subject import subjects

__all__ = [
    "API",
    "BODIES",
    "FRAMED",
    "GOOD",
    "HEADERS",
    "JSON",
    "PATH",
    "PATHS",
    "ROWS",
    "STRIPE",
    "Door",
    "Framed",
    "Headers",
    "Row",
    "statuses",
]

TABLE = Table(subjects(load_contract(bundled() / "openapi.yaml"))[0])
PATH = TABLE.path
GOOD = TABLE.good
BODIES = tuple(TABLE.bodies())
HEADERS = tuple(TABLE.headers())
PATHS = tuple(TABLE.paths())
ROWS = BODIES + HEADERS + PATHS


@dataclass(frozen=True)
class Door:
    """Where rows of framing are sent.

    Args:
        path: of a right POST.
        headers: that it needs.
        body: that is answered with 200.
    """

    path: bytes
    headers: tuple[bytes, ...]
    body: bytes

    def request(
        self,
        *lines: bytes,
        target: bytes | None = None,
        method: bytes = b"POST",
        version: bytes = b"HTTP/1.1",
        hosts: tuple[bytes, ...] = (b"Host: localhost",),
        body: bytes | None = None,
        length: bool = True,
    ) -> bytes:
        """Return the bytes of a request; what is not given is as in a right one."""
        sent = self.body if body is None else body
        sized = (b"Content-Length: %d" % len(sent),) if length else ()
        first = b"%s %s %s" % (method, self.path if target is None else target, version)
        return b"\r\n".join([first, *hosts, *self.headers, *lines, *sized, b"", b""]) + sent

    @property
    def last(self) -> bytes:
        """A right request after which the connection ends."""
        return self.request(b"Connection: close")

    @property
    def chunked(self) -> bytes:
        """The right body in two chunks."""
        return b"3\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (self.body[:3], len(self.body) - 3, self.body[3:])


API = Door(PATH.encode(), (b"Content-Type: application/json",), GOOD)
FORM = b"Content-Type: application/x-www-form-urlencoded"
STRIPE = Door(b"/v1/payment_intents", (b"Authorization: Bearer sk_test_1", FORM), b"amount=1000&currency=usd")


@dataclass(frozen=True)
class Framed:
    """A row of HTTP's own framing.

    Args:
        name: what is special about what is sent.
        sent: the bytes; the connection ends after the last answer.
        statuses: of the answers, in order.
    """

    name: str
    sent: bytes
    statuses: tuple[int, ...]


def statuses(answers: bytes) -> tuple[int, ...]:
    """Return the statuses of what came back over one connection."""
    return tuple(int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:])


def framed(door: Door) -> Iterator[Framed]:
    """Yield the rows of a door."""
    for rows in (_offers, _hosts, _versions, _codings, _lengths, _chunks, _targets, _heads, _pipelines):
        yield from rows(door)


SETTINGS = b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"
OFFERS: dict[str, tuple[bytes, ...]] = {
    "h2c as java.net.http offers it": (b"Connection: Upgrade, HTTP2-Settings", SETTINGS, b"Upgrade: h2c"),
    "a websocket": (
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Key: x",
        b"Sec-WebSocket-Version: 13",
    ),
    "a protocol that nobody knows": (b"Connection: keep-alive, upgrade", b"Upgrade: tollbridge/1"),
    "two protocols in one header": (b"Connection: Upgrade", b"Upgrade: h2c, websocket"),
    "two protocols in two headers": (b"Connection: Upgrade", b"Upgrade: h2c", b"Upgrade: websocket"),
    "in capitals": (b"CONNECTION: UPGRADE", b"UPGRADE: H2C"),
    "in two Connection headers": (b"Connection: keep-alive", b"Connection: upgrade", b"Upgrade: h2c"),
    "nothing": (b"Connection: Upgrade", b"Upgrade:"),
    "without saying so in Connection": (b"Upgrade: h2c",),
}
"""Headers that offer another protocol, which is to be ignored (RFC 9110 §7.8)."""


def _offers(door: Door) -> Iterator[Framed]:
    for name, lines in OFFERS.items():
        yield Framed(f"offers {name}", door.request(*lines) + door.last, (200, 200))
    h2c = OFFERS["h2c as java.net.http offers it"]
    chunked = door.request(*h2c, b"Transfer-Encoding: chunked", body=door.chunked, length=False)
    yield Framed("offers h2c, chunked", chunked + door.last, (200, 200))
    yield Framed("offers h2c and the end", door.request(b"Connection: close, Upgrade", b"Upgrade: h2c"), (200,))
    yield Framed("offers h2c and waits", door.request(*h2c, b"Expect: 100-continue") + door.last, (100, 200, 200))
    yield Framed("offers h2c three times", door.request(*h2c) * 3 + door.last, (200, 200, 200, 200))
    twice = door.request(*h2c, hosts=(b"Host: a", b"Host: b"))
    yield Framed("offers h2c to two hosts", twice, (400,))


def _hosts(door: Door) -> Iterator[Framed]:
    def row(name: str, status: int, *hosts: bytes, version: bytes = b"HTTP/1.1") -> Framed:
        more = door.last if status == 200 and version == b"HTTP/1.1" else b""
        statuses = (200, 200) if more else (status,)
        return Framed(name, door.request(hosts=hosts, version=version) + more, statuses)

    yield row("no Host", 400)
    if door is API:  # Stripe's routes are for whoever names this server
        yield row("no Host in HTTP/1.0", 200, version=b"HTTP/1.0")
    yield row("two Hosts", 400, b"Host: localhost", b"Host: example.com")
    yield row("two equal Hosts", 400, b"Host: localhost", b"host: localhost")
    yield row("two Hosts in HTTP/1.0", 400, b"Host: localhost", b"Host: localhost", version=b"HTTP/1.0")
    for host in (b"localhost:8080", b"127.0.0.1", b"[::1]:8080", b"  localhost \t"):
        yield row(f"Host {host.decode()!r}", 200, b"Host:" + host)
    for host in (
        b"a b",
        b"a/b",
        b"a?b",
        b"user@localhost",
        b"a:b",
        b"localhost:80:80",
        b"[::1",
        b"http://a",
        b"\xff",
    ):
        yield row(f"Host {host.decode('latin-1')!r}", 400, b"Host: " + host)


def _versions(door: Door) -> Iterator[Framed]:
    for version in (b"HTTP/2.0", b"HTTP/3.0", b"HTTP/0.9", b"HTTP/9.9"):
        yield Framed(version.decode(), door.request(version=version), (505,))
    yield Framed("HTTP/2 with prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00", (505,))
    yield Framed("HTTP/1.2", door.request(version=b"HTTP/1.2") + door.last, (200, 200))
    for version in (b"HTTP/2", b"HTTP/11.1", b"HTTP/1.x", b"http/1.1", b"HTTP/1.1 x", b"HTTPS/1.1"):
        yield Framed(version.decode(), door.request(version=version), (400,))
    yield Framed("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400,))


def _codings(door: Door) -> Iterator[Framed]:
    def row(name: str, status: int, *lines: bytes, version: bytes = b"HTTP/1.1") -> Framed:
        sent = door.request(*lines, version=version, body=door.chunked, length=False)
        return Framed(name, sent + (door.last if status == 200 else b""), (200, 200) if status == 200 else (status,))

    coding = b"Transfer-Encoding: "
    for value in (b"chunked", b"Chunked", b" chunked "):
        yield row(f"coding {value.decode()!r}", 200, coding + value)
    for value in (b"gzip", b"identity", b"foo", b"gzip, chunked", b"chunked;a=b", b"xchunked"):
        yield row(f"coding {value.decode()!r}", 501, coding + value)
    for value in (b"", b"chunked, gzip", b"chunked, chunked", b"chunked, identity"):
        yield row(f"coding {value.decode()!r}", 400, coding + value)
    yield row("chunked twice", 400, coding + b"chunked", coding + b"chunked")
    yield row("chunked in HTTP/1.0", 400, coding + b"chunked", version=b"HTTP/1.0")
    yield row("length and chunked", 400, b"Content-Length: 5", coding + b"chunked")
    yield row("chunked and length", 400, coding + b"chunked", b"Content-Length: 5")


def _lengths(door: Door) -> Iterator[Framed]:
    size = len(door.body)
    for name, lines in {
        "two lengths": (b"%d" % size, b"%d" % (size + 1)),
        "two equal lengths": (b"%d" % size, b"%d" % size),
        "a list of lengths": (b"%d, %d" % (size, size),),
        "a negative length": (b"-1",),
        "a signed length": (b"+%d" % size,),
        "a hexadecimal length": (b"0x10",),
        "an underscored length": (b"1_0",),
        "an empty length": (b"",),
        "a length beyond all bounds": (b"9" * 30,),
    }.items():
        sent = door.request(*(b"Content-Length: " + line for line in lines), length=False)
        yield Framed(name, sent, (400,))
    spaced = door.request(b"Content-Length:  %d \t" % size, length=False)
    yield Framed("spaces around a length", spaced + door.last, (200, 200))


def _chunks(door: Door) -> Iterator[Framed]:
    def row(name: str, chunks: bytes, status: int = 400) -> Framed:
        sent = door.request(b"Transfer-Encoding: chunked", body=chunks, length=False)
        return Framed(name, sent + (door.last if status == 200 else b""), (200, 200) if status == 200 else (status,))

    body, size = door.body, b"%x" % len(door.body)
    end = b"\r\n0\r\n\r\n"
    for name, sized in {"zz": b"zz", "-1": b"-1", "0x": b"0x" + size, "none": b"", "a space": b" " + size}.items():
        yield row(f"chunk size: {name}", sized + b"\r\n" + body + end)
    yield row("chunk size beyond all bounds", b"f" * 20 + b"\r\n" + body + end)
    yield row("a chunk that is longer than it says", b"1\r\n" + body + end)
    yield row("a chunk size that ends with LF", size + b"\n" + body + end)
    yield row("a chunk extension", size + b";a=b\r\n" + body + end, 200)
    yield row("trailers", size + b"\r\n" + body + b"\r\n0\r\nX-A: 1\r\nHost: other\r\n\r\n", 200)
    long = b"X-T: " + b"x" * 1_000 + b"\r\n"
    yield row("trailers within the bound", size + b"\r\n" + body + b"\r\n0\r\n" + long * 32 + b"\r\n", 200)
    yield row("trailers beyond the bound", size + b"\r\n" + body + b"\r\n0\r\n" + long * 40 + b"\r\n", 431)
    yield row("a trailer without an end", size + b"\r\n" + body + b"\r\n0\r\nX-T: " + b"x" * 200_000, 431)
    yield row("a chunk extension without an end", size + b";" + b"x" * 200_000, 431)


def _targets(door: Door) -> Iterator[Framed]:
    def row(name: str, target: bytes, status: int = 200, method: bytes = b"POST") -> Framed:
        statuses = (status,) if status in (400, 501) else (status, 200)
        sent = door.request(target=target, method=method)
        return Framed(name, sent + (door.last if len(statuses) > 1 else b""), statuses)

    parent, _, last = door.path.rpartition(b"/")
    yield row("a whole URL", b"http://localhost" + door.path)
    yield row("a whole URL with a query", b"HTTP://localhost:8080" + door.path + b"?")
    yield row("a whole URL of nothing that is there", b"http://localhost/nowhere", 404)
    for url in (b"http:///a", b"http://user@localhost/a", b"ftp://localhost/a", b"http://a b/", b"localhost:80", b"a"):
        yield row(f"the target {url.decode()}", url, 400)
    yield row("a fragment", door.path + b"#x", 400)
    yield Framed("OPTIONS *", door.request(target=b"*", method=b"OPTIONS", body=b"") + door.last, (204, 200))
    yield row("POST *", b"*", 400)
    yield row("CONNECT", b"localhost:80", 501, b"CONNECT")
    letter = b"%%%02x" % last[0]
    yield row("an encoded letter", parent + b"/" + letter + last[1:])
    yield row("an encoded slash", parent + b"%2F" + last, 404)
    yield row("an encoded slash in small letters", parent + b"%2f" + last, 404)
    yield row("a slash encoded twice", parent + b"%252F" + last, 404)
    yield row("dot segments", b"/x/.." + door.path, 404)
    yield row("encoded dot segments", b"/x/%2e%2e" + door.path, 404)


def _heads(door: Door) -> Iterator[Framed]:
    for name, line in {
        "a folded header": b"X-A: 1\r\n 2",
        "a space before the colon": b"X-A : 1",
        "a header without a name": b": 1",
        "NUL in a header": b"X-A: \x00",
        "CR in a header": b"X-A: 1\r2",
    }.items():
        yield Framed(name, door.request(line), (400,))
    yield Framed("bare line feeds", door.request().replace(b"\r\n", b"\n"), (400,))
    yield Framed("an unknown method", door.request(method=b"BREW"), (400,))
    yield Framed("empty lines before", b"\r\n\r\n" + door.last, (200,))
    yield Framed("a head beyond the bound", door.request(b"X-A: " + b"x" * 40_000), (431,))


def _pipelines(door: Door) -> Iterator[Framed]:
    good, chunked = door.request(), door.request(b"Transfer-Encoding: chunked", body=b"zz\r\n", length=False)
    nowhere = door.request(target=b"/nowhere")
    yield Framed("twenty at once", good * 19 + door.last, (200,) * 20)
    yield Framed("a refusal between", good + nowhere + good + door.last, (200, 404, 200, 200))
    yield Framed("broken framing after two", good + good + door.request(hosts=()), (200, 200, 400))
    yield Framed("a broken body after two", good + good + chunked + good, (200, 200, 400))
    yield Framed("garbage after one", good + b"\x00garbage", (200, 400))
    yield Framed("a head beyond the bound after one", good + door.request(b"X-A: " + b"x" * 70_000), (200, 431))
    yield Framed("more after the end", door.last + good * 1_000, (200,))
    large = door.request(body=b"x" * 40_000, target=b"/nowhere")
    yield Framed("large bodies, and heads across each bound", large * 8 + door.last, (404,) * 8 + (200,))


FRAMED = {"api": tuple(framed(API)), "stripe": tuple(framed(STRIPE))}
