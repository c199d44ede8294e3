"""`POST /_tollbridge/tokens`: issues test tokens to anybody."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tollbridge.http1.body import Bounds, read_body
from tollbridge.http1.media import JSON, media_type
from tollbridge.problems import InvalidRequest, Problem, UnsupportedMediaType
from tollbridge.server.responses import json_response
from tollbridge.server.tokens import MAX_SECONDS, Tokens

MAX_BODY = 4_096
MEMBERS = "a JSON object with account (an id of the world) and, if wanted, expires_in (seconds; negative: expired)"


def token_desk(path: str, tokens: Tokens) -> Route:
    """Return the route that issues tokens."""

    async def issue(request: Request) -> Response:
        sent = await _read(request)
        account = tokens.world.accounts.get(sent["account"])
        if account is None:
            known = ", ".join(str(identity) for identity in tokens.world.accounts)
            raise _refused(f"There is no account {sent['account']}; the world has {known}.", "#/account")
        expires_in = sent.get("expires_in", tokens.world.tokens.lifetime)
        document = {
            "access_token": tokens.mint(account, expires_in),
            "token_type": "Bearer",
            "expires_in": expires_in,
            "account": {"id": account.id, "name": account.name, "role": account.role, "active": account.active},
        }
        return json_response(document, 201)

    return Route(path, issue, methods=["POST"])


async def _read(request: Request) -> dict[str, Any]:
    """Return the body.

    Raises:
        UnsupportedMediaType: it does not say that it is JSON.
        BodyTooLarge, BodyTooSlow: it is not read to its end.
        InvalidRequest: it is not what is expected.
    """
    if media_type(request.headers.get("content-type")) != JSON:
        raise UnsupportedMediaType(f"Send the body as {JSON}, with that Content-Type.")
    content = await read_body(request.scope, request.receive, Bounds(MAX_BODY))
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or "account" not in sent or sent.keys() - {"account", "expires_in"}:
        raise _refused(f"Send {MEMBERS}.")
    for name, value in sent.items():
        if type(value) is not int or abs(value) > MAX_SECONDS:
            raise _refused(f"{name} has to be a whole number within {MAX_SECONDS}.", f"#/{name}")
    return sent


def _refused(detail: str, pointer: str = "#") -> Problem:
    return InvalidRequest(detail, [{"pointer": pointer, "detail": detail}])
