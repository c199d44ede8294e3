"""Options of one verify run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Profile:
    """How much a run does.

    Args:
        max_time: seconds for the whole run.
        max_examples: how many random cases, at most.
        every: of the tables whose cases are most alike, every so many-th one is played.
        takes: how long it takes our own server on two quiet cores.
        says: what it plays, and what it leaves out.
    """

    max_time: float
    max_examples: int
    every: int
    takes: str
    says: str


PROFILES = {
    "quick": Profile(
        120,
        0,
        16,
        "20 s",
        "every sixteenth case of the long tables (methods, tokens, members, money, currencies), every eighth of the "
        "roles, every fourth of the wire and of Stripe's failures, the others whole, and what else it takes to reach "
        "each documented problem; no random sequences",
    ),
    "standard": Profile(
        200,
        50,
        4,
        "60 s",
        "every fourth case of the long tables, every second of the roles, the others whole; 50 random sequences",
    ),
    "thorough": Profile(
        300, 1_000, 1, "5 min", "every case of every table; 1000 random sequences, as far as there is time"
    ),
}
"""By name, from the shortest to the longest."""


@dataclass(frozen=True)
class VerifyOptions:
    """Options of one verify run.

    Args:
        contract: the OpenAPI document.
        handlers: the folder of our own server's handlers.
        world: the world file.
        url: of the target; None where a command starts it on a free port, and without one for our own server.
        stripe_listen: host and port that the target has as its Stripe; None where it has another.
        hold: what the target is held to, origins, groups and rules as `model/hold.py` reads them; None for the usual.
        max_time: seconds for the whole run.
        max_examples: how many random cases, at most.
        seed: of the random cases, and of Stripe's ids.
        checks: names of checks; empty for all.
        exclude: names of checks that are left out.
        baseline: fingerprints that are known and not reported again, each with its check.
        reset: a shell command that sets the target back.
        answer_within: seconds for one answer; None for the usual bound.
        start_within: seconds that a server may stand still before its first answer; None for the usual bound.
        fail_fast: whether the run ends with the first finding.
        control_token: what a Tollbridge server at the URL asks for before it issues tokens; None for nothing.
        every: of the tables whose cases are alike, every so many-th one is played.
        evidence: the file that takes the run's evidence; None for none.
        shard: which part of the run this is, and of how many; None for the whole.
        examples_database: where Hypothesis keeps its examples, a folder or the URL of a Redis; None for nowhere.
        organization_header: how the target spells the header that names the effective organization; None for the
            contract's spelling.
        start: a shell command that starts the target; None where it runs already.
        start_env: variables of that command's environment, each a name and a value.
        webhook: the endpoint of a consumer of webhooks that is judged too; None for the one that the target registers.
        webhook_secret: what its deliveries are signed with.
        webhook_state: where its state is seen, with `{payment_intent}` for a payment's id; None where it is not.
    """

    contract: Path
    handlers: Path
    world: Path
    url: str | None = None
    stripe_listen: tuple[str, int] | None = None
    hold: frozenset[str] | None = None
    max_time: float = 300.0
    max_examples: int = 150
    seed: int = 1
    checks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: Mapping[str, str] = field(default_factory=dict)
    reset: str | None = None
    answer_within: float | None = None
    start_within: float | None = None
    fail_fast: bool = False
    control_token: str | None = None
    every: int = 1
    evidence: Path | None = None
    organization_header: str | None = None
    start: str | None = None
    start_env: tuple[tuple[str, str], ...] = ()
    shard: tuple[int, int] | None = None
    examples_database: str | None = None
    webhook: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_state: str | None = None

    @property
    def own(self) -> bool:
        """Whether our own server is judged."""
        return self.url is None and self.start is None
