"""Scripts that show a finding again without the harness: sh with curl, and pytest.

Both begin by setting Stripe back, send every step, and end with the one expression that is true of a right answer. What
that expression may name is in `SEEN` and in `scripted`, of which each script takes along what it needs.
"""

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from tollbridge.verify import scripted
from tollbridge.verify.calls import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.checks import UNPROVABLE, Wrong
from tollbridge.verify.excerpt import excerpt, names_in
from tollbridge.verify.forgery import FORGED, forged
from tollbridge.verify.player import Player

RESET, FAULTS = "/_tollbridge/simulator/reset", "/_tollbridge/simulator/faults"
STANDARD = "http://127.0.0.1:12111"
TOKEN = re.compile(r"\$\{(\w*TOKEN_\d+)\}")

SEEN = {
    "calls": "record(before)",
    "earlier": "record(max(0, before - 900), before)",
    "intents": "made_by(calls)",
    "status": "answers[-1].status",
    "headers": "answers[-1].headers",
    "body": "answers[-1].body",
    "everything": "answers[-1].everything",
}
"""What a proof may name, in the order in which it is found: what Stripe was told by the last step and before it, the
intents that it made, and the last answer."""

RECORDED = {"calls", "earlier", "intents"}
"""Of these, what is known from Stripe's record since the last step."""

ANSWERED = {"answers", "status", "headers", "body", "everything"}
"""What is known from the answers."""

STEPS = "# What is sent:"
FUTURE = "from __future__ import annotations\n\n"
SHELL_TOLD = """\
told() { curl -sS "$STRIPE/_tollbridge/simulator/record?limit=1" | sed 's/.*"total": *\\([0-9]*\\).*/\\1/'; }"""
SHELL_HEAD = """\
out=$(mktemp -d); n=0; trap 'rm -rf "$out"' EXIT
stripe() {{ curl -sSf -o /dev/null -u sk_test_script: -X "$@"; }}
ask() {{
  curl -sS --max-time {within} -D "$out/$n.head" -o "$out/$n.body" "$@" || case $? in 3|6|7) : >"$out/nobody";; esac
  cat "$out/$n.head" "$out/$n.body" 2>/dev/null | sed 's/_secret_[A-Za-z0-9]*/_secret_***/'; echo
}}
stripe POST "$STRIPE{reset}" || {{
  echo "No Stripe of Tollbridge's at $STRIPE: tollbridge stripe --port {port} --world FILE" >&2; exit 2
}}"""


def provable(wrong: Wrong) -> bool:
    """Tell whether a script can come to the verdict."""
    return wrong.proof != UNPROVABLE


def scripts(player: Player, steps: Iterable[Step], wrong: Wrong, about: str) -> dict[str, str]:
    """Return a finding's scripts.

    Args:
        player: whose target, Stripe and tokens they speak of.
        steps: of the case.
        wrong: the verdict.
        about: a comment for their heads.
    """
    told = [*steps]
    head = [f"# {line}" for line in about.splitlines()]
    return {"sh": _shell(player, told, wrong, head), "pytest": _pytest(player, told, wrong, head)}


def variables(player: Player) -> dict[str, str]:
    """Return the environment that the scripts need: the addresses, and the tokens by account."""
    found = {f"TOKEN_{account}": token for account, token in player.tokens.good.items()}
    found |= {f"EXPIRED_TOKEN_{account}": token for account, token in player.tokens.expired.items()}
    for account, token in player.tokens.good.items():
        other = player.tokens.of_another(account)
        found |= {f"{how.upper()}_TOKEN_{account}": forged(token, how, other) for how in FORGED}
    return found | {"TARGET": player.url, "STRIPE": _stripe(player)}


def _stripe(player: Player) -> str:
    return player.stripe.url if player.stripe else STANDARD


def _last(steps: list[Step]) -> int:
    return max((n for n, step in enumerate(steps) if isinstance(step, Call | Together)), default=0)


def _needs(wrong: Wrong) -> set[str]:
    """Return what of `SEEN` a proof is judged on."""
    named = names_in(wrong.proof) & SEEN.keys()
    return named | ({"calls"} if "intents" in named else set())


def _verdict(wrong: Wrong) -> list[str]:
    """Return the lines that judge what was seen."""
    needed = _needs(wrong)
    return [
        *(f"{name} = {source}" for name, source in SEEN.items() if name in needed),
        "try:",
        f"    right = {wrong.proof}",
        "except (LookupError, TypeError, AttributeError):",
        "    right = False  # something is not there that should be",
    ]


def _shell(player: Player, steps: list[Step], wrong: Wrong, head: list[str]) -> str:
    recorded = bool(_needs(wrong) & RECORDED)
    asked: list[str] = []
    for n, step in enumerate(steps):
        asked += ["before=$(told)"] if recorded and n == _last(steps) else []
        asked += _shell_step(player, step)
    stripe = _stripe(player)
    lines = [
        "#!/bin/sh",
        *head,
        "# Exit code: 0 when the target is right, 1 when it is wrong, 2 when it cannot be told.",
        f"TARGET=${{TARGET:-{player.url}}} STRIPE=${{STRIPE:-{stripe}}}",
        "TARGET=${TARGET%/} STRIPE=${STRIPE%/}; export TARGET STRIPE",
        *(f'[ "${{{name}:-}}" ] || {{ echo "Set {name}, a token." >&2; exit 2; }}' for name in _tokens(asked)),
        *([SHELL_TOLD] if recorded else []),
        SHELL_HEAD.format(within=f"{player.within:g}", reset=RESET, port=stripe.rpartition(":")[2]),
        STEPS,
        *asked,
        'if [ -e "$out/nobody" ]; then echo "Nobody listens at $TARGET." >&2; exit 2; fi',
        f"python3 - \"$out\" $n {'$before ' if recorded else ''}<<'JUDGE'",
        _judge(wrong, recorded=recorded),
        "JUDGE\n",
    ]
    return "\n".join(lines)


def _tokens(lines: list[str]) -> list[str]:
    return sorted({name for line in lines for name in TOKEN.findall(line)})


def _judge(wrong: Wrong, *, recorded: bool) -> str:
    """Return the Python part of a sh script: it reads the answers that curl has kept, and comes to a verdict."""
    told = 'print("Stripe was told:", call["method"], call["path"], json.dumps(call["parameters"]), call["status"])'
    answers = "answers = [kept(sys.argv[1], n) for n in range(1, int(sys.argv[2]) + 1)]"
    code = [
        *([answers] if names_in(wrong.proof) & ANSWERED else []),
        *(["before = int(sys.argv[3])"] if recorded else []),
        *_verdict(wrong),
        *(["for call in calls:", f"    {told}"] if "calls" in _needs(wrong) else []),
        f'print("right" if right else {f"WRONG. Expected: {wrong.expected}"!r})',
        "sys.exit(not right)",
    ]
    text = "\n".join(code)
    cannot = "except Exception as error:\n    sys.exit(print('It cannot be told:', error) or 2)"
    tried = "\n".join(f"    {line}" for line in code)
    return f"{FUTURE}import sys\n{excerpt(scripted, text)}\n\n\ntry:\n{tried}\n{cannot}"


def _shell_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return ["n=$((n+1)); " + _curl(player, step)]
        case AtStripe(path, form):
            data = "".join(f" -d {shlex.quote(f'{name}={value}')}" for name, value in form.items())
            return [f'stripe POST "$STRIPE{path}"{data}']
        case Break(fault):
            kind = "-H 'Content-Type: application/json'"
            return [f'stripe POST "$STRIPE{FAULTS}" {kind} -d {shlex.quote(json.dumps(_fault(fault)))}']
        case Mend():
            return [f'stripe DELETE "$STRIPE{FAULTS}"']
        case Together(calls):
            return [*(f"n=$((n+1)); {_curl(player, call)} &" for call in calls), "wait"]


def _fault(fault: Any) -> dict[str, Any]:
    """Return a fault as the control API takes it."""
    return {name: value for name, value in asdict(fault).items() if value is not None or name == "times"}


def _curl(player: Player, call: Call) -> str:
    parts = ["ask", "-X", call.verb, "--path-as-is", f'"$TARGET{call.target}"']
    sent = (*call.content, *call.headers)
    if not any(name.lower() == "content-type" for name, _ in sent):
        parts += ["-H", "'Content-Type:'"]
    for name, value in sent:
        parts += ["-H", shlex.quote(f"{name};" if value == "" else f"{name}: {value}")]
    for name, value in _authorization(player, call):
        parts += ["-H", f'"{name}: {value}"']
    body = call.body
    if not body:
        return " ".join(parts)
    if _plain(body):
        return " ".join([*parts, "--data-binary", shlex.quote(body.decode())])
    octal = "".join(chr(b) if 32 <= b < 127 and chr(b) not in "\\%'" else f"\\{b:03o}" for b in body)
    return f"printf '{octal}' >\"$out/sent\"; " + " ".join([*parts, "--data-binary", '@"$out/sent"'])


def _plain(body: bytes) -> bool:
    """Tell whether a body can stand in a line of a script as it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not text.startswith("@") and text.isprintable()


def _authorization(player: Player, call: Call) -> list[tuple[str, str]]:
    """Return the Authorization headers, with tokens as variables."""
    made = []
    known = {value: name for name, value in variables(player).items()}
    for name, value in player.headers(call.but(content=(), headers=())):
        scheme, _, token = value.partition(" ")
        made.append((name, f"{scheme} ${{{known[token]}}}" if token in known else value))
    return made


def _pytest(player: Player, steps: list[Step], wrong: Wrong, head: list[str]) -> str:
    recorded = bool(_needs(wrong) & RECORDED)
    code = [f'at_stripe("{RESET}", b"", "POST")', "answers = []"]
    for n, step in enumerate(steps):
        code += ["before = told_so_far()"] if recorded and n == _last(steps) else []
        code += _python_step(player, step)
    code += _verdict(wrong)
    calls = ", calls" if "calls" in _needs(wrong) else ""
    code += [f"assert right, ({f'expected: {wrong.expected}'!r}, answers[-1].status, answers[-1].text{calls})"]
    where = {"TARGET": player.url, "STRIPE": _stripe(player)}
    places = [f"os.environ.setdefault({name!r}, {url!r})" for name, url in where.items()]
    taken = excerpt(scripted, "\n".join([*places, *code]))
    return "\n".join(
        [
            *head,
            FUTURE,
            taken.replace(f"SECONDS = {scripted.SECONDS}", f"SECONDS = {player.within:g}"),
            "",
            *places,
            "\n\ndef test_the_finding():",
            *(f"    {line}" for line in code),
            "",
        ]
    )


def _python_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return [f"answers.append({_asking(player, step)})"]
        case AtStripe(path, form):
            return [f"at_stripe({path!r}, {urlencode(form).encode()!r})"]
        case Break(fault):
            return [f'at_stripe("{FAULTS}", {json.dumps(_fault(fault)).encode()!r})']
        case Mend():
            return [f'at_stripe("{FAULTS}", None, "DELETE")']
        case Together(calls):
            return [
                "from concurrent.futures import ThreadPoolExecutor",
                "together = [",
                *(f"    lambda: {_asking(player, call)}," for call in calls),
                "]",
                "with ThreadPoolExecutor(len(together)) as pool:",
                "    answers += pool.map(lambda one: one(), together)",
            ]


def _asking(player: Player, call: Call) -> str:
    tokens = [f"({name!r}, {_filled(value)})" for name, value in _authorization(player, call)]
    headers = [*(repr(tuple(one)) for one in (*call.content, *call.headers)), *tokens]
    return f"ask({call.verb!r}, {call.target!r}, [{', '.join(headers)}], {call.body!r})"


def _filled(value: str) -> str:
    """Return the source of a header in which a token is a variable of the environment."""
    found = re.fullmatch(r"(\w+) \$\{(\w+)\}", value)
    return f"{found[1] + ' '!r} + os.environ[{found[2]!r}]" if found else repr(value)
