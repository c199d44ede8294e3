"""The head of a request: other paths, methods and headers than the contract allows are let in, or refused ones."""

import re

from starlette.types import Scope

from mutants import seams
from mutants.mutant import INDEPENDENT, Area
from mutants.patches.requests import (
    Accepts,
    RequireAccept,
    change_content_type,
    change_encodings,
    change_parameter,
    change_path,
    change_scope,
    integers_like,
    look_at_nothing,
    replace_accept,
    take_for_json,
    take_for_post,
    weights,
)
from tollbridge.problems import NotAcceptable

area = Area("head", __file__)

PATH = "/api/payment/intent"

# Paths and methods.

area.table(take_for_post, ("put_is_post", "PUT does what POST does.", "PUT"))

area.table(
    take_for_post,
    ("patch_is_post", "PATCH does what POST does.", "PATCH"),
    ("head_is_post", "HEAD does what POST does.", "HEAD"),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def method_override() -> None:
    """X-HTTP-Method-Override: POST makes a POST of a GET."""

    def change(scope: Scope) -> Scope:
        override = dict(scope["headers"]).get(b"x-http-method-override")
        return {**scope, "method": "POST"} if override == b"POST" else scope

    change_scope(change)


area.table(
    change_path,
    (
        "slash_at_the_end",
        "The path with a slash at its end is served too.",
        lambda path: path[:-1] if path.endswith("/intent/") else path,
    ),
)

area.table(
    change_path,
    ("slashes_merged", "/api//payment///intent is served too.", lambda path: re.sub("/+", "/", path)),
    ("path_parameters_cut", "/api/payment/intent;x=1 is served too.", lambda path: path.partition(";")[0]),
    ("suffix_cut", "/api/payment/intent.json is served too.", lambda path: path.removesuffix(".json")),
    (
        "last_segment_in_any_case",
        "/api/payment/INTENT is served too.",
        lambda path: PATH if path.lower() == PATH and path.startswith("/api/payment/") else path,
    ),
    (
        "subpath_served",
        "/api/payment/intent/7 is served too.",
        lambda path: PATH if re.fullmatch(f"{PATH}/[0-9]+", path) else path,
    ),
    author=INDEPENDENT,
)

# Headers.

area.table(
    look_at_nothing,
    ("any_media_type", "Every Content-Type and Content-Encoding is accepted.", seams.REQUIRE_JSON_BODY),
    ("any_accept", "Every Accept is accepted.", seams.REQUIRE_JSON_ACCEPTED),
)

area.table(
    integers_like,
    (
        "header_read_by_int",
        "The header is read as Python's int() reads it: +4, 1_0 and 007 are numbers.",
        r"[-+]?[\d_]{1,19}",
    ),
)

area.table(
    change_parameter,
    ("first_of_two_headers", "Of two headers that name an organization the first one counts.", lambda sent: sent[:1]),
)

area.table(
    change_encodings,
    (
        "only_gzip_refused",
        "Content-Encoding br, deflate and zstd are accepted.",
        lambda encodings: [one for one in encodings if one not in (b"br", b"deflate", b"zstd")],
    ),
    author=INDEPENDENT,
)

area.table(
    take_for_json,
    (
        "media_type_by_prefix",
        "application/json-seq and application/jsonlines are taken for JSON.",
        lambda sent: sent.startswith(b"application/json") and b";" not in sent,
    ),
    ("text_json", "text/json is taken for JSON.", lambda sent: sent == b"text/json"),
    (
        "problem_json_as_body",
        "application/problem+json is taken for JSON.",
        lambda sent: sent == b"application/problem+json",
    ),
    author=INDEPENDENT,
)

area.table(
    change_content_type,
    ("utf8_without_hyphen", "charset=utf8 is taken for utf-8.", lambda sent: sent.replace(b"utf8", b"utf-8")),
    ("us_ascii", "charset=us-ascii is accepted.", lambda sent: sent.replace(b"us-ascii", b"utf-8")),
    (
        "other_parameters_refused",
        "A Content-Type with another parameter than charset is 415.",
        lambda sent: b"x/y" if b";" in sent and b"charset" not in sent.lower() else sent,
    ),
    author=INDEPENDENT,
)


def _first_range(require: RequireAccept, accepts: Accepts) -> None:
    qualities = [quality for specific, quality in weights(accepts) if specific >= 0]
    if not qualities:
        require(accepts)
    elif qualities[0] == 0:
        raise NotAcceptable("No.")


def _highest_quality(require: RequireAccept, accepts: Accepts) -> None:
    found = weights(accepts)
    exact = [quality for specific, quality in found if specific == 2]
    refused_first = bool(exact) and exact[0] == 0 and found[0][0] == 2
    if refused_first or not any(quality for specific, quality in found if specific >= 0):
        require(accepts)


def _no_capitals(require: RequireAccept, accepts: Accepts) -> None:
    if any(one != one.lower() for one in accepts):
        raise NotAcceptable("No.")
    require(accepts)


def _no_charset(require: RequireAccept, accepts: Accepts) -> None:
    if any(b"charset" in one for one in accepts):
        raise NotAcceptable("No.")
    require(accepts)


area.table(
    replace_accept,
    (
        "first_range_decides",
        "The first range of Accept that names JSON decides, not the most specific one.",
        _first_range,
    ),
    (
        "highest_quality_decides",
        "The range of Accept with the highest quality decides, not the most specific one.",
        _highest_quality,
    ),
    (
        "first_accept_header",
        "Of several Accept headers only the first counts.",
        lambda require, accepts: require(accepts[:1]),
    ),
    ("accept_with_capitals", "Accept: Application/JSON is 406.", _no_capitals),
    ("accept_with_parameters", "Accept: application/json;charset=utf-8 is 406.", _no_charset),
    author=INDEPENDENT,
)
