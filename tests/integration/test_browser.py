"""What a browser shows and does: the docs, a page of another local origin, and a page of another site that attacks."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.threads import served
from tests.unit.test_verify_reports import hostile, run
from tests.wire_rows import PATH
from tollbridge.verify import reports

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>checkout</title><pre id="seen"></pre><script>
const send = body => fetch("{url}", {{
  method: "POST", headers: {{"Content-Type": "application/json", "organization_id": "1"}}, body: JSON.stringify(body),
}}).then(async r => ({{status: r.status, id: r.headers.get("x-request-id"), body: await r.json()}}));
Promise.all([send({{amount: 4200, currency: "usd"}}), send({{amount: 1, currency: "usd"}})])
  .catch(error => String(error))
  .then(seen => document.getElementById("seen").textContent = JSON.stringify(seen));
</script>"""


ATTACK = """<!doctype html><title>evil</title><pre id="seen"></pre><iframe name="into"></iframe><script>
const ours = "{url}", secret = {{"Authorization": "Bearer sk_test_123"}}, json = {{"Content-Type": "application/json"}};
const form = {{"Content-Type": "application/x-www-form-urlencoded"}};
const publishable = {{...form, "Authorization": "Bearer pk_test_1"}};
const control = ours + "/_tollbridge/simulator", stripe = ours + "/_tollbridge/stripe/v1";
const simple = {{method: "POST", mode: "no-cors", body: ""}};
const attempts = {{
  "reset": [control + "/reset", simple],
  "reset with text": [control + "/reset", {{...simple, body: "{{}}"}}],
  "reset with JSON": [control + "/reset", {{method: "POST", headers: json, body: "{{}}"}}],
  "faults with text": [control + "/faults", {{...simple, body: '{{"kind":"500"}}'}}],
  "forget the record": [control + "/record", {{method: "DELETE"}}],
  "snapshot": [control + "/snapshot", {{}}],
  "snapshot unseen": [control + "/snapshot", {{mode: "no-cors"}}],
  "record": [control + "/record", {{}}],
  "token": [ours + "/_tollbridge/tokens", {{method: "POST", headers: json, body: '{{"account":1}}'}}],
  "token with text": [ours + "/_tollbridge/tokens", {{...simple, body: '{{"account":1}}'}}],
  "intents with a secret key": [stripe + "/payment_intents", {{headers: secret}}],
  "method with a secret key": [stripe + "/payment_methods", {{method: "POST", headers: {{...secret, ...form}}}}],
  "create without a key": [stripe + "/payment_intents", {{...simple, headers: form, body: "amount=100&currency=usd"}}],
  "method with a publishable key": [stripe + "/payment_methods", {{method: "POST", headers: publishable,
    body: "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2040"}}],
}};
const posted = document.createElement("form");
Object.assign(posted, {{method: "POST", action: control + "/reset", target: "into"}});
document.body.append(posted);
posted.submit();
navigator.sendBeacon(control + "/reset");
const read = ([url, options]) => fetch(url, options).then(async r => [r.status, await r.text()]).catch(String);
Promise.all(Object.entries(attempts).map(async ([name, attempt]) => [name, await read(attempt)]))
  .then(seen => document.getElementById("seen").textContent = JSON.stringify(Object.fromEntries(seen)));
</script>"""
EVIL = "evil.example"


def dom(url: str, profile: Path, *, said: list[str] | None = None) -> str:
    """Return a page's DOM once its scripts have run.

    Args:
        url: of the page.
        profile: a folder for the browser.
        said: takes what the browser logs, such as what a page's policy kept from running.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.fail("Chromium is not here: install the package chromium.")
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
    command += [f"--host-resolver-rules=MAP {EVIL} 127.0.0.1", "--enable-logging=stderr"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    if said is not None:
        said.append(done.stderr)
    return done.stdout


@contextmanager
def page_at(content: str) -> Iterator[int]:
    """Serve a page on a port of this machine."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    pages = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    with served(pages):
        yield pages.server_address[1]


def test_a_report_with_hostile_text(tmp_path: Path) -> None:
    """A browser runs the page's own script and nothing that a target wrote, and has no complaint about its policy."""
    page, said = tmp_path / "report.html", list[str]()
    page.write_text(reports.FORMATS["html"](hostile(run(), tmp_path)), "utf-8")
    shown = dom(page.as_uri(), tmp_path / "profile", said=said)
    assert "Content Security Policy" not in said[0]
    buttons = re.findall(r"<button[^>]*>", shown)
    assert len(buttons) == 2
    assert not [button for button in buttons if "hidden" in button]
    assert "<script>alert" not in shown
    assert "<img" not in shown


@pytest.fixture
def checkout(server_url: str) -> Iterator[str]:
    """A page of another origin of this machine, which calls the API."""
    with page_at(PAGE.format(url=server_url + PATH)) as port:
        yield f"http://localhost:{port}/"


def seen(url: str, profile: Path) -> Any:
    """Return what a page's script wrote into the page."""
    shown = re.search(r'<pre id="seen">(.*?)</pre>', dom(url, profile), re.S)
    assert shown
    return json.loads(unescape(shown[1]))


def asked(url: str, body: bytes | None = None, **headers: str) -> Any:
    """Ask the server as a program does."""
    with urlopen(Request(url, body, headers), timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def test_a_page_of_another_local_origin_reads_answers_and_problems(checkout: str, tmp_path: Path) -> None:
    """Preflight, success and problem all reach the page's script."""
    good, bad = seen(checkout, tmp_path)
    assert (good["status"], list(good["body"])) == (200, ["client_secret"])
    assert (bad["status"], bad["body"]["errors"][0]["pointer"]) == (400, "#/amount")
    assert bad["id"] == bad["body"]["instance"]


def test_the_docs_show_the_operation(server_url: str, tmp_path: Path) -> None:
    """The interactive docs render the contract, with nothing from elsewhere, and break no rule of the page's policy."""
    said: list[str] = []
    page = dom(f"{server_url}/_tollbridge/docs#/payment/create_payment_intent", tmp_path, said=said)
    assert "Content Security Policy" not in said[0]
    assert "Create a payment intent" in page
    assert "opblock-post" in page
    assert "Try it out" in page
    assert "Failed to load" not in page


def test_a_problems_page_reads_well(server_url: str, tmp_path: Path) -> None:
    """What `type` leads to is a page with the code and what to do."""
    page = dom(f"{server_url}/_tollbridge/problems/payment-outcome-unknown", tmp_path)
    assert "<h1><code>payment-outcome-unknown</code></h1>" in page
    assert "Do not send the request again" in page


@pytest.mark.parametrize("name", ["127.0.0.1", EVIL])
def test_a_page_of_another_site_reads_and_does_nothing(server_url: str, tmp_path: Path, name: str) -> None:
    """Reset, faults, snapshot, record, tokens and secret keys are kept from it, by our address and by its own name.

    What Stripe gives to every page it gets, which shows that the browser did let it ask.
    """
    made = asked(server_url + PATH, b'{"amount":4200,"currency":"usd"}', **{"Content-Type": "application/json"})
    asked(f"{server_url}/_tollbridge/simulator/faults", b'{"kind":"503","path":"/v1/prices","method":"POST"}',
          **{"Content-Type": "application/json"})  # fmt: skip
    intent = made["client_secret"].partition("_secret_")[0]
    before = asked(f"{server_url}/_tollbridge/simulator/")
    ours = server_url.replace("127.0.0.1", name)
    with page_at(ATTACK.format(url=ours)) as port:
        answers = seen(f"http://{EVIL}:{port}/", tmp_path)
    publishable = answers.pop("method with a publishable key")
    assert len(answers) == 13
    assert set(answers.values()) == {"TypeError: Failed to fetch"}, answers
    after = asked(f"{server_url}/_tollbridge/simulator/")
    if name == EVIL:
        assert publishable == "TypeError: Failed to fetch"
        assert after == before
    else:
        assert publishable[0] == 200
        assert after["recorded"] == before["recorded"] + 1
        assert after["faults"] == before["faults"] == 1
    kept = asked(f"{server_url}/_tollbridge/stripe/v1/payment_intents/{intent}", Authorization="Bearer sk_test_123")
    assert kept["client_secret"] == made["client_secret"]
    asked(f"{server_url}/_tollbridge/simulator/reset", b"{}", **{"Content-Type": "application/json"})


def test_a_page_that_points_its_name_at_us_is_421(server_url: str, tmp_path: Path) -> None:
    """Under a name of its own a browser gets none of our pages, and no answer of the control surface."""
    there = server_url.replace("127.0.0.1", EVIL)
    for path in ("/_tollbridge/docs", "/_tollbridge/simulator/snapshot", "/_tollbridge/stripe/v1/customers"):
        page = unescape(dom(there + path, tmp_path))
        assert "host-not-allowed" in page or "host_not_allowed" in page
        assert "swagger" not in page
