"""Small contracts in the style of public ones, served without handlers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.contract.conftest import SETTINGS, Server, served
from tollbridge.compose import Options


def document(paths: dict[str, Any], version: str = "3.0.3", **more: Any) -> dict[str, Any]:
    """Return an OpenAPI document with paths."""
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def answering(schema: Any, **more: Any) -> dict[str, Any]:
    """Return responses with a success of a schema, and what else is said of its body."""
    content = {"application/json": {"schema": schema, **more}}
    return {"200": {"description": "ok", "content": content}}


@contextmanager
def serving(folder: Path, contract: dict[str, Any], **options: Any) -> Iterator[Server]:
    """Serve a contract, without handlers unless the folder has them."""
    (folder / "contract.yaml").write_text(yaml.safe_dump(contract, sort_keys=False))
    handlers = folder / "handlers"
    handlers.mkdir(exist_ok=True)
    made = Options(**{"contract": folder / "contract.yaml", "handlers": handlers, "calls": SETTINGS, **options})
    yield from served(made)
