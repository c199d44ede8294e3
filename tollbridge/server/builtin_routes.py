"""Routes of our own, below `/_tollbridge`: docs, the contract, problem pages."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tollbridge.contract import Contract
from tollbridge.contract.flat import flat
from tollbridge.contract.problems import declared_problems
from tollbridge.problems import NotReady
from tollbridge.server.areas import SURFACE
from tollbridge.server.console import Console, console_routes
from tollbridge.server.html import ASSETS_URL
from tollbridge.server.own_problems import entries_of
from tollbridge.server.problempages import problem_pages
from tollbridge.server.responses import NO_STORE, json_response
from tollbridge.server.token_endpoint import token_desk
from tollbridge.server.tokens import Tokens
from tollbridge.world import world_schema

ASSETS = Path(__file__).parent / "assets"
"""Files that the pages load: our own, and Swagger UI (scripts/swagger-ui) without its sample pages."""

DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: API docs</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/swagger-ui/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="{assets}/swagger-ui/swagger-ui-bundle.js"></script>
<script type="module" src="{assets}/docs.js"></script></body></html>
"""

Ready = Callable[[], Awaitable[bool]]
"""Tells whether the server can serve."""


def surface(
    contract: Contract,
    tokens: Tokens,
    ready: Ready,
    mounts: Mapping[str, ASGIApp],
    browser: Sequence[BaseRoute],
    console: Console,
) -> Router:
    """Return the application below `/_tollbridge`.

    Args:
        contract: what is documented.
        tokens: issues them to anybody.
        ready: whether the server can serve.
        mounts: further applications, by their path below `/_tollbridge`.
        browser: the routes of the browser's Stripe.
        console: what the console shows.
    """
    routes: list[BaseRoute] = [
        Route(SURFACE, _to_console),
        Route(f"{SURFACE}/", partial(_file, "console.html")),
        Route(f"{SURFACE}/checkout", partial(_file, "checkout.html")),
        Route(f"{SURFACE}/docs", partial(_docs, contract)),
        Mount(ASSETS_URL, StaticFiles(directory=ASSETS)),
        Route(f"{SURFACE}/openapi.json", partial(_contract_json, contract)),
        Route(f"{SURFACE}/openapi.yaml", partial(_contract_yaml, contract)),
        *problem_pages(console.recipes, entries_of(declared_problems(contract.document))),
        token_desk(f"{SURFACE}/tokens", tokens),
        Route(f"{SURFACE}/world.schema.json", _world_schema),
        *browser,
        *console_routes(console),
    ]
    return _router(routes, ready, mounts)


def bare_surface(ready: Ready, mounts: Mapping[str, ASGIApp], browser: Sequence[BaseRoute]) -> Router:
    """Return what is ours where there is no contract: `health`, `ready`, the browser's Stripe and what is mounted."""
    return _router([*browser], ready, mounts)


def _router(routes: list[BaseRoute], ready: Ready, mounts: Mapping[str, ASGIApp]) -> Router:
    probes = [Route(f"{SURFACE}/health", _health), Route(f"{SURFACE}/ready", partial(_ready, ready))]
    mounted = [Mount(f"{SURFACE}/{path}", app) for path, app in mounts.items()]
    return Router([*probes, *routes, *mounted], redirect_slashes=False)


async def _to_console(_request: Request) -> Response:
    return RedirectResponse(f"{SURFACE}/")


async def _file(name: str, _request: Request) -> Response:
    return FileResponse(ASSETS / name, headers={"Cache-Control": "no-cache"})


async def _health(_request: Request) -> Response:
    return json_response({"status": "ok"})


async def _ready(ready: Ready, _request: Request) -> Response:
    if not await ready():
        raise NotReady("The state cannot be reached; the server's log says why.", headers={"Retry-After": "1"})
    return json_response({"status": "ready"})


async def _docs(contract: Contract, _request: Request) -> Response:
    title = escape(str(_info(contract).get("title", "API")))
    return HTMLResponse(DOCS.format(title=title, assets=ASSETS_URL))


async def _contract_json(contract: Contract, request: Request) -> Response:
    return json_response(_document(contract, request))


async def _contract_yaml(contract: Contract, request: Request) -> Response:
    content = _document(contract, request) if _is_flat(request) else contract.content  # JSON is YAML
    return Response(content, media_type="application/yaml", headers=NO_STORE)


def _document(contract: Contract, request: Request) -> bytes:
    """Return the contract as JSON; with `?flat=1`, without branches that only narrow."""
    document = flat(contract.document) if _is_flat(request) else contract.document
    # orjson refuses integers beyond 64 bits, and a contract may have one
    return json.dumps(document, ensure_ascii=False).encode()


def _is_flat(request: Request) -> bool:
    return request.query_params.get("flat") == "1"


async def _world_schema(_request: Request) -> Response:
    return json_response(world_schema(), media="application/schema+json")


def _info(contract: Contract) -> Mapping[str, object]:
    info = contract.document.get("info")
    return info if isinstance(info, dict) else {}
