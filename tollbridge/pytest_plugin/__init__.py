"""The pytest plugin: a test for each check and operation of a target, and our servers as fixtures.

pytest loads this file wherever Tollbridge is installed, so it loads nothing else until it is used.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tollbridge.pytest_plugin.options import OPTIONS, destination

if TYPE_CHECKING:
    from tollbridge.testing import Server, ServerOptions, Stripe


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the harness."""
    group = parser.getgroup("tollbridge", "Tollbridge: judge an implementation of a payment API from both sides")
    for option in OPTIONS:
        name, kept_as = f"--tollbridge-{option.name}", destination(option.name)
        if option.metavar is None:
            group.addoption(name, dest=kept_as, action="store_true", help=option.help)
        else:
            action = "append" if option.many else "store"
            group.addoption(name, dest=kept_as, metavar=option.metavar, action=action, help=option.help)


@pytest.hookimpl(tryfirst=True)  # pytest's own take away what -k, -m and --deselect leave out
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests of the target behind the others: a worker waits for the harness when it has nothing else to do."""
    if not any(config.getoption(destination(name)) for name in ("url", "start")):
        return
    from tollbridge.pytest_plugin.items import target_items

    items.extend(target_items(session))


@pytest.fixture(scope="session")
def tollbridge_options() -> "ServerOptions":
    """Options of the servers of `tollbridge_server` and `tollbridge_stripe`: override this fixture to change them."""
    from tollbridge.testing import ServerOptions

    return ServerOptions()


@pytest.fixture(scope="session")
def tollbridge_server_process(tollbridge_options: "ServerOptions") -> Iterator["Server"]:
    """Our server with its Stripe, the same for every test; what one does, the next one sees."""
    from tollbridge.testing import run_server

    with run_server(tollbridge_options) as server:
        yield server


@pytest.fixture
def tollbridge_server(tollbridge_server_process: "Server") -> "Server":
    """Our server with its Stripe, set back to its beginning for each test."""
    tollbridge_server_process.start_over()
    return tollbridge_server_process


@pytest.fixture(scope="session")
def tollbridge_stripe_process(tollbridge_options: "ServerOptions") -> Iterator["Stripe"]:
    """Our Stripe alone, the same for every test; what one does, the next one sees."""
    from tollbridge.testing import run_stripe

    with run_stripe(tollbridge_options) as stripe:
        yield stripe


@pytest.fixture
def tollbridge_stripe(tollbridge_stripe_process: "Stripe") -> "Stripe":
    """Our Stripe alone, set back to its beginning for each test."""
    tollbridge_stripe_process.reset()
    return tollbridge_stripe_process
