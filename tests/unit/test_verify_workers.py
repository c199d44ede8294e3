"""`tollbridge verify --workers`: parts of one run side by side, told as one."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.test_verify_merge import shard
from tollbridge.cli import verify_workers
from tollbridge.cli.verify import verify as command
from tollbridge.cli.verify_workers import CouldNotAsk, side_by_side

PART = """
import json, sys, time
report = next(a for a in sys.argv if a.startswith("--json=")).partition("=")[2]
number = next(a for a in sys.argv if a.startswith("--shard=")).partition("=")[2].partition("/")[0]
if "--fails" in sys.argv:
    sys.exit("Error: Nobody can be asked.")
print("found    0.1 s  high  something", file=sys.stderr)
print(json.dumps(sys.argv[1:]), file=sys.stderr)
document = json.load(open(sys.argv[1]))[int(number) - 1]
json.dump(document | {"told": sys.argv[2:]}, open(report, "w"))
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the command of a part: it writes a report of its shard."""
    documents = tmp_path / "shards.json"
    documents.write_text(json.dumps([shard(1), shard(2)]), "utf-8")
    monkeypatch.setattr(verify_workers, "TOLLBRIDGE", (sys.executable, "-c", PART, str(documents)))
    return documents


def test_the_parts_are_one_run(parts: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The document is the merged one, of all shards, and findings are told as they are found."""
    assert parts.exists()
    whole = side_by_side(["--profile", "quick"], 2, 60.0, quiet=False)
    assert whole["shard"] is None
    assert whole["calls"] == sum(one["calls"] for one in json.loads(parts.read_text("utf-8")))
    assert capfd.readouterr().err.count("found    0.1 s  high  something") == 2
    side_by_side([], 2, 60.0, quiet=True)
    assert capfd.readouterr().err == ""


def test_a_part_gets_what_the_run_was_given_but_what_is_the_wholes() -> None:
    """Reports are written by the whole; each part has a shard, a report and the time of its own."""
    typed = ["--workers", "2", "--json", "a", "--html=b", "--quiet", "--full", "--start", "x --json y", "--max-time=5"]
    assert [*verify_workers._without(typed)] == ["--start", "x --json y"]
    assert {f"--{name}" for name in verify_workers.FILES} < verify_workers.OF_THE_WHOLE


def test_a_part_that_cannot_ask_ends_the_run_in_its_words(parts: Path) -> None:
    """No report of a part is made up."""
    assert parts.exists()
    with pytest.raises(CouldNotAsk, match=r"^Nobody can be asked\.$"):
        side_by_side(["--fails"], 2, 60.0, quiet=True)


@pytest.mark.parametrize(
    "other",
    [["http://127.0.0.1:1"], ["--stripe-listen", "127.0.0.1:1"], ["--shard", "1/2"], ["--evidence", "/dev/null"]],
)
def test_workers_need_a_target_each(other: list[str]) -> None:
    """One that runs already is one target for all of them, and would see what the others do."""
    done = CliRunner().invoke(command, ["--workers", "2", *other])
    assert (done.exit_code, "--workers starts a target for each" in done.output) == (2, True)


def test_the_command_tells_the_whole(parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last line, its reports and its exit code are those of the merged document."""
    asked: list[Any] = []
    whole = side_by_side([], 2, 60.0, quiet=True)

    def merged(workers: int, max_time: float, *, quiet: bool) -> dict[str, Any]:
        asked.append((workers, max_time, quiet))
        return whole

    monkeypatch.setattr(sys.modules["tollbridge.cli.verify"], "beside", merged)  # the package names the command so
    target = parts.with_name("whole.json")
    done = CliRunner().invoke(command, ["--workers", "3", "--max-time", "7", "--json", str(target), "--quiet"])
    assert asked == [(3, 7.0, True)]
    assert done.exit_code == whole["exit_code"]
    assert json.loads(target.read_text("utf-8"))["calls"] == whole["calls"]
