"""The plugin's options: those of `tollbridge verify`, which reads and refuses them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An option.

    Args:
        name: that it has at `tollbridge verify`; pytest's begins with `--tollbridge-`.
        metavar: what stands for its value; None for an option that has none.
        help: a sentence.
        many: whether it may be given several times.
    """

    name: str
    metavar: str | None
    help: str
    many: bool = False


OPTIONS = (
    Option("url", "URL", "The target: adds a test for each check and operation, after one run of the harness."),
    Option("stripe-listen", "HOST:PORT", "The address that the target has as its Stripe: the harness listens there."),
    Option("start", "CMD", "A shell command that starts the target, with STRIPE_API_BASE and PORT in its environment."),
    Option("start-env", "NAME=VALUE", "A variable for --tollbridge-start; {stripe} in it is our Stripe.", many=True),
    Option("contract", "FILE", "OpenAPI 3.0 or 3.1 document.  [default: the bundled one]"),
    Option("world", "FILE", "The target's organizations, accounts, cards, tokens.  [default: the bundled one]"),
    Option("hold", "NAME,…", "Which rules bind: origins, groups of our choices, rules.  [default: provider]"),
    Option("profile", "quick|standard|thorough", "How much is done.  [default: standard]"),
    Option("max-time", "SECONDS", "Of the whole run.  [default: the profile's]"),
    Option("max-examples", "NUMBER", "Random sequences at most.  [default: the profile's]"),
    Option("seed", "NUMBER", "Repeats the random sequences.  [default: 1]"),
    Option("examples-database", "FOLDER|redis://…", "Where random sequences that found something are kept."),
    Option("baseline", "FILE", "A JSON report of the harness: what it found is an expected failure."),
    Option("reset", "CMD", "A shell command that sets the target back to its beginning."),
    Option("answer-within", "SECONDS", "The longest that one answer may take.  [default: 35]"),
    Option("start-within", "SECONDS", "How long the target is waited for.  [default: 0]"),
    Option("organization-header", "NAME", "How the target spells the header that names an organization."),
    Option("fail-fast", None, "End the run of the harness with the first finding."),
    Option("control-token", "TOKEN", "What a Tollbridge server at the URL asks for before it issues tokens."),
    Option("json", "FILE", "Write the whole run as JSON: a baseline for later ones."),
    Option("html", "FILE", "Write the whole run as one HTML page."),
)


def destination(name: str) -> str:
    """Return the name under which pytest keeps an option."""
    return f"tollbridge_{name.replace('-', '_')}"
