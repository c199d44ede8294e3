"""What the server offers besides the contract, below `/_tollbridge`: docs, the contract, problem pages."""

from collections.abc import Mapping
from functools import partial
from html import escape

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from tollbridge.contract import Contract
from tollbridge.problems import PAGES, Entry, NotFound, catalogue
from tollbridge.server.desk import token_desk
from tollbridge.server.edge import SURFACE
from tollbridge.server.tokens import Tokens
from tollbridge.world import world_schema

NO_STORE = {"Cache-Control": "no-store"}

DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: API docs</title>
<link rel="stylesheet" href="{assets}/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="{assets}/swagger-ui-bundle.js"></script>
<script>
fetch("{surface}/openapi.json").then(r => r.json()).then(spec => {{
  spec.servers = [{{url: location.origin}}];
  SwaggerUIBundle({{spec, dom_id: "#docs", deepLinking: true, tryItOutEnabled: true, validatorUrl: null}});
}});
</script></body></html>
"""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}
code{{background:#8882;padding:.1em .3em;border-radius:3px}} h2{{margin-top:2rem}}
:root{{color-scheme:light dark}}</style></head>
<body>{body}</body></html>
"""


def surface(contract: Contract, tokens: Tokens, mounts: Mapping[str, ASGIApp]) -> ASGIApp:
    """Return the application below `/_tollbridge`.

    Args:
        contract: what is documented.
        tokens: what is issued to whoever asks.
        mounts: further applications, by their path below `/_tollbridge`.
    """
    pages = catalogue()
    routes: list[BaseRoute] = [
        Route(SURFACE, _to_docs),
        Route(f"{SURFACE}/", _to_docs),
        Route(f"{SURFACE}/health", _health),
        Route(f"{SURFACE}/docs", partial(_docs, contract)),
        Mount(f"{SURFACE}/docs/assets", _assets()),
        Route(f"{SURFACE}/openapi.json", partial(_contract_json, contract)),
        Route(f"{SURFACE}/openapi.yaml", partial(_contract_yaml, contract)),
        Route(PAGES.rstrip("/"), partial(_problem_list, pages)),
        Route(PAGES + "{error_code}", partial(_problem_page, pages)),
        token_desk(f"{SURFACE}/tokens", tokens),
        Route(f"{SURFACE}/world.schema.json", _world_schema),
        *(Mount(f"{SURFACE}/{path}", app) for path, app in mounts.items()),
    ]
    return Router(routes, redirect_slashes=False)


async def _to_docs(_request: Request) -> Response:
    return RedirectResponse(f"{SURFACE}/docs")


async def _health(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json", headers=NO_STORE)


async def _docs(contract: Contract, _request: Request) -> Response:
    title = escape(str(_info(contract).get("title", "API")))
    return HTMLResponse(DOCS.format(title=title, assets=f"{SURFACE}/docs/assets", surface=SURFACE))


async def _contract_json(contract: Contract, _request: Request) -> Response:
    return Response(orjson.dumps(contract.document), media_type="application/json", headers=NO_STORE)


async def _contract_yaml(contract: Contract, _request: Request) -> Response:
    return Response(contract.path.read_bytes(), media_type="application/yaml", headers=NO_STORE)


async def _world_schema(_request: Request) -> Response:
    return Response(world_schema(), media_type="application/schema+json", headers=NO_STORE)


async def _problem_list(pages: tuple[Entry, ...], _request: Request) -> Response:
    items = "".join(
        f'<li>{entry.status} <a href="{PAGES}{entry.error_code}"><code>{entry.error_code}</code></a> '
        f"{escape(entry.title)}</li>"
        for entry in pages
    )
    return HTMLResponse(PAGE.format(title="Problems", body=f"<h1>Problems</h1><ul>{items}</ul>"))


async def _problem_page(pages: tuple[Entry, ...], request: Request) -> Response:
    code = request.path_params["error_code"]
    found = [entry for entry in pages if entry.error_code == code]
    if not found:
        raise NotFound("There is no problem with this code.")
    body = "".join(f"<h2>{entry.status} {escape(entry.title)}</h2><p>{_prose(entry.meaning)}</p>" for entry in found)
    back = f'<p><a href="{PAGES.rstrip("/")}">All problems</a></p>'
    return HTMLResponse(PAGE.format(title=code, body=f"<h1><code>{code}</code></h1>{body}{back}"))


def _prose(text: str) -> str:
    """Return HTML of a sentence whose code is between backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _info(contract: Contract) -> Mapping[str, object]:
    info = contract.document.get("info")
    return info if isinstance(info, dict) else {}


def _assets() -> ASGIApp:
    # Imported here: the docs need them, a start-up that nobody reads docs of should not wait for them.
    from starlette.staticfiles import StaticFiles
    from swagger_ui_bundle import swagger_ui_path

    return StaticFiles(directory=swagger_ui_path)
