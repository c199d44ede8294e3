"""The strict-wire table: what is sent raw, and what has to come back. Used in process and over a socket."""

from dataclasses import dataclass

PATH = "/api/payment/intent"
JSON = ("Content-Type", "application/json")
GOOD = b'{"amount":4200,"currency":"usd"}'
Headers = tuple[tuple[str, str], ...]


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
    """

    name: str
    status: int
    error_code: str | None
    places: frozenset[str] = frozenset()
    body: bytes = GOOD
    headers: Headers = (JSON,)
    method: str = "POST"
    path: str = PATH


def malformed(name: str, body: bytes) -> Row:
    return Row(name, 400, "malformed-json", frozenset({"#"}), body)


def invalid(name: str, body: bytes, *places: str) -> Row:
    return Row(name, 400, "invalid-request", frozenset(places), body)


def unsupported(name: str, *headers: tuple[str, str], body: bytes = GOOD) -> Row:
    return Row(name, 415, "unsupported-media-type", body=body, headers=headers)


def accepting(name: str, value: str, status: int) -> Row:
    code = None if status == 200 else "not-acceptable"
    return Row(name, status, code, headers=(JSON, ("Accept", value)))


def naming(name: str, *values: str) -> Row:
    headers = (JSON, *(("organization_id", value) for value in values))
    return Row(f"organization_id {name}", 400, "invalid-request", frozenset({"organization_id"}), headers=headers)


def amount(text: str) -> bytes:
    return b'{"amount":' + text.encode() + b',"currency":"usd"}'


BODIES = (
    malformed("invalid UTF-8", b'{"amount":4200,"currency":"\xff"}'),
    malformed("overlong UTF-8", b'{"amount":4200,"currency":"\xc0\xaf"}'),
    malformed("a surrogate encoded in UTF-8", b'{"amount":4200,"currency":"\xed\xa0\x80"}'),
    malformed("a byte order mark", b"\xef\xbb\xbf" + GOOD),
    malformed("UTF-16", GOOD.decode().encode("utf-16")),
    malformed("empty", b""),
    malformed("blank", b" \r\n\t"),
    malformed("truncated", GOOD[:-1]),
    malformed("truncated in a string", b'{"amount":4200,"curr'),
    malformed("two documents", GOOD + GOOD),
    malformed("a trailing comma", b'{"amount":4200,"currency":"usd",}'),
    malformed("a comment", b'{"amount":4200,/*x*/"currency":"usd"}'),
    malformed("single quotes", b"{'amount':4200}"),
    malformed("a form", b"amount=4200&currency=usd"),
    malformed("a leading zero", amount("04200")),
    malformed("a plus sign", amount("+4200")),
    malformed("hexadecimal", amount("0x10")),
    malformed("a raw control character", b'{"amount":4200,"currency":"usd","description":"a\x00b"}'),
    malformed("nested 30,000 deep", b"[" * 30_000 + b"]" * 30_000),
    malformed("nested 30,000 deep in a member", b'{"amount":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
    malformed("nested objects", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    malformed("opened 60,000 times", b"[" * 60_000),
    invalid("no object: null", b"null", "#"),
    invalid("no object: a list", b"[]", "#"),
    invalid("no object: text", b'"x"', "#"),
    invalid("no object: a number", b"4200", "#"),
    invalid("no object: NaN", b"NaN", "#"),
    invalid("no object: a lone surrogate", b'"\\ud800"', "#"),
    invalid("an empty object", b"{}", "#/amount", "#/currency"),
    invalid("NaN", amount("NaN"), "#/amount"),
    invalid("Infinity", amount("Infinity"), "#/amount"),
    invalid("-Infinity", amount("-Infinity"), "#/amount"),
    invalid("1e400", amount("1e400"), "#/amount"),
    invalid("5,000 digits", amount("9" * 5_000), "#/amount"),
    invalid("beyond int64", amount("9223372036854775808"), "#/amount"),
    invalid("below int64", amount("-9223372036854775809"), "#/amount"),
    invalid("the end of int64", amount("9223372036854775807"), "#/amount"),
    invalid("4200.0", amount("4200.0"), "#/amount"),
    invalid("4.2e3", amount("4.2e3"), "#/amount"),
    invalid("42E2", amount("42E2"), "#/amount"),
    invalid("text for a number", amount('"4200"'), "#/amount"),
    invalid("true for a number", amount("true"), "#/amount"),
    invalid("null for a number", amount("null"), "#/amount"),
    invalid("a name twice", b'{"amount":4200,"currency":"usd","amount":4200}', "#/amount"),
    invalid("a name twice, escaped once", b'{"amount":4200,"currency":"usd","\\u0061mount":1}', "#/amount"),
    invalid("an unknown name twice", b'{"amount":4200,"currency":"usd","x":1,"x":2}', "#/x"),
    invalid("a lone surrogate", b'{"amount":4200,"currency":"usd","description":"\\ud800"}', "#/description"),
    invalid("a swapped pair", b'{"amount":4200,"currency":"usd","description":"\\ude00\\ud83d"}', "#/description"),
    invalid("a surrogate in a name", b'{"amount":4200,"currency":"usd","\\ud800":1}', "#/%ED%A0%80"),
    invalid("NUL", b'{"amount":4200,"currency":"usd","description":"a\\u0000b"}', "#/description"),
    invalid("a newline after the currency", b'{"amount":4200,"currency":"usd\\n"}', "#/currency"),
    invalid(
        "null for an optional member", b'{"amount":4200,"currency":"usd","payment_method":null}', "#/payment_method"
    ),
    invalid("an unknown member", b'{"amount":4200,"currency":"usd","a/b~c":1}', "#/a~1b~0c"),
    invalid("confirm", b'{"amount":4200,"currency":"usd","confirm":true}', "#/confirm"),
    invalid("two faults of two kinds", b'{"amount":NaN,"currency":"xxx"}', "#/amount", "#/currency"),
    invalid("a method beyond int64", amount('4200,"payment_method":9223372036854775808'), "#/payment_method"),
)

HEADERS = (
    unsupported("no Content-Type"),
    unsupported("text/plain", ("Content-Type", "text/plain")),
    unsupported("a form", ("Content-Type", "application/x-www-form-urlencoded"), body=b"amount=4200"),
    unsupported("another +json", ("Content-Type", "application/vnd.api+json")),
    unsupported("UTF-16 as charset", ("Content-Type", "application/json; charset=utf-16")),
    unsupported("latin-1 as charset", ("Content-Type", "application/json; charset=iso-8859-1")),
    unsupported("two Content-Types", JSON, JSON),
    unsupported("gzip", JSON, ("Content-Encoding", "gzip")),
    Row("charset in capitals", 200, None, headers=(("Content-Type", "application/json; charset=UTF-8"),)),
    Row("charset in quotes", 200, None, headers=(("Content-Type", 'application/json; charset="utf-8"'),)),
    Row("media type in capitals", 200, None, headers=(("Content-Type", "Application/JSON"),)),
    Row("identity", 200, None, headers=(JSON, ("Content-Encoding", "identity"))),
    accepting("accepts XML", "application/xml", 406),
    accepting("accepts text", "text/*", 406),
    accepting("refuses JSON", "application/json;q=0, */*", 406),
    accepting("refuses everything", "*/*;q=0", 406),
    accepting("accepts JSON", "application/json", 200),
    accepting("accepts anything", "text/html, */*;q=0.1", 200),
    accepting("accepts applications", "application/*", 200),
    accepting("prefers XML", "application/xml, application/json;q=0.2", 200),
    naming("+4", "+4"),
    naming("4.0", "4.0"),
    naming("Arabic-Indic digits", "٤"),
    naming("1_0", "1_0"),
    naming("007", "007"),
    naming("empty", ""),
    naming("0", "0"),
    naming("-1", "-1"),
    naming("text", "one"),
    naming("2^63", "9223372036854775808"),
    naming("5,000 digits", "9" * 5_000),
    naming("twice", "1", "7"),
    naming("twice, equal", "1", "1"),
    naming("a list", "1,7"),
    Row("organization_id at the end of int64", 200, None, headers=(JSON, ("organization_id", "9223372036854775807"))),
    Row("any Authorization", 401, "invalid-token", headers=(JSON, ("Authorization", "Bearer x"))),
    Row("another scheme", 401, "invalid-token", headers=(JSON, ("Authorization", "Basic eDp4"))),
    Row("a bad token and a bad body", 401, "invalid-token", body=b"{}", headers=(JSON, ("Authorization", "Bearer x"))),
)

PATHS = (
    Row("GET", 405, "method-not-allowed", method="GET", body=b""),
    Row("PUT", 405, "method-not-allowed", method="PUT"),
    Row("DELETE", 405, "method-not-allowed", method="DELETE", body=b""),
    Row("an unknown method", 405, "method-not-allowed", method="PROPFIND"),
    Row("a trailing slash", 404, "not-found", path=PATH + "/"),
    Row("another path", 404, "not-found", path="/api/payment"),
    Row("the root", 404, "not-found", path="/"),
    Row("a path in capitals", 404, "not-found", path="/API/payment/intent"),
    Row("a doubled slash", 404, "not-found", path="//api/payment/intent"),
    Row("a query", 200, None, path=PATH + "?amount=1&x"),
)

ROWS = BODIES + HEADERS + PATHS
