"""The pages about problems: the list of all, and what each means and how it is reached."""

from collections.abc import Iterable, Sequence
from functools import partial
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from tollbridge.problems import PAGES, Entry, NotFound, catalogue
from tollbridge.server.html import code_of, document, prose
from tollbridge.server.recipes import DEFECTS, commands, recipe_of, steered

ROW = '<tr><td>{status}</td><td><a href="{page}"><code>{code}</code></a></td><td>{title}</td><td>{how}</td></tr>'
HEAD = "<tr><th>status</th><th><code>error_code</code></th><th>title</th><th>how it is reached</th></tr>"
INTRODUCTION = (
    "Every refusal that this server can give. A request that is right may ask for any of the first table by the header "
    "`Prefer: code=STATUS, example=ERROR_CODE`, with nothing done at Stripe."
)
DEFECT = "Nothing that is sent leads to it: it is a defect of the server. `Prefer` shows what it looks like."


def problem_pages(recipes: bool, own: Sequence[Entry]) -> list[BaseRoute]:
    """Return the routes of the pages.

    Args:
        recipes: whether the contract and the world are those that the recipes are for.
        own: the problems that the contract declares for its handlers.
    """
    entries = [*catalogue(), *own]
    return [
        Route(PAGES.rstrip("/"), partial(_list, entries, recipes)),
        Route(PAGES + "{error_code}", partial(_page, entries, recipes)),
    ]


async def _list(entries: Sequence[Entry], recipes: bool, _request: Request) -> Response:
    ours = [entry for entry in entries if not entry.in_contract]
    documented = [entry for entry in entries if entry.in_contract]
    tables = f"{_table(documented, recipes)}<h2>Below <code>/_tollbridge</code></h2>{_table(ours, recipes)}"
    return HTMLResponse(document("Problems", f"<h1>Problems</h1><p>{prose(INTRODUCTION)}</p>{tables}", wide=True))


def _table(entries: Iterable[Entry], recipes: bool) -> str:
    return f"<table><thead>{HEAD}</thead><tbody>{''.join(_row(entry, recipes) for entry in entries)}</tbody></table>"


def _row(entry: Entry, recipes: bool) -> str:
    return ROW.format(
        status=entry.status,
        page=PAGES + entry.error_code,
        code=entry.error_code,
        title=escape(entry.title),
        how=prose(_how(entry)) if recipes else "",
    )


def _how(entry: Entry) -> str:
    recipe = recipe_of(entry.status, entry.error_code)
    if recipe is None:
        return DEFECT if entry.error_code in DEFECTS else ""
    return recipe.how


async def _page(entries: Sequence[Entry], recipes: bool, request: Request) -> Response:
    code = request.path_params["error_code"]
    found = [entry for entry in entries if entry.error_code == code]
    if not found:
        raise NotFound("There is no problem with this code.")
    url = str(request.base_url).rstrip("/") if recipes else ""
    body = "".join(_section(entry, url) for entry in found)
    back = f'<p><a href="{PAGES.rstrip("/")}">All problems</a></p>'
    return HTMLResponse(document(code, f"<h1><code>{code}</code></h1>{body}{back}"))


def _section(entry: Entry, url: str) -> str:
    about = f"<h2>{entry.status} {escape(entry.title)}</h2><p>{prose(entry.meaning)}</p>"
    return about + (_provoking(entry, url) if url and entry.in_contract else "")


def _provoking(entry: Entry, url: str) -> str:
    """Return how a problem is reached, as commands to copy."""
    recipe = recipe_of(entry.status, entry.error_code)
    shown = f"<p>To see it with nothing done at Stripe:</p>{code_of(steered(entry.status, entry.error_code, url))}"
    if recipe is None:
        return f"<h3>How it is reached</h3><p>{prose(DEFECT)}</p>{shown}"
    return f"<h3>How it is reached</h3><p>{prose(recipe.how)}</p>{code_of(commands(recipe, url))}{shown}"
