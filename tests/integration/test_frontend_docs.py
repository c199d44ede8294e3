"""The snippets of docs/frontend.md, and the examples, run as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.shop import ASKED, ORIGIN, Shop, fill_card
from tollbridge.launch import free_port

pytestmark = [pytest.mark.browser, pytest.mark.node]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/frontend.md").read_text()


def snippet(language: str, holds: str) -> str:
    """The block of a language that holds a text."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    (found,) = [block for block in blocks if holds in block]
    return found


def test_the_plain_page_pays(shop: Shop) -> None:
    """As it stands, but for the server's port: with a card that asks for 3-D Secure."""
    page = snippet("html", "confirmCardPayment").replace("http://localhost:8080", shop.server)
    shop.pages["/"] = (page, {})
    shop.page.goto(ORIGIN)
    fill_card(shop.page.frame_locator("#card iframe"), ASKED)
    shop.page.get_by_role("button", name="Pay").click()
    shop.dialog().get_by_role("button", name="Complete").click()
    expect(shop.page.get_by_role("status")).to_have_text("succeeded")


def test_the_recipe_for_playwright_answers_for_stripe(shop: Shop) -> None:
    """A page that loads Stripe's own script, unchanged, pays by the recipe's routes."""
    recipe: dict[str, object] = {}
    exec(compile(snippet("python", "def offline"), "docs/frontend.md", "exec"), recipe)
    shop.intercepts = False
    recipe["offline"](shop.context, shop.server)  # type: ignore[operator]
    shop.open('<div id="element"></div>', script="https://js.stripe.com/endive/stripe.js?api=stripe")
    fill_card(shop.element("card"))
    call = (
        f"stripe.confirmCardPayment('{shop.secret()}', {{payment_method: {{card: element}}, return_url: '{ORIGIN}'}})"
    )
    assert shop.result(call)["paymentIntent"]["status"] == "succeeded"
    assert shop.page.evaluate("() => Stripe.version") == "endive"


@pytest.mark.parametrize(
    ("imports", "holds"),
    [
        ("import type { BrowserContext, Route } from 'playwright-core';\n", "function offline"),
        ("", "create('payment')"),
    ],
    ids=["playwright", "vue"],
)
def test_the_typescript_snippets_have_the_libraries_types(tmp_path: Path, imports: str, holds: str) -> None:
    """The compiler, strict, finds nothing wrong with a snippet beside the packages of the React example."""
    (tmp_path / "node_modules").symlink_to(ROOT / "examples/react/node_modules")
    (tmp_path / "snippet.ts").write_text(imports + snippet("ts", holds))
    options = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
    ]
    compiler = tmp_path / "node_modules/.bin/tsc"
    done = subprocess.run([compiler, *options, "snippet.ts"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("source", ["examples/cypress/cypress/e2e/checkout.cy.js", "docs"])
def test_the_cypress_spec_and_recipe_are_javascript(tmp_path: Path, source: str) -> None:
    """Node reads them; that they hold is shown by the same steps with Playwright, as Cypress cannot be fetched here."""
    path = tmp_path / "recipe.js"
    path.write_text(snippet("js", "cy.intercept") if source == "docs" else (ROOT / source).read_text())
    subprocess.run(["node", "--check", path], check=True)
    assert "chromeWebSecurity" not in path.read_text()


def test_the_steps_of_the_cypress_spec_reach_into_the_frames(shop: Shop) -> None:
    """`contentDocument` of each frame is the shop's to read, down to the challenge, without turning security off."""
    shop.open('<div id="element"></div>')
    fill_card(shop.element("card"), ASKED)
    shop.start(
        f"stripe.confirmCardPayment('{shop.secret()}', {{payment_method: {{card: element}}, return_url: '{ORIGIN}'}})"
    )
    shop.dialog().locator("#test-source-authorize-3ds").wait_for()
    shop.page.evaluate(
        """() => document.querySelector('body > div > iframe').contentDocument.querySelector('#challengeFrame').contentDocument
          .querySelector('#test-source-authorize-3ds').click()"""
    )
    assert shop.result()["paymentIntent"]["status"] == "succeeded"


def test_the_react_example_passes_its_test() -> None:
    """`npm test`: types from the contract, a build, and a browser that pays, is declined, meets a 503 and tries again."""
    command = f"{sys.executable} -m tollbridge"
    found = shutil.which("chromium") or shutil.which("google-chrome") or ""
    environment = os.environ | {"TOLLBRIDGE": command, "PORT": str(free_port()), "CHROMIUM": found}
    done = subprocess.run(
        ["npm", "test"], cwd=ROOT / "examples/react", env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed: 3-D Secure, a decline, a 503 and a retry" in done.stdout
