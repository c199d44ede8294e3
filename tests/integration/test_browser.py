"""What a browser shows: the docs, and a page of another local origin that reads answers and problems."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.wire_rows import PATH

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>checkout</title><pre id="seen"></pre><script>
const send = body => fetch("{url}", {{
  method: "POST", headers: {{"Content-Type": "application/json", "organization_id": "1"}}, body: JSON.stringify(body),
}}).then(async r => ({{status: r.status, id: r.headers.get("x-request-id"), body: await r.json()}}));
Promise.all([send({{amount: 4200, currency: "usd"}}), send({{amount: 1, currency: "usd"}})])
  .catch(error => String(error))
  .then(seen => document.getElementById("seen").textContent = JSON.stringify(seen));
</script>"""


def dom(url: str, profile: Path) -> str:
    """Return a page's DOM once its scripts have run."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.fail("Chromium is not here: install the package chromium.")
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.fixture
def checkout(server_url: str) -> Iterator[str]:
    """A page of another origin of this machine, which calls the API."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(url=server_url + PATH).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        yield f"http://localhost:{pages.server_address[1]}/"
        pages.shutdown()


def test_a_page_of_another_local_origin_reads_answers_and_problems(checkout: str, tmp_path: Path) -> None:
    """Preflight, success and problem all reach the page's script."""
    shown = re.search(r'<pre id="seen">(.*?)</pre>', dom(checkout, tmp_path), re.S)
    assert shown
    good, bad = json.loads(unescape(shown[1]))
    assert (good["status"], list(good["body"])) == (200, ["client_secret"])
    assert (bad["status"], bad["body"]["errors"][0]["pointer"]) == (400, "#/amount")
    assert bad["id"] == bad["body"]["instance"]


def test_the_docs_show_the_operation(server_url: str, tmp_path: Path) -> None:
    """The interactive docs render the contract, with nothing from elsewhere."""
    page = dom(f"{server_url}/_tollbridge/docs", tmp_path)
    assert "Create a payment intent" in page
    assert "opblock-summary-post" in page
    assert "Failed to load" not in page


def test_a_problems_page_reads_well(server_url: str, tmp_path: Path) -> None:
    """What `type` leads to is a page with the code and what to do."""
    page = dom(f"{server_url}/_tollbridge/problems/payment-outcome-unknown", tmp_path)
    assert "<h1><code>payment-outcome-unknown</code></h1>" in page
    assert "Do not send the request again" in page
