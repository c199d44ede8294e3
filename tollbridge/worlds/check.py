"""Checking a world file as a server does that begins with it."""

from pathlib import Path

from tollbridge.simulator import Simulator
from tollbridge.world import World, WorldError, load_world


def checked_world(path: Path) -> World:
    """Return a world in which everything is as the server will need it.

    Raises:
        WorldError: with a line for each fault.
    """
    world = load_world(path)
    try:
        Simulator(world.seed())
    except ValueError as error:
        raise WorldError(f"{path}: {error}") from None
    return world
