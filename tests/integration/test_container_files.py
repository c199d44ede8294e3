"""The container files, without a container engine: each command by hand, and the compose file's shape."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parents[2]
PORT = "8080"

SERVICE_KEYS = {"build", "command", "environment", "image", "ports", "profiles"}
BY_DIGEST = re.compile(r"python:3\.11\.\d+-slim@sha256:[0-9a-f]{64}")
PUBLISHED = re.compile(r"127\.0\.0\.1:(\d+|\$\{\w+:-\d+\}):\d+")


@dataclass
class Image:
    """What a Dockerfile made in a folder.

    Args:
        folder: the working folder of the image.
        env: the environment in which its commands run.
        ran: the commands of its RUN lines.
        settings: the last value of each of the other instructions.
    """

    folder: Path
    env: dict[str, str]
    ran: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions and their arguments, lines joined."""
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def copy(image: Image, arguments: str) -> None:
    """Do what COPY does, from what .dockerignore lets through."""
    *sources, target = arguments.split()
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in sources:
        assert source in allowed, f"COPY {source}: .dockerignore keeps it out of the build"
        destination = image.folder / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            destination.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, destination)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Follow the Dockerfile: a fresh environment stands for its base image."""
    base = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", base / "python"], check=True)
    path = f"{base / 'python/bin'}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    image = Image(base / "folder", {**env, "PATH": path})
    image.folder.mkdir()
    for word, rest in instructions():
        if word == "COPY":
            copy(image, rest)
        elif word == "RUN":
            done = subprocess.run(
                rest, shell=True, cwd=image.folder, env=image.env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"RUN {rest}\n{done.stdout}{done.stderr}"
            image.ran.append(rest)
        else:
            image.settings[word] = rest
    yield image
    shutil.rmtree(base, ignore_errors=True)


def command(text: str) -> list[str]:
    """Return the program of an instruction in its JSON form."""
    words = json.loads(text)
    assert all(isinstance(word, str) for word in words)
    return [str(word) for word in words]


@pytest.mark.long
def test_the_image_serves_and_its_health_check_sees_it(image: Image) -> None:
    """The image's command answers, from outside its sources, and its health check succeeds then and only then."""
    port = free_port()
    check = [word.replace(PORT, str(port)) for word in command(image.settings["HEALTHCHECK"].partition("CMD")[2])]
    outside = image.folder.parent

    def healthy() -> bool:
        return subprocess.run(check, env=image.env, cwd=outside, capture_output=True, check=False).returncode == 0

    assert not healthy()
    program, *arguments = command(image.settings["CMD"])
    found = shutil.which(program, path=image.env["PATH"])
    assert found is not None
    assert Path(found).is_relative_to(outside)
    server = [found, *arguments, "--port", str(port)]
    with launched(server, ready=f"http://127.0.0.1:{port}/_tollbridge/health", env=image.env, cwd=outside):
        assert healthy()
    assert not healthy()


def test_the_image_installs_by_hash_and_runs_as_nobody(image: Image) -> None:
    """The image takes dependencies from the hashed lock only, listens beyond itself, and has no rights."""
    assert any("--require-hashes -r requirements/run.txt" in line for line in image.ran)
    assert all("--require-hashes" in line or "--no-deps" in line for line in image.ran)
    assert image.settings["USER"] == "65534:65534"
    assert image.settings["EXPOSE"] == PORT
    assert "0.0.0.0" in command(image.settings["CMD"])
    assert BY_DIGEST.fullmatch(image.settings["FROM"])


def test_compose_publishes_on_loopback_only() -> None:
    """The compose file has the two services, and none of their ports is open to other machines."""
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(document) == {"services"}
    assert set(document["services"]) == {"tollbridge", "stripe-mock"}
    for service in document["services"].values():
        assert set(service) <= SERVICE_KEYS
        assert ("build" in service) != ("image" in service)
        assert service["ports"]
        assert all(PUBLISHED.fullmatch(port) for port in service["ports"])
    assert document["services"]["tollbridge"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


@pytest.mark.parametrize("token", ["", "a-token-of-the-shell"])
def test_composes_command_has_control_with_a_token_only(image: Image, token: str) -> None:
    """The service's command, by its name and at localhost: the API is open; control is off, or asks for the token."""
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["tollbridge"]
    assert service["environment"] == ["TOLLBRIDGE_CONTROL_TOKEN"]
    program, *arguments = service["command"]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    found = shutil.which(program, path=image.env["PATH"])
    assert found is not None
    env = image.env | {"TOLLBRIDGE_CONTROL_TOKEN": token}
    ready = f"{url}/_tollbridge/ready"
    with launched([found, *arguments, "--port", str(port)], ready=ready, env=env, cwd=image.folder.parent):
        for host, expected in {f"localhost:{PORT}": 200, f"tollbridge:{PORT}": 200, "evil.example": 421}.items():
            headers = {"Host": host, "Tollbridge-Control-Token": token}
            assert asked(ready, headers) == expected
            assert asked(f"{url}/_tollbridge/simulator/", headers) == (expected if token or expected != 200 else 403)


def asked(url: str, headers: dict[str, str]) -> int:
    """Return the status of an answer."""
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code


def test_compose_runs_the_stripe_mock_that_the_script_installs() -> None:
    """The container's tag and the script's pin are one version."""
    pin = re.search(r"^version=(v[\d.]+)", (ROOT / "scripts/stripe-mock").read_text(), re.MULTILINE)
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert pin is not None
    assert document["services"]["stripe-mock"]["image"] == f"stripe/stripe-mock:{pin[1]}"


def test_docker_itself_accepts_the_compose_file() -> None:
    """Where the docker client has compose, it finds nothing wrong with the file."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the docker client with its compose plugin is not here")
    done = subprocess.run(
        [docker, "compose", "--file", "docker-compose.yml", "config", "--quiet"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
