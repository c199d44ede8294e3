"""Contracts and handlers that reach for what is not theirs, as a server starts with them."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.conftest import SETTINGS, Server, served
from tollbridge.compose import Options, compose
from tollbridge.contract import ContractError
from tollbridge.server.handlers import HandlerError

HANDLER = "async def pay():\n    return 200, {}\n"
PAY: dict[str, Any] = {
    "operationId": "pay",
    "x-openapi-router-controller": "pays",
    "responses": {"200": {"description": "ok", "content": {"application/json": {}}}},
}


def options(folder: Path, paths: dict[str, Any], **more: Any) -> Options:
    """Write a contract, and handlers where there are none; return what serves them."""
    document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **more}
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document))
    handlers = folder / "handlers"
    if not handlers.exists():
        handlers.mkdir()
        (handlers / "pays.py").write_text(HANDLER)
    return Options(contract=folder / "openapi.yaml", handlers=handlers, calls=SETTINGS)


def refusal(made_from: Options) -> str:
    """Return why a server does not start."""
    with pytest.raises(HandlerError) as caught:
        compose(replace(made_from, mock="none"), lambda _exchange: None)
    return str(caught.value)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port at which somebody would notice that they are called."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def test_no_reference_is_followed_to_another_machine(tmp_path: Path, listener: socket.socket) -> None:
    """Neither one in a part that no operation uses, which is told, nor one in data, with which the server starts."""
    reference = {"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/schema.yaml"}
    data = {"type": "object", "example": reference, "x-more": [reference]}
    for server in served(options(tmp_path, {"/p": {"get": PAY}}, components={"schemas": {"A": data}})):
        assert server.http.get("/p").status_code == 200
        assert server.http.get("/_tollbridge/openapi.json").json()["components"]["schemas"]["A"] == data
    with pytest.raises(ContractError, match=r"leads to a URL; only files are read"):
        compose(options(tmp_path, {"/p": {"get": PAY}}, components={"schemas": {"A": reference}}), lambda _: None)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_no_reference_is_followed_to_a_file_of_the_machine(tmp_path: Path) -> None:
    """What is not below the contract's folder, is hidden there, or no contract's kind of file is not shown."""
    folder = tmp_path / "api"
    for path in (tmp_path / "secret.yaml", folder / ".hidden" / "secret.yaml", folder / "secret.env"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("title: canary\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    names = ("../secret.yaml", f"file://{tmp_path}/secret.yaml", f"{tmp_path}/secret.yaml#/title", "link.yaml")
    for reference in (*names, ".hidden/secret.yaml", "secret.env"):
        with pytest.raises(ContractError, match=r"leads out of the folder|leads to a URL|is not read") as caught:
            compose(options(folder, {"/p": {"get": PAY}}, components={"schemas": {"A": {"$ref": reference}}}), print)
        assert "canary" not in str(caught.value)


ELSEWHERE = (
    "/tmp/outside", "../outside", "..outside", "...outside", "a/../../outside", "pays/", "pays.", ".pays", "pays..pays",
    "", "pays\x00", "pays.py/", "~", "a" * 201, "é" * 101, "x.__init__", "_private", "__main__", "class",
    "pays-2", "1pays",
)  # fmt: skip


@pytest.mark.parametrize("controller", ELSEWHERE)
def test_a_controller_is_a_name_below_the_folder(tmp_path: Path, controller: str) -> None:
    """Another is a sentence, and no file is run for it."""
    outside = tmp_path / "outside.py"
    outside.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n{HANDLER}")
    name = controller.replace("/tmp/outside", str(tmp_path / "outside"))
    said = refusal(options(tmp_path, {"/p": {"get": PAY | {"x-openapi-router-controller": name}}}))
    assert said.startswith("The contract names the controller ")
    assert said.endswith("it has to be a name such as `payments.intents`.")
    assert said.isprintable()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, linked: str) -> None:
    """A handler is a file below the folder, by its real path; a folder that is a link itself may be given."""
    (tmp_path / "outside").mkdir()
    outside = tmp_path / "outside" / "pays.py"
    outside.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n{HANDLER}")
    handlers = tmp_path / "handlers"
    handlers.mkdir()
    if linked == "file":
        (handlers / "pays.py").symlink_to(outside)
    else:
        (handlers / "inner").symlink_to(tmp_path / "outside")
    name = "pays" if linked == "file" else "inner.pays"
    made_from = options(tmp_path, {"/p": {"get": PAY | {"x-openapi-router-controller": name}}})
    assert f"leads to {outside}, which is not below {handlers}" in refusal(made_from)
    assert not (tmp_path / "ran").exists()
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    document = options(tmp_path, {"/p": {"get": PAY}})
    assert compose(Options(contract=document.contract, handlers=tmp_path / "link"), lambda _exchange: None).app


@pytest.mark.parametrize(
    "name", ["", "a-b", "a.b", "__init__", "__class__", "_pay", "import", "1", "pay\n", "a b", "x" * 9999 + "-"]
)
def test_an_operation_id_is_a_functions_name(tmp_path: Path, name: str) -> None:
    """Not what Python and a module's author keep to themselves."""
    said = refusal(options(tmp_path, {"/p": {"get": PAY | {"operationId": name}}}))
    assert said.startswith("The contract's operationId ")
    assert said.endswith(" cannot be a function's; give it one such as `pay`.")
    assert said.isprintable()
    assert len(said) < 200


SOURCES: dict[str, tuple[bytes, str]] = {
    "a syntax error": (b"async def pay(:", "pays.py, line 1: invalid syntax."),
    "NUL": (b"x = 1\x00", "pays.py: source code string cannot contain null bytes."),
    "another encoding": (b"x = '\xff'", "pays.py, line "),
    "an unknown encoding": (b"# coding: nonsense\n", "pays.py: unknown encoding: nonsense."),
    "nesting": (b"x = " + b"(" * 5_000 + b")" * 5_000, "pays.py"),
    "deep nesting": (b"x = " + b"-" * 100_000 + b"1", "pays.py cannot be read as Python: "),
    "a failure": (b"raise OSError('no\\nway')", "pays.py cannot be imported: OSError: no way"),
    "an exit": (b"import sys\nsys.exit(3)", "pays.py cannot be imported: SystemExit: 3"),
    "recursion": (b"def f(): f()\nf()", "pays.py cannot be imported: RecursionError: maximum recursion depth exceeded"),
    "nothing": (b"", "has no such function."),
    "a number": (b"pay = 5", "pay in "),
    "a class": (b"class pay: pass", "pay in "),
}


@pytest.mark.parametrize(("source", "said"), SOURCES.values(), ids=SOURCES)
def test_a_handlers_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, source: bytes, said: str) -> None:
    """It names the file and what is wrong, on one line."""
    made_from = options(tmp_path, {"/p": {"get": PAY}})
    (made_from.handlers / "pays.py").write_bytes(source)
    told = refusal(made_from)
    assert said in told
    assert str(made_from.handlers / "pays.py") in told
    assert "\n" not in told


def test_the_contract_is_served_as_it_was_read(tmp_path: Path) -> None:
    """Whatever becomes of the file; and integers beyond 64 bits are integers in JSON too."""
    big = {"type": "integer", "maximum": 2**70}
    problems = {"default": {"description": "a problem", "content": {"application/problem+json": {}}}}
    documented = {**PAY, "responses": {**PAY["responses"], **problems}}  # so that none is added as it is served
    made_from = options(tmp_path, {"/p": {"get": documented}}, components={"schemas": {"A": big}})
    content = made_from.contract.read_bytes()
    for server in served(made_from):
        made_from.contract.unlink()
        assert server.http.get("/_tollbridge/openapi.yaml").content == content
        shown = json.loads(server.http.get("/_tollbridge/openapi.json").content)
        assert shown["components"]["schemas"]["A"]["maximum"] == 2**70


def with_id(kind: str, name: str = "refund-id") -> dict[str, Any]:
    """Return an operation with a parameter in its path."""
    return PAY | {"parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": kind}}]}


@pytest.mark.parametrize("name", ["refund-id", "refund.id", "p1", "id:int", "class", "é", "a b"])
def test_a_parameter_in_a_path_may_have_any_name(tmp_path: Path, name: str) -> None:
    """Starlette's names are Python's, and what follows a colon is a converter to it; a contract's are neither."""

    def status(server: Server, path: str) -> int:
        return server.http.get(path).status_code

    for server in served(options(tmp_path, {f"/r/{{{name}}}/{{p0}}": {"get": with_id("string", name)}})):
        assert [status(server, path) for path in ("/r/1/2", "/r/1", "/r/1/2/3", f"/r/{{{name}}}")] == [
            200,
            404,
            404,
            404,
        ]


def test_the_base_path_has_the_defaults_of_its_variables(tmp_path: Path) -> None:
    """As OpenAPI has it; what looks like one of Python's formats is not one."""
    servers = [{"url": "https://x.example/{version}/a", "variables": {"version": {"default": "{0.__class__}v3"}}}]
    with pytest.raises(ContractError, match=r"its path '/\{0\.__class__\}v3/a' is not one to serve below"):
        compose(options(tmp_path, {"/p": {"get": PAY}}, servers=servers), lambda _exchange: None)
    servers[0]["variables"] = {"version": {"default": "v3"}}
    for server in served(options(tmp_path, {"/p": {"get": PAY}}, servers=servers)):
        assert server.http.get("/v3/a/p").status_code == 200
