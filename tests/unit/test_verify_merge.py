"""Several runs as one: what `tollbridge report merge` makes of the reports of shards and of seeds."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import obeyed, payload
from tests.unit.test_verify_findings import report
from tests.unit.test_verify_reports import run as findings
from tollbridge.cli import main
from tollbridge.verify import VerifyError, VerifyOptions, reports
from tollbridge.verify.evaluator import Tally
from tollbridge.verify.play import share
from tollbridge.verify.reports import merged

CHECK, OPERATION = "one-intent", "create_payment_intent"
ROLE = "the role ADMIN: no call was made with it"


def shard(number: int, of: int = 2, **changes: Any) -> dict[str, Any]:
    """The document of a shard, clean where nothing is changed."""
    plain = {"shard": f"{number}/{of}", "aside_at": {OPERATION: {}}, "world": "world.yaml"}
    return report(**(plain | changes)).document()


def judged(times: int) -> Tally:
    """What a run counted in which one check judged so often."""
    tally = Tally()
    tally.held[CHECK] = tally.held_at[CHECK, OPERATION] = tally.rules["amount.minimum"] = times
    return tally


def merge(tmp_path: Path, *documents: object, options: tuple[str, ...] = ()) -> Result:
    """Run the command on files."""
    paths = [tmp_path / f"{number}.json" for number, _ in enumerate(documents)]
    for path, document in zip(paths, documents, strict=True):
        path.write_text(json.dumps(document))
    return CliRunner().invoke(main, ["report", "merge", *map(str, paths), *options])


@given(st.integers(1, 12), st.integers(0, 60))
def test_shards_play_everything_once(of: int, cases: int) -> None:
    """What shards play is all that is planned, nothing twice, and none plays more than one case more than another."""
    planned = [*range(cases)]
    shares = [share((number, of), planned) for number in range(1, of + 1)]
    assert sorted(case for played in shares for case in played) == planned
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert share(None, planned) == planned


def test_a_merged_run_has_the_published_form() -> None:
    """It fits the schema of a run's document, and can be written in each format."""
    whole = merged([shard(1), findings() | {"shard": "2/2"}])
    assert reports.fault_of(whole) == ""
    assert all(write(whole) for write in reports.FORMATS.values())
    assert [*reports.lines(whole, full=True)]


def test_what_one_exercised_is_exercised() -> None:
    """Counts are sums, and what one of them has not exercised is told only where none has."""
    one, other = shard(1, tally=judged(2), unexercised=[ROLE]), shard(2, tally=judged(3), unexercised=[])
    whole = merged([one, other])
    check = next(check for check in whole["checks"] if check["name"] == CHECK)
    assert (check["held"], check["operations"][OPERATION]["held"]) == (5, 5)
    rule = next(rule for rule in whole["rules"] if rule["exercised"])
    assert (rule["id"], rule["exercised"], rule["verdict"]) == ("amount.minimum", 5, "kept")
    assert (whole["not_exercised"], whole["exit_code"], whole["shard"]) == ([], 0, None)
    assert whole["calls"] == one["calls"] + other["calls"]


def test_what_none_exercised_is_exit_code_2() -> None:
    """A shard alone is clean without it; all of them together are not."""
    parts = [shard(number, unexercised=[ROLE]) for number in (1, 2)]
    assert [part["exit_code"] for part in parts] == [0, 0]
    whole = merged(parts)
    assert (whole["not_exercised"], whole["exit_code"]) == ([ROLE], 2)


def test_a_generator_that_dropped_its_cases_is_told_for_each_run() -> None:
    """What a sentence says of one run's generator holds, whatever the others did."""
    sentence = "the generator: 9 of 10 cases were dropped"
    whole = merged([shard(1, unexercised=[sentence]), shard(2)])
    assert (whole["not_exercised"], whole["exit_code"]) == ([sentence], 2)


def test_a_finding_of_one_is_a_finding_and_of_one_cause_once() -> None:
    """Equal fingerprints are one finding, with the count of all and the script of whichever run has one."""
    found = findings() | {"shard": "2/2"}
    scriptless = [one | {"scripts": {}} for one in found["findings"]]
    whole = merged([found | {"shard": "1/2", "findings": scriptless}, found])
    assert [one["fingerprint"] for one in whole["findings"]] == [one["fingerprint"] for one in found["findings"]]
    assert [one["scripts"] for one in whole["findings"]] == [one["scripts"] for one in found["findings"]]
    assert [one["count"] for one in whole["findings"]] == [2 * one["count"] for one in found["findings"]]
    assert whole["exit_code"] == merged([shard(1), found])["exit_code"] == 1
    broken = {rule["id"] for rule in whole["rules"] if rule["verdict"] == "broken"}
    assert broken == {rule["id"] for rule in found["rules"] if rule["verdict"] == "broken"}


def test_what_one_let_pass_is_let_pass() -> None:
    """A call that any of them served although our choices refuse it is named, once."""
    one, other = (shard(number, tally=Tally(let_pass=Counter(passed))) for number, passed in ((1, "ab"), (2, "bc")))
    assert merged([one, other])["let_pass"] == ["a", "b", "c"]


def test_a_finding_hides_what_follows_from_it_in_any_run() -> None:
    """The count is that of the merged findings, not that of the run which tells the finding."""
    found = findings() | {"shard": "2/2"}
    root, *others = found["findings"]
    follower = others[0] | {"follows_from": root["fingerprint"]}
    whole = merged([found | {"shard": "1/2", "findings": [root]}, found | {"findings": [follower]}])
    assert {one["fingerprint"]: one["hides"] for one in whole["findings"]}[root["fingerprint"]] == 1


def test_a_run_that_ended_early_is_exit_code_2() -> None:
    """It says why, and what it did not exercise counts for nothing: nobody looked."""
    whole = merged([shard(1, unfinished="interrupted"), shard(2, unexercised=[ROLE])])
    assert (whole["unfinished"], whole["not_exercised"], whole["exit_code"]) == ("interrupted", [ROLE], 2)


def test_answers_are_those_of_all() -> None:
    """Statuses and bins are sums, the slowest is the slowest of all, and the median is its bin's upper edge."""
    one, other = shard(1, timings=[(200, 0.003)] * 3), shard(2, timings=[(200, 0.004), (402, 0.3)])
    answers = merged([one, other])["answers"]
    assert answers["statuses"] == {"200": 4, "402": 1}
    assert sum(part["count"] for part in answers["histogram"]) == 5
    assert answers["milliseconds"] == {"median": 5.0, "p95": 300.0, "slowest": 300.0}
    nothing = merged([shard(1), shard(2)])["answers"]["milliseconds"]
    assert nothing == {"median": None, "p95": None, "slowest": None}


def test_runs_of_several_seeds_are_one_too() -> None:
    """Whole runs may differ in their seed, and shards may not."""
    whole = merged([report(seed=1).document(), report(seed=2).document()])
    assert whole["calls"] == 2
    with pytest.raises(VerifyError, match="seed is 1 and 2"):
        merged([shard(1, seed=1), shard(2, seed=2)])


REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a shard is missing": ([shard(1, 3), shard(3, 3)], "no report of 1 of 3 shards: 2/3"),
    "a shard twice": ([shard(1), shard(2), shard(2)], "A shard has two reports"),
    "shards of two runs": ([shard(1, 2), shard(2, 3)], "not shards of one run: 1/2, 2/3"),
    "a whole run beside a shard": (
        [shard(1, 1), report(world="world.yaml").document()],
        "not shards of one run: 1/1, None",
    ),
    "another world": ([shard(1, world="a"), shard(2, world="b")], "world is a and b"),
    "one side and two": ([shard(1, two_sided=True), shard(2, two_sided=False)], "two_sided is True and False"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_belong_together_is_refused(case: str, tmp_path: Path) -> None:
    """It is exit code 2, with a sentence that says what is missing or differs."""
    documents, sentence = REFUSED[case]
    done = merge(tmp_path, *documents)
    assert (done.exit_code, sentence in done.output) == (2, True), done.output


@pytest.mark.parametrize("document", [[], {}, {"format": 1}, shard(1) | {"shard": "0/2"}, shard(1) | {"calls": "x"}])
def test_another_document_is_refused(document: object, tmp_path: Path) -> None:
    """What is not a report of this version is exit code 2, with the place that tells."""
    done = merge(tmp_path, document, shard(2))
    assert (done.exit_code, "is not a JSON report of tollbridge verify" in done.output) == (2, True)


def test_the_command_writes_and_prints_the_whole(tmp_path: Path) -> None:
    """Its reports are of all, its exit code is that of all, and what a report holds tells the terminal nothing."""
    text = payload(tmp_path / "canary")
    hostile = findings() | {"shard": "2/2", "not_judged": [text], "unfinished": text}
    done = merge(tmp_path, shard(1), hostile, options=("--json", str(tmp_path / "whole.json")))
    assert done.exit_code == 1
    assert obeyed(done.output) == []
    whole = json.loads((tmp_path / "whole.json").read_bytes())
    assert whole["findings"] == merged([shard(1), hostile])["findings"]


def test_a_shard_says_who_tells_the_rest() -> None:
    """A shard's own text names the command, and lists nothing that another may have exercised."""
    told = reports.text(shard(1, unexercised=[ROLE]))
    assert "shard 1/2: tollbridge report merge tells" in told
    assert ROLE not in told


@pytest.mark.parametrize("given_part", ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/2/3", "01/2", "1/10000"])
def test_a_part_that_is_none_is_refused(given_part: str) -> None:
    """The sentence says what a part looks like."""
    done = CliRunner().invoke(main, ["verify", "--shard", given_part])
    assert (done.exit_code, "such as 2/8" in done.output) == (2, True)


def test_a_run_is_whole_where_nothing_is_said() -> None:
    """The options' own default is the whole run."""
    assert VerifyOptions.shard is None
