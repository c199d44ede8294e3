"""A finding's script for sh: curl sends and keeps the answers, Python judges them."""

import json

from tollbridge.quoting import shell, shell_printf
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
from tollbridge.verify.model.steps import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.target.runner import Runner

STEPS, JUDGEMENT = "# What is sent:", "# What is judged:"
MAX_BLOCKS = 8192
"""Of 512 bytes, or of 1,024 in some shells, which an answer may take on the disk; the judge has a smaller bound."""

SHELL_HEAD = """\
out=$(mktemp -d); n=0; trap 'rm -rf "$out"' EXIT
http() {{ curl -q -sSg --noproxy '*' "$@"; }}
stripe() {{ http -f -o /dev/null -u sk_test_script: -X "$@"; }}
look() {{ python3 "$out/judge.py" look "$out/$1.stripe" || exit 2; }}
ask() {{
  (ulimit -f {blocks}; http --max-time {within} -D "$out/$n.head" -o "$out/$n.body" "$@") ||
    case $? in 3|6|7) : >"$out/nobody";; *) : >"$out/$n.failed";; esac
}}"""
SHELL_BEGIN = """\
stripe POST "$STRIPE{reset}" || {{
  echo "No Stripe of Tollbridge's at $STRIPE: tollbridge stripe --port {port} --world FILE" >&2; exit 2
}}"""
SHELL_END = """\
if [ -e "$out/nobody" ]; then echo "No server listens at $TARGET." >&2; exit 2; fi
python3 "$out/judge.py" "$out"
case $? in 0) exit 0;; 7) exit 1;; *) exit 2;; esac
"""


def shell_script(shown: Shown) -> str:
    """Return the script.

    Raises:
        ValueError: what is sent cannot be written into a line of the shell.
    """
    runner = shown.runner
    source = bundled(shown, runtime.look, runtime.looked, runtime.kept_by_curl, runtime.show, runtime.exit_code)
    asked: list[str] = []
    for step, before in zip(shown.case.steps, looks(shown), strict=True):
        count = len(step.calls) if isinstance(step, Together) else 1
        asked += [f"look $((n+{count}))"] if before else []
        asked += _shell_step(runner, step)
    stripe = stripe_of(runner)
    lines = [
        "#!/bin/sh",
        f"# {shown.check.name}, finding {shown.fingerprint}.",
        "# Exit code: 0 when the target is right, 1 when it is wrong, 2 when it cannot be told.",
        f'[ "${{TARGET:-}}" ] || TARGET={shell(runner.url)}',
        f'[ "${{STRIPE:-}}" ] || STRIPE={shell(stripe)}',
        "TARGET=${TARGET%/} STRIPE=${STRIPE%/}; export TARGET STRIPE",
        *(f'[ "${{{name}:-}}" ] || {{ echo "Set {name}, a token." >&2; exit 2; }}' for name in _tokens(runner, shown)),
        SHELL_HEAD.format(within=f"{runner.within:g}", blocks=MAX_BLOCKS),
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
            "    for answer in came:",
            "        show(answer)",
            f"    return judge(came, {seen})",
            "",
            "",
            'if sys.argv[1] == "look":',
            "    look(sys.argv[2])",
            "else:",
            "    sys.exit(exit_code(judging))",
        ]
    )


def _tokens(runner: Runner, shown: Shown) -> list[str]:
    """Return the variables that hold the tokens of a case."""
    calls = [call for step in shown.case.steps for call in calls_of(step)]
    return sorted({variable for call in calls for _, _, variable in authorization(runner, call) if variable})


def _shell_step(runner: Runner, step: Step) -> list[str]:
    match step:
        case Call():
            return ["n=$((n+1)); " + _curl(runner, step)]
        case AtStripe(path, form):
            data = "".join(f" --data-urlencode {shell(f'{name}={value}')}" for name, value in form.items())
            return [f'stripe POST "$STRIPE"{shell(path)}{data}']
        case Break(fault):
            kind = "-H 'Content-Type: application/json'"
            return [f'stripe POST "$STRIPE{FAULTS}" {kind} -d {shell(json.dumps(control_form(fault)))}']
        case Mend():
            return [f'stripe DELETE "$STRIPE{FAULTS}"']
        case Together(calls):
            return [*(f"n=$((n+1)); {_curl(runner, call)} &" for call in calls), "wait"]


def _curl(runner: Runner, call: Call) -> str:
    parts = ["ask", "-X", shell(call.verb), "--path-as-is", f'"$TARGET"{shell(call.target)}']
    sent = (*call.content, *call.headers)
    if not any(name.lower() == "content-type" for name, _ in sent):
        parts += ["-H", "'Content-Type:'"]
    for name, value in sent:
        parts += ["-H", shell(f"{name};" if value == "" else f"{name}: {value}")]
    for name, value, variable in authorization(runner, call):
        parts += ["-H", f'{shell(f"{name}: {value}")}"${{{variable}}}"' if variable else shell(f"{name}: {value}")]
    if not call.body:
        return " ".join(parts)
    if _fits_a_line(call.body):
        return " ".join([*parts, "--data-binary", shell(call.body.decode())])
    return f'{shell_printf(call.body)} >"$out/$n.sent"; ' + " ".join([*parts, "--data-binary", '@"$out/$n.sent"'])


def _fits_a_line(body: bytes) -> bool:
    """Tell whether a reader sees in a line what is sent; a name of a file would be read instead (`@`)."""
    return body.isascii() and body.decode().isprintable() and not body.startswith(b"@")


def steps_of(script: str) -> list[str]:
    """Return the lines of a script that a person reads: its steps, without the machinery."""
    lines = script.partition(f"{STEPS}\n")[2].partition("if [ -e ")[0].splitlines()
    shown = (line.removeprefix("n=$((n+1)); ") for line in lines if not line.startswith("look "))
    return [line.replace("ask -X", "curl -X", 1) for line in shown]
