"""Results of all rounds: medians, ratios with their spread, bars."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles

from load import Round


@dataclass
class Result:
    """All that was seen of one contestant.

    Args:
        says: one line about it.
        starts: seconds from the start of the process to the first 200, one a start.
        at_rest: resident bytes once its answers were checked, before any load.
        memory: resident bytes after the last round; ours have kept every intent by then, Prism keeps nothing.
        rounds: one a round; round n of every contestant ran in the same half minute.
    """

    says: str
    starts: list[float] = field(default_factory=list)
    at_rest: int = 0
    memory: int = 0
    rounds: list[Round] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Return the median over the rounds of one of `Round`'s numbers."""
        return median(getattr(r, name) for r in self.rounds)


@dataclass(frozen=True)
class Ratio:
    """How many times better; above 1 is better. The spread is the middle half of the rounds."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        """Print the median and the spread."""
        return f"{self.middle:.2f}x ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True)
class Bar:
    """A bar, and the measured figure."""

    asked: str
    seen: str
    met: bool


def faster(ours: Result, theirs: Result) -> Ratio:
    """Compare requests per second, round by round."""
    return _ratio([a.rate / b.rate for a, b in zip(ours.rounds, theirs.rounds, strict=True)])


def cheaper(ours: Result, theirs: Result) -> Ratio:
    """Compare CPU per request, round by round."""
    return _ratio([b.cpu / a.cpu for a, b in zip(ours.rounds, theirs.rounds, strict=True)])


def bars(results: dict[str, Result]) -> list[Bar]:
    """Judge the create path by the bars that the project sets itself, where the rival took part.

    A ratio whose spread reaches the bar counts as met.
    """
    ours = results.get("create")
    found: list[Bar] = []
    for rival, least in (("prism", 1.0), ("connexion", 2.0)):
        if ours and rival in results:
            for what, ratio in (("requests/s", faster), ("CPU", cheaper)):
                seen = ratio(ours, results[rival])
                found.append(Bar(f"create, {what}: at least {least:g}x {rival}", str(seen), seen.high >= least))
    if ours and "prism" in results:
        prism = results["prism"]
        start, theirs = median(ours.starts), median(prism.starts)
        found.append(
            Bar(
                "start to first 200: faster than prism",
                f"{start:.2f} s against {theirs:.2f} s",
                start < theirs,
            )
        )
        for when, part in (
            ("at rest", ours.at_rest / prism.at_rest),
            ("after all rounds, every intent kept", ours.memory / prism.memory),
        ):
            found.append(Bar(f"memory {when}: at most half of prism's", f"{part:.2f} of it", part <= 0.5))
    return found


def as_document(results: dict[str, Result]) -> dict[str, object]:
    """Return everything, for `--json`."""
    return {
        "results": {name: asdict(result) for name, result in results.items()},
        "bars": [asdict(bar) for bar in bars(results)],
    }


def _ratio(values: Sequence[float]) -> Ratio:
    if len(values) < 2:
        return Ratio(values[0], values[0], values[0])
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return Ratio(middle, low, high)
