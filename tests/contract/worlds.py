"""Worlds for tests, from the default one with something changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tollbridge.compose import Options


def changed_world(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write the default world, changed, into a folder.

    Args:
        folder: where the file goes.
        change: edits the document in place.
    """
    document = yaml.safe_load(Options().world.read_text())
    change(document)
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def organization(document: dict[str, Any], identity: int) -> dict[str, Any]:
    """Return an organization's entry."""
    found: dict[str, Any] = next(entry for entry in document["organizations"] if entry["id"] == identity)
    return found
