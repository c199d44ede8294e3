"""What a frontend developer meets: CORS, docs, the contract, the log line."""

import hashlib
import io
import json
import re
from collections.abc import Iterator

import pytest
import yaml

from tests.contract.conftest import PATH, SETTINGS, Server, in_this_process, served
from tollbridge.compose import Options
from tollbridge.server.builtin_routes import ASSETS
from tollbridge.server.request_context import Exchange
from tollbridge.server.requestlog import request_log

GOOD = {"amount": 4200, "currency": "usd"}
LOCAL = [
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "http://[::1]:8000",
    "https://localhost",
    "http://app.localhost:4200",
]
ELSEWHERE = [
    "https://example.com",
    "null",
    "http://localhost.example.com",
    "http://localhost:3000.evil.example",
    "file://",
]


@pytest.mark.parametrize("origin", LOCAL)
def test_a_local_page_may_read_answers_and_problems(module_server: Server, origin: str) -> None:
    """Success and refusal carry the headers that let a browser hand them to the page."""
    for body in (GOOD, {}):
        answer = module_server.http.post(PATH, json=body, headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_a_page_from_elsewhere_may_not(module_server: Server, origin: str) -> None:
    """Other origins get no CORS header, and their preflight is a wrong method."""
    answer = module_server.http.post(PATH, json=GOOD, headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert module_server.http.options(PATH, headers=asked).status_code == 405


def test_a_preflight_is_answered(module_server: Server) -> None:
    """The method and the headers that the page wants to send are allowed."""
    asked = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,organization_id",
    }
    answer = module_server.http.options(PATH, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type,organization_id"


def test_options_without_preflight_is_a_wrong_method(module_server: Server) -> None:
    """A plain OPTIONS has `Allow`."""
    answer = module_server.http.options(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_the_docs_need_no_network(module_server: Server) -> None:
    """The page and every asset it names come from this server."""
    page = module_server.http.get("/_tollbridge/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    icon, *named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert icon == "data:,"
    *_, script = named
    named += [
        f"{script.rpartition('/')[0]}/{name}"
        for name in re.findall(r'from "\./(.*)"', module_server.http.get(script).text)
    ]
    assert len(named) == 4
    for asset in named:
        assert asset.startswith("/_tollbridge/docs/assets/")
        assert module_server.http.get(asset).status_code == 200


@pytest.mark.parametrize("path", ["/_tollbridge/docs", "/_tollbridge/problems", "/_tollbridge/problems/not-found"])
def test_nothing_of_a_page_stands_in_the_page(module_server: Server, path: str) -> None:
    """Scripts and styles are files of their own, so that the policy needs no exception for what is inline."""
    page = module_server.http.get(path).text
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"<[^>]* (?:on[a-z]+|style)=", page)


@pytest.mark.parametrize("name", ["index.html", "index.css", "oauth2-redirect.html", "swagger-initializer.js"])
@pytest.mark.parametrize("folder", ["", "swagger-ui/"])
def test_swagger_uis_sample_pages_are_not_there(module_server: Server, folder: str, name: str) -> None:
    """Only what the docs page loads is served, not the page that shows a pet store of the internet."""
    assert module_server.http.get(f"/_tollbridge/docs/assets/{folder}{name}").status_code == 404


def test_swagger_ui_is_what_was_published() -> None:
    """The vendored files are those of the pinned package, with their licences, and none besides."""
    folder = ASSETS / "swagger-ui"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert {path.name for path in folder.iterdir()} == {*sums, "SHA256SUMS"}
    assert {"LICENSE", "NOTICE", "swagger-ui-bundle.js", "swagger-ui.css"} <= set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_contract_is_served(module_server: Server) -> None:
    """As JSON and as the file it is."""
    document = module_server.http.get("/_tollbridge/openapi.json").json()
    assert PATH in document["paths"]
    served = module_server.http.get("/_tollbridge/openapi.yaml").content
    assert served == module_server.sandbox.contract.path.read_bytes()


def test_the_root_leads_a_person_on(module_server: Server) -> None:
    """A browser gets a 404 with links; a program, another method and another path get the problem."""
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = module_server.http.get("/", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for path in ("checkout", "", "docs", "problems"):
        assert f'href="/_tollbridge/{path}"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for method, path, headers in (("GET", "/", {}), ("POST", "/", browser), ("GET", "/none", browser)):
        problem = module_server.http.request(method, path, headers=headers)
        assert (problem.status_code, problem.json()["error_code"]) == (404, "not-found")
        assert "/_tollbridge/docs" in problem.json()["detail"]
        assert ("link" in problem.headers) == (path == "/")


def test_the_root_leads_a_program_on(module_server: Server) -> None:
    """Its 404 links the docs and the contract as RFC 8631 says, for people and for programs."""
    for accept in ("text/html", "*/*"):
        links = module_server.http.get("/", headers={"Accept": accept}).headers["link"]
        for path, relation in (("docs", "service-doc"), ("openapi.json", "service-desc")):
            assert f'</_tollbridge/{path}>; rel="{relation}"' in links
            assert module_server.http.get(f"/_tollbridge/{path}").status_code == 200


def test_the_own_surface_is_the_console(module_server: Server) -> None:
    """Whoever opens the folder lands on the console, which leads to docs, problems and checkout."""
    answer = module_server.http.get("/_tollbridge", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/_tollbridge/")
    page = module_server.http.get("/_tollbridge/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("docs", "problems", "checkout", "openapi.yaml"):
        assert f'href="/_tollbridge/{path}"' in page.text
        assert module_server.http.get(f"/_tollbridge/{path}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/_tollbridge/none", 404), ("/_tollbridgex", 404), ("/_tollbridge/health", 200)]
)
def test_the_own_surface_is_bounded(module_server: Server, path: str, status: int) -> None:
    """What is not there is a problem, below our own path as elsewhere."""
    answer = module_server.http.get(path)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["error_code"] == "not-found"


def test_a_server_with_its_state_is_ready(module_server: Server) -> None:
    """`health` says that it lives, `ready` that it serves."""
    for probe, status in {"health": "ok", "ready": "ready"}.items():
        answer = module_server.http.get(f"/_tollbridge/{probe}")
        assert (answer.status_code, answer.json()) == (200, {"status": status})
        assert answer.headers["cache-control"] == "no-store"


def test_every_request_is_noted_once(server: Server) -> None:
    """A note has the operation, the status and the problem's code; our own surface is not noted."""
    server.http.post(PATH, json=GOOD)
    server.http.post(PATH, json={})
    server.http.get("/nothing")
    server.http.get("/_tollbridge/health")
    noted = [(n.operation and n.operation.operation_id, n.status, n.error_code) for n in server.notes]
    assert noted == [
        ("create_payment_intent", 200, None),
        ("create_payment_intent", 400, "invalid-request"),
        (None, 404, "not-found"),
    ]


@pytest.fixture
def new_server() -> Iterator[Server]:
    """A server that has answered nothing yet."""
    yield from served(Options(calls=SETTINGS))


@in_this_process
def test_a_request_without_token_is_told_once(new_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """One warning a run says whom such requests act as."""
    for _ in range(3):
        new_server.http.post(PATH, json=GOOD)
    told = [record.getMessage() for record in caplog.records if "without a token" in record.getMessage()]
    assert len(told) == 1
    assert "Quay One admin (ORG_ADMIN)" in told[0]


def exchange(path: str) -> Exchange:
    return Exchange("POST", path, anonymous=True, status=404, error_code="not-found")


def test_the_log_line_is_json_for_programs() -> None:
    """One object a line, whatever the path holds."""
    stream = io.StringIO()
    request_log(stream, pretty=False, colours=False)(exchange("/a\n\x1b[31m\ud800" + "x" * 500))
    [line] = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert set(entry) == {"operation", "method", "path", "status", "error_code", "ms", "request_id"}
    assert len(entry["path"]) < 120


@pytest.mark.parametrize("colours", [False, True])
def test_the_log_line_is_plain_for_people(colours: bool) -> None:
    """Colours only where they are wanted, and never from the path."""
    stream = io.StringIO()
    request_log(stream, pretty=True, colours=colours)(exchange("/a\x1b[31m"))
    assert stream.getvalue().count("\x1b") == (2 if colours else 0)
    assert "not-found" in stream.getvalue()


def test_a_reader_that_went_away_does_not_stop_the_server() -> None:
    """A closed log is no reason to fail a request."""
    stream = io.StringIO()
    stream.close()
    request_log(stream, pretty=True, colours=False)(exchange("/"))


def test_the_contract_is_flat_on_request(module_server: Server) -> None:
    """`?flat=1` leaves out the branches of money, in JSON and in YAML; without it the contract is as it was written."""
    flat = module_server.http.get("/_tollbridge/openapi.json?flat=1").json()
    assert "anyOf" not in flat["components"]["schemas"]["PaymentIntentRequest"]
    served = module_server.http.get("/_tollbridge/openapi.yaml?flat=1")
    assert served.headers["content-type"].startswith("application/yaml")
    assert yaml.safe_load(served.text) == flat
    full = module_server.http.get("/_tollbridge/openapi.json?flat=0").json()
    assert "anyOf" in full["components"]["schemas"]["PaymentIntentRequest"]
