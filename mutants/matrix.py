"""One mutant, judged by the harness; and the table of all of them."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from mutants.catalogue import ALL
from mutants.mutant import LEGAL, Author, Mutant
from tollbridge.launch import LaunchError, free_port, launched
from tollbridge.verify import CHECKS

ROOT = Path(__file__).resolve().parent.parent
MAX_SECONDS = 600
FAULTY_EXAMPLES = 150
"""The most that one run takes; only a busy machine gets there, where a run of 120 s does not ask everything."""


@dataclass
class Result:
    """The harness's result for one mutant.

    Args:
        name: of the mutant.
        area: of faults, or `legal`.
        says: what is different.
        exit_code: of `tollbridge verify`.
        checks: the checks that found something, the first one first.
        seconds: to the first finding; None where there was none.
        scripted: whether the first finding's script was run and failed.
        output: the last lines of the harness, where it could not ask.
        took: seconds of the whole run.
        stock: whether stock Schemathesis found something; None where it was not asked.
        server: names what was served, sources of the mutant included; another one makes the result stale.
        harness: names what judged.
    """

    name: str
    area: str
    says: str
    exit_code: int
    checks: list[str]
    seconds: float | None
    scripted: bool
    took: float
    output: str = ""
    stock: bool | None = None
    server: str = ""
    harness: str = ""

    @property
    def right(self) -> bool:
        """Whether the harness is right about it."""
        return self.exit_code == (0 if self.area == LEGAL else 1)

    def line(self) -> str:
        """Return it as a line."""
        if self.area == LEGAL:
            verdict = "clean" if self.exit_code == 0 else f"ACCUSED by {', '.join(self.checks) or self.output}"
        else:
            verdict = (
                f"killed by {self.checks[0]} in {self.seconds:.1f} s"
                if self.exit_code == 1
                else f"SURVIVED {self.output}"
            )
        stock = {None: "", True: "; stock: killed", False: "; stock: survived"}[self.stock]
        return f"{self.area:<10} {self.name:<38} {verdict}{stock}"

    def write(self, path: Path) -> None:
        """Keep it."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path, mutant: Mutant) -> "Result | None":
        """Return a result that was kept; None where there is none that can be read, or of another server."""
        try:
            kept = cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return kept if kept.server == server_of(mutant) else None

    @property
    def fresh(self) -> bool:
        """Whether the harness that judged is the one that there is now."""
        return self.harness == harness()


def digest(*paths: Path) -> str:
    """Return what names the contents of files."""
    whole = sha256()
    for path in sorted(paths):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


@cache
def harness() -> str:
    """Return what names the harness."""
    return digest(*(ROOT / "tollbridge" / "verify").rglob("*.py"))


@cache
def served() -> str:
    """Return what names our server without any change, and the ways in which it can be changed."""
    sources = [path for path in (ROOT / "tollbridge").rglob("*.py") if "verify" not in path.parts]
    patches = [ROOT / "mutants" / "seams.py", *(ROOT / "mutants" / "patches").glob("*.py")]
    more = [ROOT / "openapi.yaml", ROOT / "tollbridge" / "world" / "default.yaml", *(ROOT / "handlers").glob("*.py")]
    return digest(*sources, *patches, *more)


def server_of(mutant: Mutant) -> str:
    """Return what names the server with a mutant's change."""
    return f"{served()}-{digest(mutant.source)}"


def command(mutant: Mutant, port: int, stripe: str) -> list[str]:
    """Return the command that serves a mutant."""
    serve = [sys.executable, "-m", "mutants.serve", mutant.name, "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    return [*serve, "--stripe", stripe, "--answer-within", "3"]


def judged(mutant: Mutant, *, examples: int) -> Result:
    """Let the harness judge a mutant: to the first finding, or, of a variant, to the end.

    Args:
        mutant: that is served.
        examples: random sequences that a variant is judged by.
    """
    port, stripe = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        verify = [sys.executable, "-m", "tollbridge", "verify", url, "--stripe-listen", f"127.0.0.1:{stripe}"]
        verify += ["--hold", "choice", "--answer-within", "6", "--json", str(report), "--max-time", str(MAX_SECONDS)]
        verify += [
            "--profile",
            "thorough",
            "--max-examples",
            str(examples if mutant.area == LEGAL else FAULTY_EXAMPLES),
        ]
        verify += [] if mutant.area == LEGAL else ["--fail-fast"]
        try:
            serve = command(mutant, port, f"http://127.0.0.1:{stripe}")
            with launched(serve, ready=f"{url}/_tollbridge/health", cwd=ROOT):
                done = subprocess.run(
                    verify, capture_output=True, text=True, cwd=ROOT, timeout=MAX_SECONDS * 2, check=False
                )
        except (subprocess.TimeoutExpired, LaunchError) as error:
            return Result(mutant.name, mutant.area, mutant.says, 2, [], None, False, 0.0, str(error)[-300:])
        document: dict[str, Any] = (
            json.loads(report.read_bytes()) if report.exists() else {"findings": [], "seconds": 0.0}
        )
    found = sorted(document["findings"], key=lambda finding: finding["seconds_to_find"])
    last = (done.stderr or done.stdout).strip().splitlines()[-2:]
    return Result(
        mutant.name,
        mutant.area,
        mutant.says,
        done.returncode,
        list(dict.fromkeys(finding["check"] for finding in found)),
        found[0]["seconds_to_find"] if found else None,
        bool(found and found[0]["scripts"].get("sh") and found[0]["scripts"].get("pytest")),
        document["seconds"],
        " ".join(last) if done.returncode == 2 or not found else "",
        server=server_of(mutant),
        harness=harness(),
    )


def shown(results: list[Result]) -> str:
    """Return the kill matrix: checks by areas of faults, the score, and the seconds to kill."""
    faulty = [result for result in results if result.area != LEGAL]
    legal = [result for result in results if result.area == LEGAL]
    lines = [*_rows(faulty), "", *_table(faulty)] if faulty else []
    lines += [f"WRONG: {result.line()}" for result in results if not result.right]
    lines += [*_score(faulty)] if faulty else []
    if legal:
        lines.append(f"variants accused: {sum(not result.right for result in legal)} of {len(legal)}")
    return "\n".join(["", *lines])


def _rows(faulty: list[Result]) -> Iterator[str]:
    """Yield each mutant with the checks that the case which killed it was found by."""
    yield f"{'mutant':<38} {'area':<10} {'seconds':>7}  {'stock':<8} killed by"
    for result in faulty:
        seconds = "-" if result.seconds is None else f"{result.seconds:.1f}"
        stock = {None: "-", True: "killed", False: "survived"}[result.stock]
        yield f"{result.name:<38} {result.area:<10} {seconds:>7}  {stock:<8} {', '.join(result.checks) or 'nothing'}"


def _table(faulty: list[Result]) -> Iterator[str]:
    areas = list(dict.fromkeys(result.area for result in faulty))
    kills: dict[str, Counter[str]] = defaultdict(Counter)
    for result in faulty:
        for check in result.checks:
            kills[check][result.area] += 1
    width = max([len(check) for check in kills] + [10])
    yield f"{'check':<{width}} " + " ".join(f"{area[:9]:>9}" for area in areas) + f" {'all':>5}"
    for check, counted in sorted(kills.items(), key=lambda row: -row[1].total()):
        cells = " ".join(f"{counted[area] or '·':>9}" for area in areas)
        yield f"{check:<{width}} {cells} {counted.total():>5}"
    idle = [check for check in CHECKS if check not in kills]
    if idle and len(faulty) == sum(mutant.area != LEGAL for mutant in ALL.values()):
        yield f"checks that killed nothing: {', '.join(idle)}"


def _score(faulty: list[Result]) -> Iterator[str]:
    killed = [result for result in faulty if result.right]
    seconds = sorted(result.seconds for result in killed if result.seconds is not None)
    times = f"median {statistics.median(seconds):.1f} s, slowest {seconds[-1]:.1f} s" if seconds else "none"
    scripted = sum(result.scripted for result in killed)
    yield f"killed: {len(killed)} of {len(faulty)} ({times}); with scripts that fail again: {scripted}"
    for author in Author:
        own = [result for result in faulty if ALL[result.name].author is author]
        yield f"  of those by {author}: {sum(result.right for result in own)} of {len(own)}"
    stock = [result for result in faulty if result.stock is not None]
    if stock:
        yield f"stock Schemathesis: {sum(bool(result.stock) for result in stock)} of {len(stock)}"
