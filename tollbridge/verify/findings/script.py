"""Parts that all scripts of a finding share: the check's source, the run's expectation, tokens as variables.

Scripts (`shell_script`, `pytest_script`) show a finding again without the harness. They set Stripe back, send every
step, and judge the last call. Whatever a target or a contract says stands in them as data: a quoted word of the shell,
or a Python literal of ASCII characters.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from tollbridge.quoting import python
from tollbridge.simulator import Fault
from tollbridge.verify.cases.forged_tokens import FORGED, forged
from tollbridge.verify.findings import script_runtime as runtime
from tollbridge.verify.findings.script_bundle import Bundle, bundle, constructor
from tollbridge.verify.model.check import Check
from tollbridge.verify.model.evidence import API_KEY, TOKEN, Answer, Evidence, Sent, remembered
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.expectation import Effect, Expectation, Terms
from tollbridge.verify.model.steps import BAD, ENDED, ENDING, PLAIN, Break, Call, Case, Mend, Step, Together
from tollbridge.verify.target.connection import ENDLESS
from tollbridge.verify.target.runner import Runner, sent_by
from tollbridge.verify.target.stripe_double import OURS

RESET, FAULTS = "/_tollbridge/simulator/reset", "/_tollbridge/simulator/faults"
STANDARD = "http://127.0.0.1:12111"
AT_STRIPE = frozenset({"calls", "intents", "before", "after"})
"""Members of evidence that are known from Stripe's side."""

PARTS: dict[str, type] = {"terms": Terms, "effect": Effect, "sent": Sent}
"""Members of evidence and expectation that have members of their own."""

PACKAGES = {"jsonschema_rs": "jsonschema-rs"}
"""Libraries that a check may need besides the standard one, with the packages that have them."""

FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True)
class Shown:
    """The finding that a script shows.

    Args:
        runner: whose target, Stripe and tokens it speaks of.
        case: the steps.
        exchange: the one that is wrong: the last of the case.
        check: that says so.
        cause: of the verdict.
        fingerprint: of the finding.
    """

    runner: Runner
    case: Case
    exchange: Exchange
    check: Check
    cause: str
    fingerprint: str


def is_plain(case: Case) -> bool:
    """Tell whether a right client can send every request of a case: curl and Python's own would mend others."""
    calls = [call for step in case.steps for call in calls_of(step)]
    if any(call.fills or call.token in (ENDING, ENDED) for call in calls):
        return False  # what they send is known while the calls are sent
    return all(call.head == PLAIN and not (call.wire and call.wire.framing) for call in calls)


def is_endless(x: Exchange) -> bool:
    """Tell whether an answer did not end: its script would wait, or fill a disk."""
    return any((one.broken or "").startswith(ENDLESS) for one in (x.evidence, *x.evidence.parallel))


def written(script: Callable[[Shown], str], shown: Shown) -> str | None:
    """Return a script; None where no script can hold what it has to show.

    Args:
        script: writes it.
        shown: what it shows.
    """
    try:
        text = script(shown)
    except (TypeError, ValueError, RecursionError):
        return None
    return text if text.isascii() and text.replace("\n", "").isprintable() else None


def calls_of(step: Step) -> tuple[Call, ...]:
    """Return the calls of a step."""
    return step.calls if isinstance(step, Together) else (step,) if isinstance(step, Call) else ()


def variables(runner: Runner) -> dict[str, str]:
    """Return the environment that the scripts need: the addresses, and the tokens by account."""
    found = {f"TOKEN_{account}": token for account, token in runner.tokens.good.items()}
    found |= {f"EXPIRED_TOKEN_{account}": token for account, token in runner.tokens.expired.items()}
    for account, token in runner.tokens.good.items():
        other = runner.tokens.of_another(account)
        found |= {f"{how.upper()}_TOKEN_{account}": forged(token, how, other) for how in FORGED}
    for account, kinds in runner.tokens.minted.items():
        found |= {f"{kind.upper()}_TOKEN_{account}": token for kind, token in kinds.items()}
    for account, tokens in runner.tokens.bad.items():
        found |= {f"{BAD.format(n).upper()}_TOKEN_{account}": token for n, token in enumerate(tokens)}
    keys = runner.stripe.keys - {OURS} if runner.stripe else set()
    return found | {"TARGET": runner.url, "STRIPE": stripe_of(runner), "API_KEYS": " ".join(sorted(keys))}


def secrets_of(runner: Runner) -> list[str]:
    """Return the tokens and keys that a run knows, the forged ones too."""
    found = variables(runner)
    return [*(text for name, text in found.items() if "TOKEN" in name), *found["API_KEYS"].split()]


def stripe_of(runner: Runner) -> str:
    return runner.stripe.url if runner.stripe else STANDARD


def bundled(shown: Shown, *functions: Callable[..., Any]) -> Bundle:
    """Return the source of a check and of some functions of the runtime."""
    needs, imports = _needs(shown), bundle(shown.check.function).imports
    needed: list[Callable[..., Any]] = [shown.check.function, *shown.check.when, runtime.evidence, Expectation]
    parts = needs | (bundle(remembered).members if "known" in needs else frozenset())
    needed += [cls for name, cls in PARTS.items() if name in parts]
    needed += [remembered, runtime.first_known] if "known" in needs else []
    needed += [runtime.stripe_now, runtime.seen_by] if AT_STRIPE & needs else []
    needed += [runtime.compared] if {"previous", "parallel"} & needs else []
    needed += [runtime.require] if PACKAGES.keys() & imports else []
    return bundle(*needed, *functions)


def _needs(shown: Shown) -> frozenset[str]:
    """Return the members of evidence and expectation that the check reads."""
    return bundle(shown.check.function, *shown.check.when, Evidence, Expectation, Answer, *PARTS.values()).members


def looks(shown: Shown) -> list[bool]:
    """Return for each step whether Stripe is looked at before it."""
    steps, needs = shown.case.steps, _needs(shown)
    last = max((n for n, step in enumerate(steps) if isinstance(step, Call | Together)), default=0)
    sends = [isinstance(step, Call | Together) for step in steps]
    return [bool(AT_STRIPE & needs) and sent and (n == last or "known" in needs) for n, sent in enumerate(sends)]


def judge(shown: Shown, source: Bundle) -> str:
    """Return the function that builds evidence of what came back, and lets the check judge it."""
    needs, e = _needs(shown), shown.exchange.expectation
    known, together = "known" in needs, len(e.parallel)
    e = replace(e, terms=_needed_terms(e.terms, source))
    conditions = " and ".join(f"{condition.__name__}(x, EXPECTATION)" for condition in shown.check.when) or "True"
    canaries = {
        text: what
        for text, what in shown.exchange.evidence.known.canaries.items()
        if what not in (TOKEN, API_KEY, "the address of Stripe")
    }
    lines = [
        f"CAUSE = {python(shown.cause)}",
        f"EXPECTATION = {constructor(e, source.members)}",
        f"CALLS = {_calls(shown, source)}",
        "",
        "",
        "def judge(came, seen):",
        '    """Return what the check finds wrong with the last call, as far as it is this finding."""',
        *(f"    require({name!r}, {PACKAGES[name]!r})" for name in sorted(PACKAGES.keys() & source.imports)),
        *([f"    known = first_known({python(canaries)})"] if known else []),
        "    played = []",
        "    for n, call in enumerate(CALLS):",
        f"        x = evidence(call, came[n]{', known=known' if known else ''}, **seen[n])",
        *([f"        known = remembered(x, {python(e.terms.secret)})"] if known else []),
        "        played.append(x)",
        *(["    x = compared(x, previous=played[-2])"] if "previous" in needs and e.previous else []),
        *([f"    x = compared(x, parallel=played[-{together}:])"] if "parallel" in needs and together else []),
        f"    found = {shown.check.function.__name__}(x, EXPECTATION) if {conditions} else None",
        "    return [wrong for wrong in found or [] if wrong.cause == CAUSE]",
    ]
    return "\n".join(lines)


def _needed_terms(terms: Terms, source: Bundle) -> Terms:
    """Return what binds the target, without what the source cannot ask for: other rules, and schemas if it has none."""
    ledger = {rule: held for rule, held in terms.ledger.items() if f'"{rule}"' in source.source}
    schemas = bool(PACKAGES.keys() & source.imports)
    responses = {
        status: response
        | {"media": {name: _bare(found) if schemas else {} for name, found in response["media"].items()}}
        for status, response in terms.responses.items()
    }
    return replace(terms, ledger=ledger, responses=responses)


def _bare(schema: Any) -> Any:
    """Return a schema without the words for readers and without extensions; data and names of members stay."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name not in FOR_READERS and not name.startswith("x-")}
    return {
        name: value
        if name in ("enum", "default", "required")
        else {member: _bare(found) for member, found in value.items()}
        if name == "properties"
        else _bare(value)
        for name, value in kept.items()
    }


FOR_READERS = ("description", "title", "example")


def _calls(shown: Shown, source: Bundle) -> str:
    """Return what is known of each call before it is sent, as Python source."""
    made = []
    faults: tuple[Fault, ...] = ()
    mended = False
    for step in shown.case.steps:
        match step:
            case Call():
                made.append(_static(step, source, faults=[asdict(f) for f in faults], after_fault=mended))
                mended = False
            case Together(calls):
                made += [_static(call, source, together=True) for call in calls]
            case Break(fault):
                faults += () if fault.kind == "slow" else (fault,)
            case Mend():
                mended, faults = bool(faults), ()
    if shown.case.same or shown.case.equal:
        made[-1] |= {name: "True" for name in ("same", "equal") if getattr(shown.case, name)}
    inner = ["{" + ", ".join(f"{name!r}: {value}" for name, value in parts.items()) + "}" for parts in made]
    return "[\n" + "".join(f"    {one},\n" for one in inner) + "]"


def _static(call: Call, source: Bundle, **more: Any) -> dict[str, str]:
    parts = {name: python(value) for name, value in more.items() if value}
    parts |= {"number": "0", "sent": constructor(sent_by(call), source.members, "    ")}
    return {name: value for name, value in parts.items() if name in source.members}


def control_form(fault: Fault) -> dict[str, Any]:
    """Return a fault as the control API takes it."""
    return {name: value for name, value in asdict(fault).items() if value is not None or name == "times"}


def authorization(runner: Runner, call: Call) -> list[tuple[str, str, str | None]]:
    """Return the Authorization headers: name, what stands before the token, and the variable that holds the token."""
    known = sorted(variables(runner).items(), key=lambda pair: -len(pair[1]))
    made = []
    for name, value in runner.headers(call.but(content=(), headers=())):
        variable = next((v for v, token in known if "TOKEN" in v and token and value.endswith(token)), None)
        before = value.removesuffix(dict(known)[variable]) if variable else value
        made.append((name, before, variable))
    return made
