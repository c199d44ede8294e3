"""Scripts that show a finding again without the harness: sh with curl, and pytest.

Both begin by setting Stripe back, send every step, and end with the one expression that is true of a right answer. What
that expression may name is in `scripted`: `status`, `headers` (lower case), `body` (JSON), `everything` of the last
answer, `answers`, `calls` (what Stripe was told by the last step), `intents` (what it made), `subscription(id)`.
"""

import inspect
import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from tollbridge.verify import scripted
from tollbridge.verify.calls import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.checks import Wrong
from tollbridge.verify.player import Player

UNPROVABLE = "False"
"""The proof of a verdict that a script cannot come to."""

RESET, FAULTS = "/_tollbridge/simulator/reset", "/_tollbridge/simulator/faults"
STANDARD = "http://127.0.0.1:12111"

SHELL_HEAD = """\
export TARGET STRIPE; out=$(mktemp -d); n=0
stripe() {{ curl -sS -o /dev/null -u sk_test_script: "$@"; }}
json() {{ stripe -X POST -H "Content-Type: application/json" "$@"; }}
told() {{ curl -sS "$STRIPE/_tollbridge/simulator/record?limit=1" | sed 's/.*"total": *\\([0-9]*\\).*/\\1/'; }}
ask() {{
  curl -sS --max-time {within} -D "$out/$n.head" -o "$out/$n.body" "$@"
  cat "$out/$n.head" "$out/$n.body"; echo
}}"""

SHELL_END = """
import sys
from pathlib import Path


def part(n, kind):
    path = Path(sys.argv[1]) / f"{n}.{kind}"
    return path.read_bytes() if path.exists() else b""


answers = []
for n in range(1, int(sys.argv[2]) + 1):
    head = part(n, "head").decode("latin-1").strip().split("\\r\\n\\r\\n")[-1].split("\\r\\n")
    lines = [line.split(": ", 1) for line in head[1:] if ": " in line]
    answers.append(Answer(int(head[0].split()[1]) if head[0] else 0, lines, part(n, "body")))
try:
    right, last, calls = judged(answers, int(os.environ["BEFORE"]), os.environ["PROOF"])
except Exception as error:
    sys.exit(print("could not be judged:", repr(error)) or 2)
for call in calls:
    print("Stripe was told:", call["method"], call["path"], json.dumps(call["parameters"]), "->", call["status"])
print("right" if right else "WRONG: expected " + os.environ["PROOF"])
sys.exit(not right)
"""

PYTEST_ASK = """

def ask(method, path, headers, body):
    import http.client
    import urllib.parse

    target = urllib.parse.urlsplit(TARGET)
    line = http.client.HTTPConnection(target.hostname, target.port, timeout=TIMEOUT)
    line.putrequest(method, target.path.rstrip("/") + path, skip_accept_encoding=True)
    for name, value in headers:
        line.putheader(name, value.encode("utf-8", "surrogatepass"))
    line.putheader("Content-Length", str(len(body)))
    line.endheaders(body)
    try:
        answer = line.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, [], b"")

"""


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
    return found | {"TARGET": player.url, "STRIPE": _stripe(player)}


def _stripe(player: Player) -> str:
    return player.stripe.url if player.stripe else STANDARD


def _last(steps: list[Step]) -> int:
    return max((n for n, step in enumerate(steps) if isinstance(step, Call | Together)), default=0)


def _shell(player: Player, steps: list[Step], wrong: Wrong, head: list[str]) -> str:
    lines = [
        "#!/bin/sh",
        *head,
        "# Exit code: 0 when the target is right, 1 when it is wrong, 2 when it cannot be told.",
    ]
    lines.append(f"TARGET=${{TARGET:-{player.url}}} STRIPE=${{STRIPE:-{_stripe(player)}}}")
    lines += [SHELL_HEAD.format(within=f"{player.within:g}"), f'json "$STRIPE{RESET}"']
    for n, step in enumerate(steps):
        if n == _last(steps):
            lines.append("before=$(told)")
        lines += _shell_step(player, step)
    proof = f"PROOF={shlex.quote(wrong.proof)} BEFORE=$before"
    lines.append(f"{proof} python3 - \"$out\" $n <<'JUDGE'\n{inspect.getsource(scripted)}{SHELL_END}JUDGE\n")
    return "\n".join(lines)


def _shell_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return ["n=$((n+1)); " + _curl(player, step)]
        case AtStripe(path, form):
            data = "".join(f" -d {shlex.quote(f'{name}={value}')}" for name, value in form.items())
            return [f'stripe -X POST "$STRIPE{path}"{data}']
        case Break(fault):
            return [f'json "$STRIPE{FAULTS}" -d {shlex.quote(json.dumps(_fault(fault)))}']
        case Mend():
            return [f'stripe -X DELETE "$STRIPE{FAULTS}"']
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
    source = inspect.getsource(scripted)
    lines = [*head, source, f'os.environ.setdefault("STRIPE", "{_stripe(player)}")']
    lines += [f'TARGET = os.environ.get("TARGET", "{player.url}")', f"TIMEOUT = {player.within:g}", PYTEST_ASK]
    lines += ["def test_the_finding():", f'    at_stripe("{RESET}", b"", "POST")', "    answers = []"]
    for n, step in enumerate(steps):
        if n == _last(steps):
            lines.append("    before = told_so_far()")
        lines += [f"    {line}" for line in _python_step(player, step)]
    lines += [
        f"    right, last, calls = judged(answers, before, {wrong.proof!r})",
        f"    assert right, ({wrong.expected!r}, last.status, last.text, calls)",
        "",
    ]
    return "\n".join(lines)


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
