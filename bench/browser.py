"""Measure the browser's part: the script's size, how soon a card element is ready, and whether typing loses keys.

Ours and localstripe's, each in a page of its own, in turn, in Chromium. Ready is from `mount` to the `ready` event;
localstripe's fields are plain inputs of the page; `inf` says that no `ready` came within a second.
"""

import argparse
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parent.parent
LOCALSTRIPE = ROOT / ".tools/localstripe/bin/localstripe"
BYTES, MILLISECONDS = 60_000, 300
"""The most that ours may have, and may take to be ready."""

MOUNT = """() => new Promise((resolve) => {
  const element = Stripe('pk_test_12345').elements().create('card');
  const started = performance.now();
  element.on('ready', () => resolve(performance.now() - started));
  element.mount('#card');
  setTimeout(() => resolve(Infinity), 1_000);
})"""
FIELDS = {
    "ours": ("[name=cardnumber]", "[name=exp-date]", "[name=cvc]", "[name=postal]"),
    "localstripe": (
        "[placeholder=number]",
        "[placeholder=exp_month]",
        "[placeholder=cvc]",
        "[placeholder=postal_code]",
    ),
}
TYPED = ("4242424242424242", "12", "123", "94107")


def measured(browser: Browser, name: str, script: str) -> tuple[float, bool]:
    """Return the milliseconds to ready in a new page, and whether every key that is typed at once arrives."""
    page = browser.new_page()
    page.set_default_timeout(5_000)
    page.route("http://localhost:4999/", lambda route: route.fulfill(body=markup(script), content_type="text/html"))
    page.goto("http://localhost:4999/")
    took = page.evaluate(MOUNT)
    kept = [typed(page, name, field, text) for field, text in zip(FIELDS[name], TYPED, strict=True)]
    page.close()
    return took, all(kept)


def typed(page: Page, name: str, field: str, text: str) -> bool:
    """Type into a field, without a pause between keys, and tell whether all of it is there."""
    within = page.frame_locator("#card iframe") if name == "ours" else page
    found = within.locator(field)
    found.press_sequentially(text)
    return "".join(filter(str.isdigit, found.input_value())) == text


def markup(script: str) -> str:
    """Return the page."""
    return f'<!doctype html><body><form><div id="card"></div></form><script src="{script}"></script></body>'


def main() -> int:
    """Measure, print the table, and tell whether ours keeps its bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="pages of each (15)")
    options = parser.parse_args()
    ours, theirs = free_port(), free_port()
    scripts = {
        "ours": f"http://localhost:{ours}/_tollbridge/stripe.js",
        "localstripe": f"http://localhost:{theirs}/js.stripe.com/v3/",
    }
    with ExitStack() as running:
        command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(ours)]
        running.enter_context(launched(command, ready=f"http://localhost:{ours}/_tollbridge/health", cwd=ROOT))
        command = [str(LOCALSTRIPE), "--from-scratch", "--port", str(theirs)]
        running.enter_context(launched(command, ready=scripts["localstripe"], cwd=ROOT))
        playwright = running.enter_context(sync_playwright())
        arguments = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        sizes = {name: len(browser.new_context().request.get(url).body()) for name, url in scripts.items()}
        seen = [(name, *measured(browser, name, url)) for _ in range(options.rounds) for name, url in scripts.items()]
        browser.close()
    print("| | script, bytes | ready, ms: median | slowest | keys kept |\n| --- | --- | --- | --- | --- |")
    for name in scripts:
        took = [milliseconds for of, milliseconds, _ in seen if of == name]
        kept = sum(whole for of, _, whole in seen if of == name)
        print(f"| {name} | {sizes[name]} | {median(took):.0f} | {max(took):.0f} | {kept} of {options.rounds} |")
    own = [(milliseconds, whole) for name, milliseconds, whole in seen if name == "ours"]
    good = sizes["ours"] < BYTES and median(m for m, _ in own) < MILLISECONDS and all(whole for _, whole in own)
    print(f"ours: under {BYTES:,} bytes, ready within {MILLISECONDS} ms, no key lost: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
