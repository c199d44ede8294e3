"""The snippets of docs/frontend.md, and the examples, run as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.integration.test_browser import page_at
from tests.shop import ASKED, ORIGIN, Shop, fill_card, fill_payment
from tollbridge.launch import free_port, launched

pytestmark = [pytest.mark.browser, pytest.mark.node]

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = Path(__file__).parent / "frontend"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
OFFLINE = {"NODE_OPTIONS": f"--require {FRONTEND / 'loopback.cjs'}", "NEXT_TELEMETRY_DISABLED": "1"}
PAGE = (ROOT / "docs/frontend.md").read_text()


def snippet(language: str, holds: str) -> str:
    """The block of a language that holds a text."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    (found,) = [block for block in blocks if holds in block]
    return found


def test_the_plain_page_pays(shop: Shop) -> None:
    """As it stands, but for the server's port: with a card that asks for 3-D Secure."""
    shop.pages["/"] = (here(snippet("html", "confirmCardPayment"), shop.server), {})
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


def here(text: str, server: str) -> str:
    """Return a snippet with the address of the server that runs, which is all that a test changes in one."""
    return text.replace("http://localhost:8080", server)


def run_node(command: list[str], folder: str, **environment: str) -> str:
    """Run a program of the frontend folder, which can reach no other machine; return what it prints."""
    done = subprocess.run(
        [FRONTEND / "node_modules/.bin" / command[0], *command[1:]],
        cwd=FRONTEND / folder,
        env=os.environ | OFFLINE | environment,
        capture_output=True,
        text=True,
        timeout=300,  # seconds on a quiet machine; a busy one took 105
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_vue_component_pays(shop: Shop) -> None:
    """Built by Vite beside a page that names the script: 3-D Secure is passed, a decline is shown, a field is asked for."""
    shop.intercepts = False
    (FRONTEND / "vue/App.vue").write_text(here(snippet("vue", "confirmPayment"), shop.server))
    run_node(["vite", "build", "--logLevel", "error"], "vue", VITE_STRIPE_JS=f"{shop.server}/endive/stripe.js")
    built = FRONTEND / "vue/dist"
    shop.pages["/main.js"] = ((built / "main.js").read_text(), {"content-type": "text/javascript"})
    shop.pages["/"] = ((built / "index.html").read_text(), {})
    shop.page.goto(ORIGIN)
    fields = shop.page.frame_locator("#payment iframe")
    pay, status = shop.page.get_by_role("button", name="Pay"), shop.page.get_by_role("status")
    fill_payment(fields, ASKED)
    pay.click()
    shop.dialog().get_by_role("button", name="Complete").click()
    expect(status).to_have_text("Payment succeeded.")
    fields.locator("[name=number]").fill("4000000000000002")
    pay.click()
    expect(status).to_have_text("Your card was declined.")
    fields.locator("[name=cvc]").fill("")
    pay.click()
    expect(fields.get_by_text("Your card's security code is incomplete.")).to_be_visible()


@pytest.mark.long
def test_the_layout_of_next_js_brings_the_script(shop: Shop) -> None:
    """`next dev` shows a page below it, whose `loadStripe` finds the script: 3-D Secure is passed."""
    shop.intercepts = False
    (FRONTEND / "next/app/layout.tsx").write_text(snippet("tsx", "next/script"))
    pages = f"http://localhost:{(port := free_port())}"
    shop.served.append(pages)
    addresses = {"NEXT_PUBLIC_STRIPE_JS": f"{shop.server}/endive/stripe.js", "NEXT_PUBLIC_API": shop.server}
    command = [str(FRONTEND / "node_modules/.bin/next"), "dev", "--hostname", "localhost", "--port", str(port)]
    with launched(command, ready=pages, cwd=FRONTEND / "next", env=os.environ | OFFLINE | addresses):
        shop.page.goto(pages, timeout=60_000)
        shop.page.locator("#card iframe").wait_for(timeout=60_000)  # the first page is compiled when it is asked for
        fill_card(shop.page.frame_locator("#card iframe"), ASKED)
        shop.page.get_by_role("button", name="Pay").click()
        shop.dialog().get_by_role("button", name="Complete").click()
        expect(shop.page.get_by_role("status")).to_have_text("Payment succeeded.")


@pytest.mark.long
def test_a_suite_for_stripes_elements_passes_in_playwrights_own_runner(server_url: str) -> None:
    """Against a page in which only the script's address was changed, and against Stripe's own address by the recipe."""
    (FRONTEND / "playwright/offline.ts").write_text(here(snippet("ts", "function offline"), server_url))
    ours = here(snippet("html", "confirmCardPayment"), server_url)
    with page_at(ours) as one, page_at(re.sub('(?<=script src=")[^"]+', "https://js.stripe.com/v3/", ours)) as other:
        addresses = {
            "PAGE_WITH_OUR_ADDRESS": f"http://localhost:{one}/",
            "PAGE_WITH_STRIPES_ADDRESS": f"http://localhost:{other}/",
        }
        said = run_node(["playwright", "test"], "playwright", CHROMIUM=CHROMIUM, **addresses)
    assert "8 passed" in said, said


def test_the_typescript_snippets_have_the_libraries_types() -> None:
    """The compiler, strict, finds nothing wrong with them beside the packages that they import."""
    component = re.search(r'<script setup lang="ts">\n(.*?)</script>', snippet("vue", "confirmPayment"), re.S)
    assert component
    snippets = {"offline.ts": snippet("ts", "function offline"), "layout.tsx": snippet("tsx", "next/script")}
    for name, text in (snippets | {"component.ts": component[1]}).items():
        (FRONTEND / "types" / name).write_text(text)
    run_node(["tsc"], "types")


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
    environment = os.environ | {"TOLLBRIDGE": command, "PORT": str(free_port()), "CHROMIUM": CHROMIUM}
    done = subprocess.run(
        ["npm", "test"], cwd=ROOT / "examples/react", env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed: 3-D Secure, a decline, a 503 and a retry" in done.stdout
