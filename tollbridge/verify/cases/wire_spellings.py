"""More rows of the strict-wire table: right requests in unusual spellings, and wrong ones that look right."""

from collections.abc import Iterator

from tollbridge.verify.cases.wire_table import MAX_BODY, Row, Table
from tollbridge.verify.model.steps import JSON, Headers

CHUNKED = ("Transfer-Encoding", "chunked")


def spellings(table: Table) -> Iterator[Row]:
    """Yield the rows of one operation."""
    yield from _bodies(table)
    yield from _media(table)
    yield from _accepts(table)
    yield from _paths(table)


def _fine(table: Table, name: str, rule: str, body: bytes | None = None, headers: Headers = (JSON,)) -> Row:
    return table.row(name, 200, None, body=body, headers=headers, rule=rule)


def _bodies(table: Table) -> Iterator[Row]:
    good = table.good
    yield _fine(table, "a newline after the body", "body.json", good + b"\r\n")
    yield _fine(table, "white space between members", "body.json", good.replace(b",", b" ,\t\n ").replace(b":", b" : "))
    yield _fine(table, "a letter that is escaped", "body.json", good.replace(b"usd", b"\\u0075sd"))
    yield _fine(table, "chunked", "page.request", _chunked(good), (JSON, CHUNKED))
    large = b'{"x":"' + b"x" * (MAX_BODY + 1) + b'"}'
    yield table.row("chunked and too large", 413, "body-too-large", body=_chunked(large), headers=(JSON, CHUNKED))
    place = f"#/{table.a}"
    for name, text in {"a negative exponent": "420000e-2", "-0": "-0", "-0.0": "-0.0"}.items():
        yield table.invalid(name, table.amount(text), place, rule="body.integers")
    deep = table.amount("4200", ',"x":' + "[" * 40 + "]" * 40)
    yield table.invalid("nested 40 deep", deep, "#/x", rule="body.members")
    several = table.amount("0", ',"x":1,"y":2,"z":3')
    yield table.invalid("several unknown members", several, place, "#/x", "#/y", "#/z", rule="body.members")
    names = [f"x{number}" for number in range(1_000)]
    thousand = table.amount("4200", "".join(f',"{name}":1' for name in names))
    yield table.invalid("a thousand unknown members", thousand, *(f"#/{name}" for name in names), rule="body.members")
    if table.text:
        member = table.text
        pair = table.amount("4200", f',"{member}":"\\ud83d\\ude00"')
        yield _fine(table, "a pair of surrogates, escaped", "body.json", pair)
        accent = table.amount("4200", f',"{member}":"Caf\\u00e9\\u2028\\/\\t"')
        yield _fine(table, "letters, a separator, a slash and a tab, escaped", "body.json", accent)
        yield table.invalid("a text twice", table.amount("4200", f',"{member}":"x","{member}":"y"'), f"#/{member}")
    if table.payment_method:
        member = table.payment_method
        yield table.invalid("a method twice", table.amount("4200", f',"{member}":1,"{member}":2'), f"#/{member}")


def _chunked(body: bytes) -> bytes:
    """Return a body in three chunks, as the wire has it."""
    third = max(1, len(body) // 3)
    parts = [body[:third], body[third : 2 * third], body[2 * third :]]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _media(table: Table) -> Iterator[Row]:
    for value in (
        *("text/json", "application/problem+json", "application/json-seq", "application/jsonlines"),
        *("application/json; charset=us-ascii", "application/json; charset=utf8"),
    ):
        yield table.unsupported(value, ("Content-Type", value))
    for coding in ("br", "deflate"):
        yield table.unsupported(coding, JSON, ("Content-Encoding", coding))
    other = ("Content-Type", "application/json; profile=x")
    yield _fine(table, "another parameter of the media type", "body.media", headers=(other,))


def _accepts(table: Table) -> Iterator[Row]:
    for name, values, fine in (
        ("in capitals", ("Application/JSON",), True),
        ("with a parameter", ("application/json;charset=utf-8",), True),
        ("in two headers", ("text/html", "application/json"), True),
        ("anything, but no JSON", ("*/*, application/json;q=0",), False),
        ("anything but applications", ("*/*;q=0.9, application/*;q=0",), False),
    ):
        sent = (JSON, *(("Accept", value) for value in values))
        status, code = (200, None) if fine else (406, "not-acceptable")
        yield table.row(f"accepts {name}", status, code, headers=sent, rule="accept.quality")


def _paths(table: Table) -> Iterator[Row]:
    for method in ("PATCH", "HEAD"):
        body = table.good if method == "PATCH" else b""
        yield table.row(
            method, 405, "method-not-allowed" if body else None, method=method, body=body, rule="path.methods"
        )
    parent, _, last = table.path.rpartition("/")
    for name, path in {
        "a path below": f"{table.path}/7",
        "a suffix": f"{table.path}.json",
        "path parameters": f"{table.path};x=1",
        "the last segment in capitals": f"{parent}/{last.upper()}",
        "slashes within": f"{parent}//{last}",
    }.items():
        yield table.row(name, 404, "not-found", path=path)
    override = (JSON, ("X-HTTP-Method-Override", table.method))
    yield table.row("GET that would be POST", 405, "method-not-allowed", method="GET", body=b"", headers=override)
