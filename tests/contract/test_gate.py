"""The gate, over every route there is: names, pages of other sites, and tokens beyond this machine.

The routes are read from the router, so that a new one is swept without a change here.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route, Router

from tests.contract.conftest import PATH, SETTINGS, Server, in_this_process, served
from tollbridge.compose import Options
from tollbridge.server.exposure import Exposure
from tollbridge.server.hosts import Hosts, host_pattern
from tollbridge.server.middleware import Edge
from tollbridge.server.origins import Origins, origin_pattern
from tollbridge.simulator.resources.routes import ROUTES
from tollbridge.simulator.webhooks.lifespan import Delivering

pytestmark = in_this_process

TOKEN = "a-control-token"
OURS = "/_tollbridge"
PAGES = {
    *("", "/", "/checkout", "/docs", "/docs/assets/page.css", "/health", "/openapi.json", "/openapi.yaml", "/problems"),
    *("/problems/not-found", "/ready", "/world.schema.json"),
}
"""What anybody may read who reaches the server; a new route is not among it until it is written here."""

BROWSER = {
    *("/v3", "/v3/", "/endive/stripe.js", f"{OURS}/stripe.js"),
    *(f"{OURS}/3d-secure/challenge.css", f"{OURS}/3d-secure/pi_1/t"),
    *(f"{OURS}/pay/payment.css", f"{OURS}/pay/cs_test_1"),
}
"""Stripe's script, which any page loads, and the pages that customers see, whose addresses are secrets."""

EVIL = "https://evil.example"
SECRET_KEY = {"Authorization": "Bearer sk_test_0123456789"}
PUBLISHABLE_KEY = {"Authorization": "Bearer pk_test_0123456789"}
ELSEWHERE: list[dict[str, str]] = [
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://192.168.1.5:3000"},
    {"Origin": "capacitor://localhost"},
    {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "Same-Site"},
]
HERE: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:5173", "Sec-Fetch-Site": "cross-site"},
]
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.5",
    "[fd00::2]:8080",
    "localhost@evil.example",
    "",
]
OWN_HOSTS = ["LOCALHOST", "app.localhost:9", "127.8.9.1", "[::1]:8080"]


@dataclass(frozen=True)
class Reached:
    """A route with a path to it.

    Args:
        method: the HTTP method.
        path: its placeholders filled in.
        area: pages, control or stripe.
        for_pages: of a route to Stripe, whether Stripe.js uses it.
    """

    method: str
    path: str
    area: str
    for_pages: bool = False

    @property
    def is_public(self) -> bool:
        """Whether no control token is asked for."""
        return self.area in ("pages", "browser")

    @property
    def is_for_any_page(self) -> bool:
        """Whether a page of another site may have it fetched."""
        return self.area == "pages" or (self.area == "browser" and self.for_pages)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def filled(path: str) -> str:
    names = {
        "{error_code}": "not-found",
        "{kind:str}": "payment_intents",
        "{intent:str}": "pi_1",
        "{path:path}": "",
        "{intent}": "pi_1",
        "{token}": "t",
        "{session}": "cs_test_1",
        "{train}": "endive",
        "{number:int}": "1",
    }
    for name, value in names.items():
        path = path.replace(name, value)
    return path


def routes(router: Router, below: str = "") -> Iterator[Reached]:
    """Yield every route below `/_tollbridge`, with each of its methods."""
    for route in router.routes:
        path = below + filled(route.path)  # type: ignore[attr-defined]
        if isinstance(route, Mount) and isinstance(route.app, Router):
            yield from routes(route.app, below + route.path)
        elif isinstance(route, Mount) and route.path.endswith("/stripe"):
            yield from (
                Reached(r.method, path + r.template.replace("{", "").replace("}", ""), "stripe", r.browser)
                for r in ROUTES
            )
        elif isinstance(route, Mount):
            yield Reached("GET", f"{path}/page.css", "pages")
        else:
            assert isinstance(route, Route)
            area = "pages" if path.removeprefix(OURS) in PAGES else "browser" if path in BROWSER else "control"
            for method in sorted(route.methods or ()):
                yield Reached(method, path, area, area == "browser" and method != "POST")


def edge_of(server: Server) -> Edge:
    """Return the outermost layer that answers requests."""
    delivering = server.sandbox.app
    assert isinstance(delivering, Delivering)
    assert isinstance(delivering.app, Edge)
    return delivering.app


def swept(server: Server) -> list[Reached]:
    surface = edge_of(server).surface
    assert isinstance(surface, Router)
    server.sandbox.journal.close()  # a list that is followed ends, as no server's does that runs
    return list(routes(surface))


def sent(server: Server, route: Reached, headers: dict[str, str]) -> httpx.Response:
    """Send what the route would take, as far as it is control: JSON."""
    writes = route.method not in ("GET", "HEAD")
    body: dict[str, Any] = {"json": {}} if writes and route.area == "control" else {}
    return server.http.request(route.method, route.path, headers=headers, follow_redirects=False, **body)


def error_code(answer: httpx.Response) -> Any:
    """The code of a refusal, in either shape."""
    if answer.headers.get("content-type") not in ("application/json", "application/problem+json") or not answer.content:
        return None
    document = answer.json()
    return document.get("error", document).get("error_code") or document.get("error", {}).get("code")


def refused(server: Server, route: Reached, headers: dict[str, str], status: int, code: str) -> None:
    """Assert that a request is refused in its area's shape, read by pages of this machine only, and did nothing."""
    before = state(server)
    answer = sent(server, route, headers)
    assert answer.status_code == status, f"{route} {headers}: {answer.status_code}"
    if route.method != "HEAD":
        assert error_code(answer) in (code, code.replace("-", "_")), f"{route} {headers}"
        assert ("error" in answer.json()) == (route.area == "stripe")
    readers = answer.headers.get("access-control-allow-origin")
    assert readers is None or readers.startswith(("http://localhost:", "http://127.0.0.1:"))
    assert state(server) == before


def state(server: Server) -> tuple[Any, ...]:
    """What a request could have changed."""
    stripe = server.stripe
    return stripe.counts(), stripe.record.total, stripe.faults(), stripe.clock.stopped


def passes(server: Server, route: Reached, headers: dict[str, str]) -> None:
    """Assert that the gate does not refuse a request; what the route says to it is the route's."""
    answer = sent(server, route, headers)
    assert answer.status_code != 421, route
    gate = ("origin-not-allowed", "origin_not_allowed", "control-off", "control_off", "control-token-required")
    assert error_code(answer) not in (*gate, "control_token_required"), f"{route} {headers}"


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    """A server that listens beyond this machine, without a control token."""
    yield from served(Options(calls=SETTINGS, exposure=Exposure(shared=True)))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server that listens beyond this machine, with a control token."""
    yield from served(Options(calls=SETTINGS, exposure=Exposure(shared=True, control_token=TOKEN)))


def test_the_sweep_sees_every_kind_of_route(module_server: Server) -> None:
    """Pages are exactly those that are listed, and the control surface and Stripe's routes are among the rest."""
    found = swept(module_server)
    assert {route.path.removeprefix(OURS) for route in found if route.area == "pages"} == PAGES
    assert {route.path for route in found if route.area == "browser"} == BROWSER
    control = {str(route) for route in found if route.area == "control"}
    below = f"{OURS}/simulator"
    assert control >= {
        f"POST {OURS}/tokens",
        f"POST {below}/reset",
        f"GET {below}/snapshot",
        f"PUT {below}/snapshot",
        f"POST {below}/faults",
        f"GET {below}/record",
        f"PUT {below}/clock",
    }
    assert sum(route.area == "stripe" for route in found) == len(ROUTES)
    assert sum(route.for_pages for route in found) >= 5


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_name_is_421_on_every_route(module_server: Server, host: str) -> None:
    """A page that points its own name here gets nothing, with any key and token."""
    for route in swept(module_server):
        refused(module_server, route, {"Host": host} | SECRET_KEY, 421, "host-not-allowed")


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_the_servers_own_names_are_let_in_on_every_route(server: Server, host: str) -> None:
    """Whatever can only mean this machine is a name of the server."""
    for route in swept(server):
        passes(server, route, {"Host": host} | SECRET_KEY)


@pytest.mark.parametrize("page", ELSEWHERE, ids=str)
def test_a_page_of_another_site_is_refused_on_every_route_but_pages(
    module_server: Server, page: dict[str, str]
) -> None:
    """Nothing of control and nothing with a secret key is done or read, whatever the method and the body."""
    for route in swept(module_server):
        if route.area == "pages":
            answer = sent(module_server, route, page)
            assert answer.status_code < 400
            assert "access-control-allow-origin" not in answer.headers
        elif route.area == "browser" and route.for_pages:
            answer = sent(module_server, route, page)
            assert answer.status_code in (200, 404), route
            assert answer.headers.get("access-control-allow-origin") == ("*" if "Origin" in page else None)
        else:
            refused(module_server, route, page | SECRET_KEY, 403, "origin-not-allowed")


@pytest.mark.parametrize("page", HERE, ids=str)
def test_programs_and_pages_of_this_machine_are_let_in_on_every_route(server: Server, page: dict[str, str]) -> None:
    """A request without a browser's marks, or of a page at localhost, passes, and such a page reads the answer."""
    for route in swept(server):
        passes(server, route, page | SECRET_KEY)
        answer = sent(server, route, page | SECRET_KEY)
        assert answer.headers.get("access-control-allow-origin") == page.get("Origin"), route


def test_a_page_of_another_site_has_what_stripe_gives_it(server: Server) -> None:
    """With a publishable key or none, `*` on the routes of Stripe.js; on any other, and with a fault, nothing."""
    for route in (route for route in swept(server) if route.area == "stripe"):
        for key in (PUBLISHABLE_KEY, {}):
            page = {"Origin": EVIL} | key
            if not route.for_pages:
                refused(server, route, page, 403, "origin-not-allowed")
                continue
            answer = sent(server, route, page)
            assert answer.headers["access-control-allow-origin"] == "*"
            assert error_code(answer) != "origin_not_allowed"
            refused(server, route, page | {"Tollbridge-Fault": "500"}, 403, "origin-not-allowed")


def test_a_header_that_is_sent_twice_is_as_bad_as_its_worst_value(module_server: Server) -> None:
    """A second key, origin or site does not hide behind a good first one, in either order."""
    reset, methods = f"{OURS}/simulator/reset", f"{OURS}/stripe/v1/payment_methods"
    for path, beside, good, bad in (
        (reset, [], ("Origin", "http://localhost:3000"), ("Origin", EVIL)),
        (reset, [], ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")),
        (methods, [("Origin", EVIL)], ("Authorization", "Bearer pk_test_1"), ("Authorization", "Bearer sk_test_1")),
    ):
        for both in ([good, bad], [bad, good]):
            answer = module_server.http.post(path, headers=[*beside, *both])
            assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


@pytest.mark.parametrize("origin", [EVIL, "http://localhost:3000"])
def test_a_preflight_is_answered_where_the_request_would_be(module_server: Server, origin: str) -> None:
    """Pages of this machine may ask for everything, others for the routes of Stripe.js: a preflight shows no key."""
    local = origin != EVIL
    for route in swept(module_server):
        asked = {"Origin": origin, "Access-Control-Request-Method": route.method}
        answer = module_server.http.options(
            route.path, headers=asked | {"Access-Control-Request-Headers": "authorization"}
        )
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == (origin if local else "*" if route.for_pages else None), route
        assert answer.status_code == (204 if allowed else 403), route
        if allowed:
            assert answer.headers["access-control-allow-headers"] == "authorization"
            assert answer.headers["access-control-allow-methods"] == route.method


def test_beyond_this_machine_control_is_off_on_every_route(shared: Server) -> None:
    """Without a control token only pages, the API and publishable keys are open, and no header opens the rest."""
    for route, page in itertools.product(swept(shared), HERE):
        if route.is_public:
            passes(shared, route, page)
            continue
        refused(shared, route, page | SECRET_KEY | {"Tollbridge-Control-Token": "None"}, 403, "control-off")
        if route.for_pages:
            passes(shared, route, page | PUBLISHABLE_KEY)
    assert shared.http.post(PATH, json={"amount": 4200, "currency": "usd"}).status_code == 200


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "x"])
def test_a_wrong_control_token_opens_nothing(guarded: Server, token: str | None) -> None:
    """Missing, empty, shorter and longer tokens are refused on every route, and so are keys made of them."""
    headers = {} if token is None else {"Tollbridge-Control-Token": token}
    for route in swept(guarded):
        if route.is_public:
            passes(guarded, route, headers)
            continue
        key = {"Authorization": f"Bearer sk_test_{token}0"}
        refused(guarded, route, headers | key, 403, "control-token-required")
        if route.area == "stripe":
            faulty = headers | PUBLISHABLE_KEY | {"Tollbridge-Fault": "500"}
            refused(guarded, route, faulty, 403, "control-token-required")


def test_the_control_token_opens_everything(guarded: Server) -> None:
    """In its header, and, for Stripe's clients, as the secret key; pages of other sites are kept out all the same."""
    for route in swept(guarded):
        passes(guarded, route, SECRET_KEY | {"Tollbridge-Control-Token": TOKEN})
        if route.area == "stripe":
            passes(guarded, route, {"Authorization": f"Bearer sk_test_{TOKEN}"})
        if not route.is_for_any_page:
            page = {"Origin": EVIL, "Tollbridge-Control-Token": TOKEN}
            refused(guarded, route, page | SECRET_KEY, 403, "origin-not-allowed")


def test_a_control_token_is_asked_for_on_this_machine_too() -> None:
    """Where one was given it is needed, wherever the server listens."""
    for server in served(Options(calls=SETTINGS, exposure=Exposure(control_token=TOKEN))):
        for route in swept(server):
            if not route.is_public:
                refused(server, route, SECRET_KEY, 403, "control-token-required")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_to_control_has_to_be_json(module_server: Server, media_type: str) -> None:
    """What a form can send is 415 on every route that changes something; without a body no type is asked for."""
    for route in swept(module_server):
        if route.area == "control" and route.method not in ("GET", "HEAD"):
            before = state(module_server)
            answer = module_server.http.request(
                route.method, route.path, content=b"{}", headers={"Content-Type": media_type}
            )
            assert answer.status_code == 415, route
            assert state(module_server) == before
    assert module_server.http.post(f"{OURS}/simulator/reset").status_code == 204


def test_forwarded_headers_change_nothing(shared: Server) -> None:
    """Nobody becomes this machine, and no name becomes the server's, by saying so."""
    claims = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": "localhost",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1;host=localhost",
    }
    for route in swept(shared):
        if not route.is_public:
            assert sent(shared, route, claims | SECRET_KEY).status_code == 403
        assert sent(shared, route, claims | {"Host": "evil.example"}).status_code == 421


def test_every_answer_of_ours_tells_a_browser_what_it_may_do(module_server: Server) -> None:
    """Pages, JSON, problems, refusals and Stripe's answers have the policy; it allows nothing inline and no frame."""
    for route, headers in itertools.product(swept(module_server), ({}, {"Host": "evil.example"}, {"Origin": EVIL})):
        answer = sent(module_server, route, headers)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        framed = "frame-ancestors 'none'" not in policy, answer.headers.get("x-frame-options") != "DENY"
        # A shop may show the page that asks a cardholder in a frame.
        assert framed == ((True, True) if route.area == "browser" and "Host" not in headers else (False, False))
        assert answer.headers["referrer-policy"] == "same-origin"
    for path in ("/none", "/simulator/none", "/docs/assets/none"):
        assert "content-security-policy" in module_server.http.get(f"{OURS}{path}").headers


def exposed(exposure: Exposure) -> Iterator[Server]:
    yield from served(Options(calls=SETTINGS, exposure=exposure))


def test_the_api_takes_any_name_but_from_a_page_that_bears_it(module_server: Server) -> None:
    """Programs and proxies may call it by any Host, as the contract says; a page that was loaded from that name not."""
    body = {"amount": 4200, "currency": "usd"}
    for headers in ({"Host": "sandbox.example"}, {"Host": "x", "Origin": EVIL}, {"Host": "x", "Origin": "null"}):
        assert module_server.http.post(PATH, json=body, headers=headers).status_code == 200
    before = state(module_server)
    for origin in ("http://evil.example:8080", "HTTP://EVIL.example:8080", "https://evil.example:8080"):
        rebinding = {"Host": "evil.example:8080", "Origin": origin}
        answer = module_server.http.post(PATH, json=body, headers=rebinding)
        assert (answer.status_code, answer.json()["error_code"]) == (421, "host-not-allowed")
        assert "--allow-host evil.example" in answer.json()["detail"]
    assert state(module_server) == before


def test_an_allowed_host_is_one_of_the_servers_names() -> None:
    """`--allow-host` opens what is ours and the API to that name, and to no other."""
    hosts = Hosts(frozenset({"sandbox"}), (host_pattern("*.example.test"),))
    for server in exposed(Exposure(hosts=hosts)):
        for name, status in {"sandbox": 200, "a.b.example.test": 200, "example.test": 421, "other": 421}.items():
            page = {"Host": f"{name}:8080", "Origin": f"http://{name}:8080", "Sec-Fetch-Site": "same-origin"}
            assert server.http.get(f"{OURS}/simulator/", headers=page).status_code == status
            assert server.http.post(PATH, json={"amount": 4200, "currency": "usd"}, headers=page).status_code == status


def judged(server: Server, hosts: list[bytes]) -> bool:
    """Whether the gate lets a request in that came to 192.0.2.7 with these `Host` headers."""
    headers = [(b"host", host) for host in hosts]
    path = f"{OURS}/simulator/"
    scope = {"type": "http", "method": "GET", "path": path, "server": ("192.0.2.7", 80), "headers": headers}
    return edge_of(server).gate.judge(scope).refusal is None


def test_the_address_at_which_a_request_comes_in_is_a_name_of_the_server(module_server: Server) -> None:
    """A server that listens on all addresses answers to each of them, without being told them."""
    assert judged(module_server, [b"192.0.2.7:80"])
    assert not judged(module_server, [b"192.0.2.8:80"])


@pytest.mark.parametrize(
    "hosts", [[], [b"localhost", b"evil.example"], [b"evil.example", b"localhost"], [b"localhost"] * 2]
)
def test_none_and_two_hosts_are_no_name_of_the_server(module_server: Server, hosts: list[bytes]) -> None:
    """Where it is not clear which name was meant, nothing is let in."""
    assert not judged(module_server, hosts)


def test_a_named_origin_reads_the_api_and_the_pages_and_controls_nothing() -> None:
    """`--cors` opens what the contract documents, with credentials where asked for, and no more."""
    allowed = "https://app.example.test"
    for credentials in (False, True):
        origins = Origins((origin_pattern("https://*.example.test"),), credentials)
        for server in exposed(Exposure(origins=origins)):
            asked = {"Origin": allowed, "Access-Control-Request-Method": "POST"}
            assert server.http.options(PATH, headers=asked).status_code == 204
            for body in ({"amount": 4200, "currency": "usd"}, {}):
                answer = server.http.post(PATH, json=body, headers={"Origin": allowed})
                assert answer.headers["access-control-allow-origin"] == allowed
                assert answer.headers.get("access-control-allow-credentials") == ("true" if credentials else None)
            page = server.http.get(f"{OURS}/openapi.json", headers={"Origin": allowed})
            assert page.headers["access-control-allow-origin"] == allowed
            assert "access-control-allow-credentials" not in page.headers
            for route in swept(server):
                if not route.is_for_any_page:
                    refused(server, route, {"Origin": allowed} | SECRET_KEY, 403, "origin-not-allowed")


def test_an_origin_that_is_not_let_in_is_one_line_that_says_what_to_type(caplog: pytest.LogCaptureFixture) -> None:
    """Each origin is told once, as a shell takes it; what is no origin is not repeated, and there is an end."""
    for server in exposed(Exposure()):
        for origin in (
            "https://shop.example",
            "https://shop.example",
            "null",
            "http://x/\x1b[31m$(id)",
            "capacitor://a",
        ):
            server.http.post(PATH, json={}, headers={"Origin": origin})
        told = [record.getMessage() for record in caplog.records if "A page of" in record.getMessage()]
        assert [line.rpartition(" ")[2] for line in told] == ["https://shop.example", "null", "ORIGIN", "capacitor://a"]
        assert all("--cors" in line and "\x1b" not in line and "$(" not in line for line in told)
        server.http.post(f"{OURS}/tokens", json={"account": 1}, headers={"Origin": "https://other.example"})
        assert "--cors" not in caplog.records[-1].getMessage()
        assert "https://other.example" in caplog.records[-1].getMessage()
        for number in range(100):
            server.http.post(PATH, json={}, headers={"Origin": f"https://a{number}.example"})
        told = [record for record in caplog.records if "A page of" in record.getMessage()]
        assert len(told) == 20


def test_own_pages_and_local_pages_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """A page that the server itself gave, at whatever allowed name, is no stranger."""
    for server in exposed(Exposure(hosts=Hosts(frozenset({"box"})))):
        for headers in ({"Host": "box", "Origin": "http://box"}, {"Origin": "http://localhost:3000"}):
            assert server.http.post(PATH, json={}, headers=headers).status_code == 400
            assert server.http.get(f"{OURS}/docs", headers=headers).status_code == 200
    assert "A page of" not in caplog.text


def test_a_path_that_only_looks_like_a_page_is_control(module_server: Server) -> None:
    """Dots, doubled slashes and quoted signs lead to no route that the gate took for another."""
    page = {"Origin": EVIL} | SECRET_KEY
    for path in (
        "/_tollbridge/docs/../simulator/snapshot",
        "/_tollbridge/docs/assets/../../simulator/snapshot",
        "/_tollbridge/docs/assets/%2e%2e/%2e%2e/simulator/snapshot",
        "/_tollbridge/stripe/../simulator/snapshot",
        "/_tollbridge//simulator/snapshot",
        "/%5ftollbridge/simulator/snapshot",
        "/_tollbridge/%73imulator/snapshot",
        "//_tollbridge/simulator/snapshot",
        "/_TOLLBRIDGE/simulator/snapshot",
        "/_tollbridge/stripe/v1/payment%5fintents",
        "/_tollbridge/strip%65/v1/payment_intents",
    ):
        url = httpx.URL("http://localhost:8080").copy_with(raw_path=path.encode())
        answer = module_server.http.send(module_server.http.build_request("GET", url, headers=page))
        assert answer.status_code in (403, 404, 405), path
        assert b"_secret_" not in answer.content
