"""A finding's script for sh: curl sends and keeps the answers, Python judges them."""

import json
import shlex

from tollbridge.verify.calls import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.findings import script_runtime as runtime
from tollbridge.verify.findings.script import (
    FAULTS,
    FUTURE,
    RESET,
    Shown,
    authorization,
    bundled,
    calls_of,
    control_form,
    judge,
    looks,
    stripe_of,
)
from tollbridge.verify.findings.script_bundle import Bundle
from tollbridge.verify.player import Player

STEPS, JUDGEMENT = "# What is sent:", "# What is judged:"
SHELL_HEAD = """\
out=$(mktemp -d); n=0; trap 'rm -rf "$out"' EXIT
stripe() {{ curl -sSf -o /dev/null -u sk_test_script: -X "$@"; }}
look() {{ python3 "$out/judge.py" look "$out/$1.stripe" || exit 2; }}
ask() {{
  curl -sS --max-time {within} -D "$out/$n.head" -o "$out/$n.body" "$@" ||
    case $? in 3|6|7) : >"$out/nobody";; *) : >"$out/$n.failed";; esac
  cat "$out/$n.head" "$out/$n.body" 2>/dev/null | sed 's/_secret_[A-Za-z0-9]*/_secret_***/'; echo
}}"""
SHELL_BEGIN = """\
stripe POST "$STRIPE{reset}" || {{
  echo "No Stripe of Tollbridge's at $STRIPE: tollbridge stripe --port {port} --world FILE" >&2; exit 2
}}"""
SHELL_END = """\
if [ -e "$out/nobody" ]; then echo "Nobody listens at $TARGET." >&2; exit 2; fi
python3 "$out/judge.py" "$out" $n
case $? in 0) exit 0;; 7) exit 1;; *) exit 2;; esac
"""


def shell_script(shown: Shown) -> str:
    """Return the script.

    Raises:
        ValueError: what is sent cannot be written into a line of the shell.
    """
    player = shown.player
    source = bundled(shown, runtime.look, runtime.looked, runtime.kept_by_curl, runtime.exit_code)
    asked: list[str] = []
    for step, before in zip(shown.case.steps, looks(shown), strict=True):
        count = len(step.calls) if isinstance(step, Together) else 1
        asked += [f"look $((n+{count}))"] if before else []
        asked += _shell_step(player, step)
    stripe = stripe_of(player)
    lines = [
        "#!/bin/sh",
        f"# {shown.check.name}, finding {shown.fingerprint}.",
        "# Exit code: 0 when the target is right, 1 when it is wrong, 2 when it cannot be told.",
        f"TARGET=${{TARGET:-{_word(player.url)}}} STRIPE=${{STRIPE:-{_word(stripe)}}}",
        "TARGET=${TARGET%/} STRIPE=${STRIPE%/}; export TARGET STRIPE",
        *(f'[ "${{{name}:-}}" ] || {{ echo "Set {name}, a token." >&2; exit 2; }}' for name in _tokens(player, shown)),
        SHELL_HEAD.format(within=f"{player.within:g}"),
        "",
        JUDGEMENT,
        "cat >\"$out/judge.py\" <<'JUDGE'",
        _shell_judge(shown, source),
        "JUDGE",
        "",
        SHELL_BEGIN.format(reset=RESET, port=int(stripe.rpartition(":")[2])),
        STEPS,
        *asked,
        SHELL_END,
    ]
    return "\n".join(lines)


def _shell_judge(shown: Shown, source: Bundle) -> str:
    """Return the Python part of a sh script: it looks at Stripe, reads what curl has kept, and judges it."""
    seen = (
        "seen_by([looked(folder, n) for n in range(1, len(CALLS) + 1)])" if any(looks(shown)) else "[{}] * len(CALLS)"
    )
    return "\n".join(
        [
            FUTURE,
            source.source,
            "",
            "",
            judge(shown, source),
            "",
            "",
            "def judging():",
            '    """Judge what curl has kept."""',
            "    folder = sys.argv[1]",
            "    came = [kept_by_curl(folder, n) for n in range(1, len(CALLS) + 1)]",
            f"    return judge(came, {seen})",
            "",
            "",
            'if sys.argv[1] == "look":',
            "    look(sys.argv[2])",
            "else:",
            "    sys.exit(exit_code(judging))",
        ]
    )


def _word(text: str) -> str:
    """Return a text as one word of the shell.

    Raises:
        ValueError: it has control characters, which a line cannot show.
    """
    if not text.isprintable():
        raise ValueError("a control character in a line of the shell")
    return shlex.quote(text)


def _tokens(player: Player, shown: Shown) -> list[str]:
    """Return the variables that hold the tokens of a case."""
    calls = [call for step in shown.case.steps for call in calls_of(step)]
    return sorted({variable for call in calls for _, _, variable in authorization(player, call) if variable})


def _shell_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return ["n=$((n+1)); " + _curl(player, step)]
        case AtStripe(path, form):
            data = "".join(f" -d {_word(f'{name}={value}')}" for name, value in form.items())
            return [f'stripe POST "$STRIPE"{_word(path)}{data}']
        case Break(fault):
            kind = "-H 'Content-Type: application/json'"
            return [f'stripe POST "$STRIPE{FAULTS}" {kind} -d {_word(json.dumps(control_form(fault)))}']
        case Mend():
            return [f'stripe DELETE "$STRIPE{FAULTS}"']
        case Together(calls):
            return [*(f"n=$((n+1)); {_curl(player, call)} &" for call in calls), "wait"]


def _curl(player: Player, call: Call) -> str:
    parts = ["ask", "-X", _word(call.verb), "--path-as-is", f'"$TARGET"{_word(call.target)}']
    sent = (*call.content, *call.headers)
    if not any(name.lower() == "content-type" for name, _ in sent):
        parts += ["-H", "'Content-Type:'"]
    for name, value in sent:
        parts += ["-H", _word(f"{name};" if value == "" else f"{name}: {value}")]
    for name, value, variable in authorization(player, call):
        parts += ["-H", f'{_word(f"{name}: {value}")}"${{{variable}}}"' if variable else _word(f"{name}: {value}")]
    body = call.body
    if not body:
        return " ".join(parts)
    if _is_plain(body):
        return " ".join([*parts, "--data-binary", shlex.quote(body.decode())])
    octal = "".join(chr(b) if 32 <= b < 127 and chr(b) not in "\\%'" else f"\\{b:03o}" for b in body)
    return f"printf '{octal}' >\"$out/sent\"; " + " ".join([*parts, "--data-binary", '@"$out/sent"'])


def _is_plain(body: bytes) -> bool:
    """Tell whether a body can stand in a line of a script as it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not text.startswith("@") and text.isprintable()
