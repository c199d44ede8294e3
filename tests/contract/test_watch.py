"""`serve --watch`: edits of contract, handlers and world are served on the same state; broken ones are shown."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.contract.conftest import SETTINGS
from tollbridge.cli import main
from tollbridge.compose import Options, compose, watched
from tollbridge.server.lifespan import Lifespan
from tollbridge.server.watch import Watching

SECOND = Path(__file__).parent.parent / "second"
PATH = "/v2/gates/12/fees"
GOOD = {"price": 4200, "unit": "eur"}


class Edited:
    """A server of files that a test edits.

    Args:
        folder: of the files.
        http: a client.
        watching: what follows the files.
    """

    def __init__(self, folder: Path, http: TestClient, watching: Watching) -> None:
        self.folder = folder
        self.http = http
        self.watching = watching

    def edit(self, name: str, before: str, after: str) -> None:
        """Change a file, and let it be looked at until the edit is whole."""
        path = self.folder / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000))  # clocks of files are coarse
        self.look()
        self.look()

    def look(self) -> None:
        """Look at the files once."""
        assert self.http.portal is not None
        self.http.portal.call(self.watching.look)


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edited]:
    """The second contract in a folder of its own, followed by hand alone."""
    monkeypatch.setattr("tollbridge.server.watch.SECONDS", 3600)
    shutil.copytree(SECOND, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Options().world, tmp_path / "world.yaml")
    options = Options(
        contract=tmp_path / "openapi.yaml",
        handlers=tmp_path / "handlers",
        world=tmp_path / "world.yaml",
        calls=SETTINGS,
        steers=False,
    )
    sandbox = compose(options, lambda _exchange: None)
    app = watched(options, sandbox)
    assert isinstance(app, Watching)
    with TestClient(app, base_url="http://localhost:8080") as http:
        yield Edited(tmp_path, http, app)


def intents(edited: Edited) -> int:
    """Return how many intents the state has."""
    listed = edited.http.get("/_tollbridge/stripe/v1/payment_intents", headers={"Authorization": "Bearer sk_test_1"})
    return len(listed.json()["data"])


def test_an_edit_of_the_contract_is_served_on_the_same_state(edited: Edited) -> None:
    """A new minimum holds; what was created before is still there, and so is a token."""
    token = edited.http.post("/_tollbridge/tokens", json={"account": 2}).json()["access_token"]
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    edited.edit("openapi.yaml", "minimum: 50", "minimum: 5000")
    answer = edited.http.post(PATH, json=GOOD)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/price")
    assert intents(edited) == 1
    named = {"Authorization": f"Bearer {token}"}
    assert edited.http.post(PATH, json=GOOD | {"price": 6000}, headers=named).status_code == 201
    assert intents(edited) == 2


def test_an_edit_of_a_file_that_the_contract_names_is_served(edited: Edited) -> None:
    """A file that becomes part of it is followed from then on; one that is named in vain is served once it is there."""
    edited.edit("openapi.yaml", "price: {type: integer, minimum: 50, maximum: 99999999}", "price: {$ref: price.yaml}")
    assert "names a file that is not there" in edited.watching.wrong
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    (edited.folder / "price.yaml").write_text("type: integer\nminimum: 50\n")
    edited.look()
    edited.look()
    assert edited.watching.wrong == ""
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    edited.edit("price.yaml", "minimum: 50", "minimum: 5000")
    assert edited.http.post(PATH, json=GOOD).status_code == 400
    edited.edit("price.yaml", "minimum: 5000", "minimum: [")
    assert "price.yaml:" in edited.watching.wrong
    edited.edit("price.yaml", "minimum: [", "minimum: 50")
    assert (edited.watching.wrong, edited.http.post(PATH, json=GOOD).status_code) == ("", 201)


def test_an_edit_of_a_handler_is_served(edited: Edited) -> None:
    """Also the second of two that have as many bytes, within the second that Python's cache goes by."""
    for before, word in (("secret", '"tokaa"'), ('"tokaa"', '"tokbb"'), ('"tokbb"', '"tokcc"')):
        edited.edit("handlers/fees.py", f'"token": {before}', f'"token": {word}')
        assert edited.http.post(PATH, json=GOOD).json() == {"token": word.strip('"')}


def test_an_edit_of_the_world_is_served(edited: Edited) -> None:
    """What the world adds is at Stripe, and is there again after a reset."""
    edited.edit("world.yaml", "id: cus_QuayOne0000001", "id: cus_Other")
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    key = {"Authorization": "Bearer sk_test_1"}
    [intent] = edited.http.get("/_tollbridge/stripe/v1/payment_intents", headers=key).json()["data"]
    assert intent["customer"] == "cus_Other"
    edited.http.post("/_tollbridge/simulator/reset")
    assert edited.http.get("/_tollbridge/stripe/v1/customers/cus_Other", headers=key).status_code == 200


BROKEN = [
    ("openapi.yaml", "required: [price, unit]", "required: 5", "openapi.yaml:"),
    ("openapi.yaml", "paths:", "paths: [", "openapi.yaml"),
    ("openapi.yaml", "controller: fees", "controller: _fees", "names the controller '_fees'"),
    ("handlers/fees.py", "async def", "async dfe", "fees.py, line"),
    ("handlers/fees.py", "gate: int", "wharf: int", "asks for wharf"),
    ("world.yaml", "accounts:", "acounts:", "world.yaml"),
]


@pytest.mark.parametrize(("name", "before", "after", "told"), BROKEN)
def test_a_broken_edit_keeps_what_was_good_and_is_shown(
    edited: Edited, caplog: pytest.LogCaptureFixture, name: str, before: str, after: str, told: str
) -> None:
    """The API answers as before; each page of ours and the log say what is wrong, until it is mended."""
    edited.edit(name, before, after)
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    assert told in caplog.text
    for path in ("/_tollbridge/", "/_tollbridge/checkout", "/_tollbridge/docs", "/_tollbridge/problems", "/"):
        page = edited.http.get(path, headers={"Accept": "text/html"})
        assert '<aside role="alert"><strong>The last edit is not served' in page.text, path
        assert told in page.text.replace("&#x27;", "'"), path
        assert page.text.index("<body") < page.text.index("<aside"), path
    assert "alert" not in edited.http.get("/_tollbridge/docs/assets/page.css").text.replace("[role=alert]", "")
    edited.edit(name, after, before)
    assert '<aside role="alert">' not in edited.http.get("/_tollbridge/").text
    assert edited.http.post(PATH, json=GOOD).status_code == 201


def test_a_page_that_is_shown_with_an_error_is_not_taken_for_the_one_before(edited: Edited) -> None:
    """A browser that has the page already gets it anew, whole, and without what it would be compared by."""
    known = edited.http.get("/_tollbridge/").headers
    edited.edit("openapi.yaml", "paths:", "paths: <script>")
    page = edited.http.get("/_tollbridge/", headers={"If-None-Match": known.get("etag", "x")})
    assert page.status_code == 200
    assert "etag" not in page.headers
    assert int(page.headers["content-length"]) == len(page.content)
    assert "<script>" not in page.text.partition("</aside>")[0]


def test_an_edit_that_is_still_being_written_is_waited_for(edited: Edited) -> None:
    """A file is read once two looks in a row see the same of it."""
    path = edited.folder / "openapi.yaml"
    whole = path.read_text()
    path.write_text("")
    edited.look()
    path.write_text(whole + "\n")
    edited.look()
    assert edited.watching.wrong == ""
    edited.look()
    assert edited.http.post(PATH, json=GOOD).status_code == 201


def test_a_file_that_is_gone_for_a_moment_is_an_edit_like_others(edited: Edited) -> None:
    """Editors replace files: the error goes when it is back."""
    path = edited.folder / "world.yaml"
    text = path.read_text()
    path.unlink()
    edited.look()
    edited.look()
    assert "world.yaml" in edited.watching.wrong
    path.write_text(text)
    edited.look()
    edited.look()
    assert edited.watching.wrong == ""


def test_the_files_are_looked_at_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server lives, edits are found without being asked for; at its end the application ends."""
    monkeypatch.setattr("tollbridge.server.watch.SECONDS", 0.001)
    file = tmp_path / "file"
    file.write_text("1")
    ended: list[str] = []
    first = anyio.Event()

    def made() -> ASGIApp:
        text = file.read_text()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await receive()
                await send({"type": "lifespan.startup.complete"})
                await receive()
                ended.append(text)
                first.set()
                await send({"type": "lifespan.shutdown.complete"})

        return app

    async def live() -> None:
        lifespan = Lifespan(Watching(made(), build=made, files=lambda: [file], refused=()))
        await lifespan.begin()
        file.write_text("22")
        with anyio.fail_after(30):
            await first.wait()
        await lifespan.end()

    anyio.run(live, backend="asyncio")
    assert ended == ["1", "22"]


def test_a_defect_of_ours_keeps_what_was_good_too(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit on which the server itself fails is told by its kind, and is in the log."""
    monkeypatch.setattr("tollbridge.compose.sandbox.load_world", lambda _path: 1 / 0)
    edited.edit("openapi.yaml", "minimum: 50", "minimum: 51")
    assert "ZeroDivisionError" in edited.watching.wrong
    assert edited.http.post(PATH, json=GOOD).status_code == 201


def test_several_workers_do_not_watch() -> None:
    """--watch with --workers is wrong usage, in a sentence."""
    done = CliRunner().invoke(main, ["serve", "--watch", "--workers", "2", "--state", "sqlite:////tmp/x.db"])
    assert (done.exit_code, "leave --workers out" in done.output) == (2, True)


def test_an_application_that_cannot_begin_says_so() -> None:
    """Its failure is raised where it was begun, and nobody waits for ever."""

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("inner")

    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        return None

    async def begin(app: ASGIApp) -> None:
        await Lifespan(app).begin()

    for app in (failing, leaving):
        with pytest.raises(RuntimeError, match="startup failed"):
            anyio.run(begin, app, backend="asyncio")


def test_a_folder_that_goes_while_it_is_looked_through_is_no_edit(
    edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a branch is checked out: what was good stays served, and the next edit is seen."""

    def gone(_self: Path, _pattern: str) -> Iterator[Path]:
        raise FileNotFoundError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rglob", gone)
        edited.look()
    edited.look()
    edited.look()
    assert edited.http.post(PATH, json=GOOD).status_code == 201
    assert edited.watching.wrong == ""
    edited.edit("openapi.yaml", "minimum: 50", "minimum: 5000")
    assert edited.http.post(PATH, json=GOOD).status_code == 400
