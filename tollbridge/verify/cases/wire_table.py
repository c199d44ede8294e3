"""The strict-wire table: what is sent raw, and what has to come back.

Each row is made for an operation: its path, its members' names, its header. The tests send the rows of the bundled
contract in process and over a socket; the harness sends them to any target.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tollbridge.contract import sendable
from tollbridge.verify.model.steps import JSON, PLAIN, Head, Headers
from tollbridge.verify.model.subject import Subject

HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
MAX_BODY = 65_536
"""Bytes of a body that is read."""


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        name: what is wrong with the request.
        status: what it has to get.
        error_code: of the problem; None for a success.
        places: the pointers and headers that `errors` has to blame, and no others.
        body: the bytes.
        headers: besides Content-Length.
        method: the HTTP method.
        path: the request target.
        rules: the ledger's rules that decide.
        head: what is unusual about the head of the request.
        framing: whether HTTP itself refuses it.
    """

    name: str
    status: int
    error_code: str | None
    places: frozenset[str]
    body: bytes
    headers: Headers
    method: str
    path: str
    rules: tuple[str, ...] = ()
    head: Head = PLAIN
    framing: bool = False

    @property
    def half_pair(self) -> bool:
        """Whether it has half a surrogate pair, escaped, which many readers of JSON take for a fault of the JSON."""
        return self.error_code == "invalid-request" and HALF_PAIR.search(self.body) is not None


RULES: dict[str, tuple[str, ...]] = {
    "malformed-json": ("body.json",),
    "unsupported-media-type": ("body.media", "page.request"),
    "body-too-large": ("body.size",),
    "not-acceptable": ("accept.quality",),
    "method-not-allowed": ("path.methods", "page.request"),
    "not-found": ("path.exact", "page.request"),
    "invalid-token": ("token.refused",),
    "invalid-request": ("body.json",),
}
"""The ledger's rules that decide a row, by its `error_code`, where the row does not say."""


class Table:
    """Makes the rows of one operation."""

    def __init__(self, subject: Subject) -> None:
        """Take the names that the rows spell.

        Args:
            subject: an operation with an amount and a currency.
        """
        self.method = subject.operation.method.upper()
        self.path = subject.operation.target
        for parameter in subject.operation.parameters:
            if parameter.location == "path":
                self.path = self.path.replace(f"{{{sendable(parameter.name)}}}", "12")
        self.a, self.c = subject.members["amount"], subject.members["currency"]
        self.text = subject.members.get("description")
        self.payment_method = subject.members.get("payment_method")
        self.header = subject.organization.name if subject.organization else None
        self.members = subject.schema.get("properties", {})
        self.good = self.amount("4200")

    def row(
        self,
        name: str,
        status: int,
        error_code: str | None,
        *,
        places: frozenset[str] = frozenset(),
        body: bytes | None = None,
        headers: Headers = (JSON,),
        method: str | None = None,
        path: str | None = None,
        rule: str | None = None,
    ) -> Row:
        """Return a row; what is not given is as in a right request."""
        return Row(
            name,
            status,
            error_code,
            places,
            self.good if body is None else body,
            headers,
            method or self.method,
            path or self.path,
            (rule,) if rule else RULES.get(error_code or "", ()),
        )

    def malformed(self, name: str, body: bytes) -> Row:
        """Return a row whose body is no JSON."""
        return self.row(name, 400, "malformed-json", places=frozenset({"#"}), body=body)

    def invalid(self, name: str, body: bytes, *places: str, rule: str | None = None) -> Row:
        """Return a row whose body breaks rules at some places."""
        return self.row(name, 400, "invalid-request", places=frozenset(places), body=body, rule=rule)

    def unsupported(self, name: str, *headers: tuple[str, str], body: bytes | None = None) -> Row:
        """Return a row whose media type is not read."""
        return self.row(name, 415, "unsupported-media-type", body=body, headers=headers)

    def accepting(self, name: str, value: str, *, fine: bool) -> Row:
        """Return a row with an Accept header."""
        status, code = (200, None) if fine else (406, "not-acceptable")
        return self.row(name, status, code, headers=(JSON, ("Accept", value)), rule="accept.quality")

    def naming(self, name: str, *values: str) -> Row:
        """Return a row with malformed headers that name an organization."""
        assert self.header
        headers = (JSON, *((self.header, value) for value in values))
        places, rule = frozenset({self.header}), "organization.header"
        return self.row(f"{self.header} {name}", 400, "invalid-request", places=places, headers=headers, rule=rule)

    def amount(self, text: str, more: str = "") -> bytes:
        """Return a body with an amount as it is written."""
        return f'{{"{self.a}":{text},"{self.c}":"usd"{more}}}'.encode("utf-8", "surrogatepass")

    def bodies(self) -> Iterator[Row]:
        """Yield what is no JSON, and JSON that no right client sends."""
        a, c, amount, good = f"#/{self.a}", f"#/{self.c}", self.amount, self.good
        malformed, invalid = self.malformed, self.invalid
        opening = f'{{"{self.a}":'.encode()
        yield malformed("invalid UTF-8", good.replace(b"usd", b"\xff"))
        yield malformed("overlong UTF-8", good.replace(b"usd", b"\xc0\xaf"))
        yield malformed("a surrogate encoded in UTF-8", good.replace(b"usd", b"\xed\xa0\x80"))
        yield malformed("a byte order mark", b"\xef\xbb\xbf" + good)
        yield malformed("UTF-16", good.decode().encode("utf-16"))
        yield malformed("empty", b"")
        yield malformed("blank", b" \r\n\t")
        yield malformed("truncated", good[:-1])
        yield malformed("truncated in a string", good[:-3])
        yield malformed("two documents", good + good)
        yield malformed("a trailing comma", good[:-1] + b",}")
        yield malformed("a comment", amount("4200/*x*/"))
        yield malformed("single quotes", good.replace(b'"', b"'"))
        yield malformed("a form", f"{self.a}=4200&{self.c}=usd".encode())
        yield malformed("a leading zero", amount("04200"))
        yield malformed("a plus sign", amount("+4200"))
        yield malformed("hexadecimal", amount("0x10"))
        yield malformed("a raw control character", good.replace(b"usd", b"u\x00d"))
        yield malformed("nested 30,000 deep", b"[" * 30_000 + b"]" * 30_000)
        yield malformed("nested 30,000 deep in a member", opening + b"[" * 30_000 + b"]" * 30_000 + b"}")
        yield malformed("nested objects", b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
        yield malformed("opened 60,000 times", b"[" * 60_000)
        yield invalid("no object: null", b"null", "#", rule="body.object")
        yield invalid("no object: a list", b"[]", "#", rule="body.object")
        yield invalid("no object: text", b'"x"', "#", rule="body.object")
        yield invalid("no object: a number", b"4200", "#", rule="body.object")
        yield invalid("no object: NaN", b"NaN", "#")
        yield invalid("no object: a lone surrogate", b'"\\ud800"', "#")
        yield invalid("an empty object", b"{}", a, c, rule="body.required")
        for name, text in NUMBERS.items():
            yield invalid(name, amount(text), a, rule="body.integers")
        yield invalid("a name twice", amount("4200", f',"{self.a}":4200'), a)
        escaped = f"\\u{ord(self.a[0]):04x}{self.a[1:]}"
        yield invalid("a name twice, escaped once", amount("4200", f',"{escaped}":1'), a)
        yield invalid("an unknown name twice", amount("4200", ',"x":1,"x":2'), "#/x")
        yield invalid("a surrogate in a name", amount("4200", ',"\\ud800":1'), "#/%ED%A0%80")
        yield invalid("a newline after the currency", good.replace(b"usd", b"usd\\n"), c)
        yield invalid("a lone surrogate in the currency", good.replace(b"usd", b"\\ud800"), c)
        yield invalid("an unknown member", amount("4200", ',"a/b~c":1'), "#/a~1b~0c", rule="body.members")
        yield invalid("two faults of two kinds", amount("NaN").replace(b"usd", b"xxx"), a, c)
        if "confirm" not in self.members:
            yield invalid("confirm", amount("4200", ',"confirm":true'), "#/confirm", rule="confirm.absent")
        yield from self._optional()

    def _optional(self) -> Iterator[Row]:
        """Yield rows about members that not every operation has."""
        if self.text:
            place = f"#/{self.text}"
            for name, text in TEXTS.items():
                yield self.invalid(name, self.amount("4200", f',"{self.text}":"{text}"'), place)
        if self.payment_method:
            member, place = self.payment_method, f"#/{self.payment_method}"
            yield self.invalid(
                "null for an optional member", self.amount("4200", f',"{member}":null'), place, rule="body.null"
            )
            beyond = self.amount("4200", f',"{member}":9223372036854775808')
            yield self.invalid("a method beyond int64", beyond, place, rule="method.id")
            wraps = self.amount("4200", f',"{member}":{2**64 + 4242}')
            yield self.invalid("a method that is right where it wraps at 2^64", wraps, place, rule="method.id")

    def headers(self) -> Iterator[Row]:
        """Yield rows about headers."""
        unsupported, row = self.unsupported, self.row
        yield unsupported("no Content-Type")
        yield unsupported("text/plain", ("Content-Type", "text/plain"))
        form = f"{self.a}=4200".encode()
        yield unsupported("a form", ("Content-Type", "application/x-www-form-urlencoded"), body=form)
        yield unsupported("another +json", ("Content-Type", "application/vnd.api+json"))
        yield unsupported("UTF-16 as charset", ("Content-Type", "application/json; charset=utf-16"))
        yield unsupported("latin-1 as charset", ("Content-Type", "application/json; charset=iso-8859-1"))
        yield unsupported("two Content-Types", JSON, JSON)
        yield unsupported("gzip", JSON, ("Content-Encoding", "gzip"))
        for name, value in {
            "charset in capitals": "application/json; charset=UTF-8",
            "charset in quotes": 'application/json; charset="utf-8"',
            "media type in capitals": "Application/JSON",
        }.items():
            yield row(name, 200, None, headers=(("Content-Type", value),), rule="body.media")
        yield row("identity", 200, None, headers=(JSON, ("Content-Encoding", "identity")), rule="body.media")
        for value, fine in ACCEPT.items():
            yield self.accepting(f"accepts {value}", value, fine=fine)
        if self.header:
            for name, values in NAMING.items():
                yield self.naming(name, *values)
            last = (self.header, "9223372036854775807")
            name = f"{self.header} at the end of int64"
            yield row(name, 200, None, headers=(JSON, last), rule="organization.header")
        for name, body, sent in (
            ("any Authorization", None, "Bearer x"),
            ("another scheme", None, "Basic eDp4"),
            ("a bad token and a bad body", b"{}", "Bearer x"),
        ):
            yield row(name, 401, "invalid-token", body=body, headers=(JSON, ("Authorization", sent)))

    def paths(self) -> Iterator[Row]:
        """Yield rows about methods and paths."""
        for method in ("GET", "PUT", "DELETE", "PROPFIND"):
            body = self.good if method == "PUT" else b""
            yield self.row(method, 405, "method-not-allowed", method=method, body=body)
        parent = self.path.rpartition("/")[0]
        for name, path in {
            "a trailing slash": self.path + "/",
            "another path": parent or "/nowhere",
            "the root": "/",
            "a path in capitals": "/" + self.path.split("/")[1].upper() + "/" + "/".join(self.path.split("/")[2:]),
            "a doubled slash": "/" + self.path,
        }.items():
            yield self.row(name, 404, "not-found", path=path)
        yield self.row("a query", 200, None, path=f"{self.path}?{self.a}=1&x", rule="path.exact")

    def sizes(self) -> Iterator[Row]:
        """Yield the largest body that is read, and one byte more."""
        for name, length, status, code in (
            ("65,536 bytes", MAX_BODY, 400, "invalid-request"),
            ("65,537 bytes", MAX_BODY + 1, 413, "body-too-large"),
        ):
            body = b'{"x":"' + b"x" * (length - 8) + b'"}'
            places = frozenset({f"#/{self.a}", f"#/{self.c}", "#/x"}) if status == 400 else frozenset[str]()
            yield self.row(name, status, code, places=places, body=body, rule="body.size")


NUMBERS = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e400": "1e400",
    "5,000 digits": "9" * 5_000,
    "beyond int64": "9223372036854775808",
    "below int64": "-9223372036854775809",
    "the end of int64": "9223372036854775807",
    "4200.0": "4200.0",
    "4.2e3": "4.2e3",
    "42E2": "42E2",
    "text for a number": '"4200"',
    "true for a number": "true",
    "null for a number": "null",
}
TEXTS = {"a lone surrogate": r"\ud800", "a swapped pair": r"\ude00\ud83d", "NUL": r"a\u0000b"}
ACCEPT = {
    "application/xml": False,
    "text/*": False,
    "application/json;q=0, */*": False,
    "*/*;q=0": False,
    "application/json": True,
    "text/html, */*;q=0.1": True,
    "application/*": True,
    "application/xml, application/json;q=0.2": True,
}
NAMING: dict[str, tuple[str, ...]] = {
    "+4": ("+4",),
    "4.0": ("4.0",),
    "Arabic-Indic digits": ("٤",),
    "1_0": ("1_0",),
    "007": ("007",),
    "empty": ("",),
    "0": ("0",),
    "-1": ("-1",),
    "text": ("one",),
    "2^63": ("9223372036854775808",),
    "5,000 digits": ("9" * 5_000,),
    "twice": ("1", "7"),
    "twice, equal": ("1", "1"),
    "a list": ("1,7",),
}
