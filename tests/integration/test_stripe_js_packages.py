"""Stripe's own packages from npm, as they are: every major of the loader, and the React components in StrictMode."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.shop import ASKED, KEY, Shop, fill_card, fill_payment

pytestmark = [pytest.mark.browser, pytest.mark.node]

FOLDER = Path(__file__).parent / "browser"
TRAINS = {4: 3, 5: 3, 6: "acacia", 7: "basil", 8: "clover", 9: "dahlia", 10: "endive"}
"""What each major of the loader wants `Stripe.version` to be."""

REACTS = {"React 19, components 7": "app-7", "React 18, components 2.9": "app-2"}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loaders and the React app, bundled with esbuild."""
    into = tmp_path_factory.mktemp("bundles")
    subprocess.run(["node", FOLDER / "bundle.mjs", into], check=True, cwd=FOLDER, timeout=60)
    return into


def said_by(page: Page) -> list[str]:
    """Collect the warnings and errors that are logged."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("warning", "error") else None)
    return said


def opened(shop: Shop, bundle: Path, **of_shop: Any) -> Page:
    """Open a page that runs a bundle."""
    shop.pages["/bundle.js"] = (bundle.read_text(), {"content-type": "text/javascript"})
    start = f"<script>window.shop = {json.dumps({'key': KEY, **of_shop})};</script>"
    return shop.open(f'<div id="root"></div>{start}<script src="/bundle.js"></script>', script="")


@pytest.mark.parametrize("major", TRAINS)
def test_every_major_of_the_loader_loads_it_without_a_warning(shop: Shop, bundles: Path, major: int) -> None:
    """It injects js.stripe.com's address, which is answered by our server, and finds the version that it asked for."""
    said = said_by(shop.page)
    page = opened(shop, bundles / f"loader-{major}.js")
    page.wait_for_function("() => window.stripe")
    assert page.evaluate("() => Stripe.version") == TRAINS[major]
    assert re.match(
        r"https://js\.stripe\.com/(v3|[a-z]+/stripe\.js)",
        page.locator("script[src*=stripe]").get_attribute("src") or "",
    )
    assert [line for line in said if "Stripe" in line and "HTTPS" not in line] == []


@pytest.mark.parametrize("app", REACTS.values(), ids=REACTS)
@pytest.mark.parametrize("kind", ["card", "split", "payment"])
def test_a_react_checkout_pays_in_strict_mode(shop: Shop, bundles: Path, app: str, kind: str) -> None:
    """Elements are made, destroyed and made again; options that change reach them; 3-D Secure is passed."""
    page = opened(shop, bundles / f"{app}.js", kind=kind, secret=shop.secret())
    frame = page.frame_locator("iframe[name^='__privateStripeFrame'] >> nth=0")
    if kind == "payment":
        fill_payment(frame, ASKED)
        assert page.evaluate("() => typeof readyElement.update") == "function"
    elif kind == "card":
        page.get_by_role("button", name="Larger").click()
        expect(frame.locator("[name=cardnumber]")).to_have_css("font-size", "20px")
        fill_card(frame, ASKED)
        assert page.evaluate("() => lastChange.complete") is True
    else:
        for title, value in (("card number", ASKED), ("expiration date", "1234"), ("CVC", "123")):
            page.frame_locator(f"iframe[title='Secure {title} input frame']").locator("input").fill(value)
    page.get_by_role("button", name="Pay").click()
    shop.dialog().get_by_role("button", name="Complete").click()
    expect(page.locator("output")).to_have_text("succeeded")
    assert page.locator("iframe").count() == (3 if kind == "split" else 1)


@pytest.mark.parametrize("app", REACTS.values(), ids=REACTS)
def test_an_element_of_a_later_step_appears_once(shop: Shop, bundles: Path, app: str) -> None:
    """StrictMode creates, destroys and creates it again before anything is drawn: one frame is left."""
    page = opened(shop, bundles / f"{app}.js", kind="payment-later", secret=shop.secret())
    expect(page.get_by_role("button", name="Pay")).to_be_enabled()
    page.get_by_role("button", name="Next").click()
    expect(page.frame_locator("iframe").locator("[name=number]")).to_be_visible()
    assert page.locator("iframe").count() == 1
