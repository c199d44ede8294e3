"""What puts the harness into a pipeline: the action's steps by hand, GitLab's job, hooks, each snippet of the page.

Where a snippet installs something, a program that stands for the installer gives it this checkout;
TOLLBRIDGE_INSTALLS=1 (`make prove`) lets the action's own installation run.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hostile import payload
from tests.unit.test_verify_findings import report
from tollbridge.cli.verify import verify

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/ci.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())[".tollbridge"]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
START = 'python server.py "$PORT" world.yaml'
OPTIONS = {name.removeprefix("--") for option in verify.params for name in option.opts if name.startswith("--")}
Done = subprocess.CompletedProcess[str]
REAL = f"{shlex.quote(sys.executable)} -m tollbridge"

SERVER = f"import runpy; runpy.run_path({str(ROOT / 'examples/flask_server/faulty.py')!r}, None, '__main__')\n"
RECORDS = f"""#!/bin/sh
printf '%s\\n' "$@" >"$ARGUMENTS"
command=$1
shift
exec {REAL} "$command" --list-checks "$@"
"""
"""Stands for tollbridge: keeps its arguments, and lets the real one read them and end."""

ENDS_SOON = f'#!/bin/sh\ncommand=$1\nshift\nexec {REAL} "$command" --fail-fast "$@"\n'
"""Stands for tollbridge: a run that ends with its first finding."""

INSTALLERS = {
    "python": '#!/bin/sh\nmkdir -p .tollbridge/bin && cp "$STANDS/tollbridge" "$STANDS/pip" .tollbridge/bin/\n',
    "python3": '#!/bin/sh\nmkdir -p .tollbridge/bin && cp "$STANDS/tollbridge" "$STANDS/pip" .tollbridge/bin/\n',
    "pip": "#!/bin/sh\n",
    "uvx": '#!/bin/sh\nshift 2\nexec "$@"\n',
    "pipx": '#!/bin/sh\nshift 3\nexec "$@"\n',
    "docker": '#!/bin/sh\nprintf "%s\\n" "$@" >"$ARGUMENTS"\n',
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that knows nothing of ours, but for its server and its world."""
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "world.yaml").write_bytes((ROOT / "examples/world.yaml").read_bytes())
    (tmp_path / "stands").mkdir()
    stand(tmp_path, "tollbridge", RECORDS)
    return tmp_path


def stand(repository: Path, name: str, script: str) -> None:
    """Put a program first on the path."""
    path = repository / "stands" / name
    path.write_text(script)
    path.chmod(0o755)


def run(repository: Path, script: str, shell: str = "sh", **environment: str) -> Done:
    """Run a script in a repository as a runner does, with the programs that stand for others."""
    stands = repository / "stands"
    mine = {"PATH": f"{stands}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    mine |= {"STANDS": str(stands), "ARGUMENTS": str(repository / "arguments"), "PYTHONPATH": str(ROOT)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TOLLBRIDGE_"))}
    command = [shell, *(["--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else ["-e"]), "-c", script]
    return subprocess.run(
        command, cwd=repository, env={**kept, **mine, **environment}, capture_output=True, text=True, check=False
    )


def arguments(repository: Path) -> list[str]:
    """What tollbridge was called with."""
    return (repository / "arguments").read_bytes().decode().removesuffix("\n").split("\n")


def act(repository: Path, given: dict[str, str], step: int = 1, **environment: str) -> Done:
    """Run a step of the action, with inputs as GitHub puts them into its environment."""
    inputs = {name: str(given.get(name, one.get("default", ""))) for name, one in ACTION["inputs"].items()}
    named = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")
    taken = ACTION["runs"]["steps"][step]
    env = {name: named.sub(lambda found: inputs[found[1]], value) for name, value in taken["env"].items()}
    runner = {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(repository / "runner")}
    runner |= {"GITHUB_OUTPUT": str(repository / "output"), "GITHUB_STEP_SUMMARY": str(repository / "summary.md")}
    return run(repository, taken["run"], taken["shell"], **{**env, **runner, **environment})


def snippet(beginning: str, kind: str) -> str:
    """The page's block of a kind that begins so."""
    [found] = [text for name, text in BLOCKS if name == kind and text.startswith(beginning)]
    return found


def test_the_action_makes_a_red_build_with_every_report(repository: Path) -> None:
    """The page's one step fails with annotations, a summary, JUnit, JSON, SARIF, GitLab's file and a page."""
    stand(repository, "tollbridge", ENDS_SOON)
    workflow = yaml.safe_load(snippet("# .github/workflows/payments.yml\n", "yaml"))
    [step] = [step for step in workflow["jobs"]["payments"]["steps"] if "tollbridge@" in step["uses"]]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    done = act(repository, step["with"], GITHUB_ACTIONS="true")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=openapi.yaml,line=" in done.stdout
    assert "subscription-stays" in (repository / "summary.md").read_text()
    names = {"tollbridge.json", "tollbridge.html", "tollbridge.sarif", "junit.xml", "gitlab.json"}
    assert {path.name for path in (repository / "tollbridge-reports").iterdir()} == names
    found = json.loads((repository / "tollbridge-reports/tollbridge.json").read_bytes())["findings"]
    assert [(one["check"], bool(one["scripts"])) for one in found] == [("subscription-stays", True)]
    assert re.fullmatch(r"reports<<(\w{32})\ntollbridge-reports\n\1\n", (repository / "output").read_text())


def test_an_input_is_data(repository: Path, tmp_path: Path) -> None:
    """Whatever an input is, it is one argument, or one output; an empty one is none."""
    canary = tmp_path / "canary"
    text = payload(canary).replace("\n", " ").replace("\0", "")
    taken = act(repository, {"contract": text, "world": "a b;$(touch canary)", "hold": "", "reports": "out\nx=1"})
    assert taken.returncode == 2  # there is no such file
    given = arguments(repository)
    assert f"--contract={text}" in given
    assert "--world=a b;$(touch canary)" in given
    assert [one for one in given if one.startswith("--hold")] == []
    assert not canary.exists()
    assert not (repository / "canary").exists()
    assert re.fullmatch(r"reports<<(\w{32})\nout\nx=1\n\1\n", (repository / "output").read_text())


@pytest.mark.long
def test_the_parts_of_a_matrix_are_joined(repository: Path) -> None:
    """A part is asked for with its number, and the last job merges what the parts uploaded."""
    workflow = yaml.safe_load(snippet("# .github/workflows/payments.yml, in four parts", "yaml"))
    [step] = [step for step in workflow["jobs"]["payments"]["steps"] if "tollbridge@" in step["uses"]]
    given = {name: value.replace("${{ matrix.part }}", "2") for name, value in step["with"].items()}
    assert given.keys() <= ACTION["inputs"].keys()
    assert act(repository, given).returncode == 0
    assert {"--shard=2/4", "--examples-database=.tollbridge-examples"} < {*arguments(repository)}
    for part in (1, 2):
        (repository / f"tollbridge-{part}").mkdir()
        document = report(shard=f"{part}/2").document()
        (repository / f"tollbridge-{part}/tollbridge.json").write_text(json.dumps(document))
    stand(repository, "pipx", INSTALLERS["pipx"])
    stand(repository, "tollbridge", f'#!/bin/sh\nexec {REAL} "$@"\n')
    done = run(repository, workflow["jobs"]["verdict"]["steps"][-1]["run"], "bash")
    assert (done.returncode, "clean" in done.stdout) == (0, True), done.stdout + done.stderr
    assert (repository / "tollbridge.html").exists()


def test_no_script_of_the_action_has_an_expression_in_it() -> None:
    """An input reaches a script by the environment alone: GitHub writes expressions into scripts as they are."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_the_action_hands_on_each_of_its_inputs() -> None:
    """Each input is an option of the harness, or says where; and each is used, and named on the page."""
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))
    assert used == ACTION["inputs"].keys()
    assert used - OPTIONS == {"url", "reports", "python"}
    assert [name for name in used if f"`{name}`" not in PAGE and f"{name}:" not in PAGE] == []


def test_variables_of_one_line_each(repository: Path) -> None:
    """`start-env` is one variable a line, each an argument of its own; a URL stands last, behind `--`."""
    given = {"start-env": "BASE={stripe}\n\nMORE=a b", "url": "http://127.0.0.1:1", "stripe-listen": "127.0.0.1:2"}
    assert act(repository, given).returncode == 0
    said = arguments(repository)
    assert [one for one in said if one.startswith("--start-env")] == [
        "--start-env=BASE={stripe}",
        "--start-env=MORE=a b",
    ]
    assert said[-2:] == ["--", "http://127.0.0.1:1"]


@pytest.mark.skipif("TOLLBRIDGE_INSTALLS" not in os.environ, reason="installs: TOLLBRIDGE_INSTALLS=1, in make prove")
def test_the_action_installs_what_is_locked(repository: Path) -> None:
    """Its first step makes an environment with the locked versions, in which the command runs."""
    done = act(repository, {"python": sys.executable}, step=0)
    assert done.returncode == 0, done.stdout + done.stderr
    command = [str(repository / "runner/tollbridge/bin/tollbridge"), "verify", "--list-checks"]
    assert "one-intent" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_action_refuses_an_old_python(repository: Path) -> None:
    """It is exit code 2 with a sentence that says what to add."""
    stand(repository, "old-python", "#!/bin/sh\nexit 1\n")
    done = act(repository, {"python": "old-python"}, step=0)
    assert (done.returncode, "needs Python 3.11 or newer" in done.stdout) == (2, True)


def test_gitlabs_job_runs_its_script(repository: Path) -> None:
    """The page's job hands its variables on, and its reports are where GitLab looks for them."""
    job = yaml.safe_load(snippet("# .gitlab", "yaml"))["payments"]
    assert job["extends"] == ".tollbridge"
    for name, script in INSTALLERS.items():
        stand(repository, name, script)
    variables = {name: value.replace("$$", "$") for name, value in (GITLAB["variables"] | job["variables"]).items()}
    done = run(repository, "\n".join(GITLAB["script"]), **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    said = arguments(repository)
    assert {f"--start={START}", "--world=world.yaml", "--profile=standard"} < {*said}
    reports = GITLAB["artifacts"]["reports"]
    assert {f"--junit={reports['junit']}", f"--gitlab={reports['codequality']}"} < {*said}


def test_gitlabs_job_knows_the_actions_options() -> None:
    """Both say the same list, each of which is an option of the harness."""
    scripts = (GITLAB["script"][1], (ROOT / "ci/verify.sh").read_text())
    [one], [other] = (re.findall(r"for option in ([\w\s-]+);", script.replace("\\\n", "")) for script in scripts)
    assert one.split() == other.split()
    assert {*one.split()} < OPTIONS


@pytest.mark.parametrize("beginning", ["python3 -m venv", "uvx", "pipx"])
def test_the_commands_of_any_other_ci(repository: Path, beginning: str) -> None:
    """Each snippet calls the harness with what the page says."""
    for name, script in INSTALLERS.items():
        stand(repository, name, script)
    done = run(repository, snippet(beginning, "sh"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert arguments(repository)[:3] == ["verify", "--start", START]
    assert "one-intent" in done.stdout


@pytest.mark.long
def test_the_hooks_of_pre_commit(repository: Path) -> None:
    """Each hook of the page is there, and its entry runs: on a file that is good, on one that is not, on two of a
    commit, before a push."""
    configured = yaml.safe_load(snippet("# .pre-commit", "yaml"))["repos"][0]["hooks"]
    known = {hook["id"]: hook for hook in HOOKS}
    assert {hook["id"] for hook in configured} == known.keys()
    stand(repository, "tollbridge", f'#!/bin/sh\nexec {REAL} "$@"\n')
    (repository / "openapi.yaml").write_text("openapi: 3.0.3\n")
    for hook, file, code in (("tollbridge-world", "world.yaml", 0), ("tollbridge-contract", "openapi.yaml", 1)):
        assert re.search(known[hook]["files"], f"a/{file}")
        assert run(repository, f"{known[hook]['entry']} {file}").returncode == code
        good = ROOT / ("examples/world.yaml" if file == "world.yaml" else "openapi.yaml")
        both = f"{shlex.quote(str(good))} {file}"
        assert run(repository, f"{known[hook]['entry']} {both}").returncode == code
    stand(repository, "tollbridge", RECORDS)
    verifying = next(hook for hook in configured if hook["id"] == "tollbridge-verify")
    done = run(repository, f"{known['tollbridge-verify']['entry']} {shlex.join(verifying['args'])}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert arguments(repository)[3:5] == ["--start", START]


def test_the_images_commands_are_ours(repository: Path) -> None:
    """What the image is started with is a command of ours, whose options exist."""
    stand(repository, "docker", INSTALLERS["docker"])
    assert run(repository, snippet("docker run", "sh")).returncode == 0
    said = arguments(repository)
    command = said[said.index("tollbridge") + 1 :]
    done = run(repository, f"{REAL} {shlex.join(command)} --help")
    assert (command[0], done.returncode) == ("stripe", 0)


def test_pytests_line_is_the_plugins(repository: Path) -> None:
    """The page's line is taken by pytest, whose last test is the target's."""
    done = run(
        repository, f"{sys.executable} -m {snippet('pytest', 'sh').strip()} -p no:schemathesis --collect-only -q"
    )
    assert "create_payment_intent[one-intent]" in done.stdout


def test_every_snippet_is_run() -> None:
    """The page has no block that no test here runs, but for the service, which only names the image."""
    begun = (
        "# .github",
        "# .gitlab",
        "# .pre-commit",
        "# a job of",
        "python3 -m venv",
        "uvx",
        "pipx",
        "pytest",
        "docker run",
    )
    assert [text for _, text in BLOCKS if not text.startswith(begun)] == []
    service = yaml.safe_load(snippet("# a job of", "yaml"))["services"]["tollbridge"]
    assert service["ports"] == ["8080:8080"]
