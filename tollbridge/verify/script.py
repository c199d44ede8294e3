"""Scripts that show a finding again without the harness: sh with curl, and pytest.

Both begin by setting Stripe back, send every step, and end with the one expression that is true of a right answer. What
that expression may name: `status`, `headers` (lower case), `body` (JSON), `text`, `everything` of the last answer,
`answers` (all of them), `calls` (what Stripe was told by the last call), `intents` (what it made), `subscription(id)`.
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from tollbridge.verify.calls import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.checks import Wrong
from tollbridge.verify.player import Player

UNPROVABLE = "False"
"""The proof of a verdict that a script cannot come to, such as one about calls under way together."""

JUDGE = '''import json, os, re, sys, urllib.parse, urllib.request
STRIPE = os.environ.get("STRIPE", "{stripe}")

def at_stripe(path, data=None, method=None):
    headers = {{"Authorization": "Bearer sk_test_script", "Content-Type": "application/json"}}
    request = urllib.request.Request(STRIPE + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")

def record(since):
    return at_stripe(f"/_tollbridge/simulator/record?since={{since}}&limit=1000")["data"]

def told_so_far():
    return at_stripe("/_tollbridge/simulator/record?limit=1")["total"]

def subscription(identity):
    return at_stripe("/v1/subscriptions/" + identity)

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.text = status, body.decode("utf-8", "replace")
        self.headers = {{name.lower(): value for name, value in headers}}
        try:
            self.body = json.loads(body)
        except ValueError:
            self.body = None

TYPES = {{"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}}

def fits(schema, value):
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    known = schema.get("properties", {{}})
    return (
        (not kinds or any(isinstance(value, TYPES[k]) and not (k != "boolean" and isinstance(value, bool)) for k in kinds))
        and ("enum" not in schema or value in schema["enum"])
        and (not isinstance(value, str) or (re.search(schema.get("pattern", ""), value) is not None and len(value) >= schema.get("minLength", 0)))
        and (not isinstance(value, dict) or (
            all(n in value for n in schema.get("required", ()))
            and (schema.get("additionalProperties") is not False or set(value) <= set(known))
            and all(fits(known[n], v) for n, v in value.items() if n in known)))
        and (not isinstance(value, list) or (len(value) >= schema.get("minItems", 0) and all(fits(schema.get("items", {{}}), v) for v in value)))
        and all(fits(one, value) for one in schema.get("allOf", ()))
        and ("anyOf" not in schema or any(fits(one, value) for one in schema["anyOf"]))
    )

def shows_none_besides(everything, body, member):
    own = body.get(member) if isinstance(body, dict) and member else None
    rest = everything.replace(own, "", 1) if isinstance(own, str) else everything
    return re.search(r"(pi|seti)_\\w+_secret_\\w+", rest) is None

def alike(first, second):
    def seen(a):
        body = {{n: v for n, v in a.body.items() if n != "instance"}} if isinstance(a.body, dict) else a.text
        return a.status, sorted(a.headers), re.sub(r"[0-9a-fA-F-]{{16,}}|\\d+", "#", json.dumps(body, sort_keys=True))
    return seen(first) == seen(second)

def writes(calls):
    return [(c["method"] + c["path"] + json.dumps(c["parameters"], sort_keys=True), c["idempotency_key"]) for c in calls if c["method"] != "GET"]

def retries_keep_their_key(calls):
    return all(len({{k for w, k in writes(calls) if w == what}}) == 1 for what, _ in writes(calls))

def one_meaning_per_key(calls):
    return all(len({{w for w, k in writes(calls) if k == key}}) == 1 for _, key in writes(calls) if key)

def intent_first(calls):
    done = [e["what"] for c in calls for e in c["effects"]]
    return done.index("payment_intent.created") < done.index("customer.subscription.updated")

def each_its_own(answers, intents, member, wanted):
    found = {{i["client_secret"]: i for i in intents}}
    for answer, params in zip(answers, wanted):
        if answer.status >= 300 or params is None:
            continue
        intent = found.get((answer.body or {{}}).get(member))
        if intent is None or any(intent[n] != v for n, v in params.items()):
            return False
    made = [i for i in intents if not i["last_payment_error"] and i["status"] != "canceled"]
    return len(made) == len([a for a in answers if a.status < 300])

def judged(answers, told_before, proof):
    """Return whether the proof holds for the last answer, and what it was judged on."""
    last = answers[-1]
    earlier = [call for call in record(max(0, told_before - 900)) if call["number"] <= told_before]
    calls = record(told_before)
    made = [e["id"] for c in calls for e in c["effects"] if e["what"] == "payment_intent.created"]
    names = {{
        "status": last.status, "headers": last.headers, "body": last.body, "text": last.text, "answers": answers,
        "calls": calls, "earlier": earlier, **globals(), "intents": [at_stripe("/v1/payment_intents/" + one) for one in made], "subscription": subscription,
        "everything": "\\n".join(f"{{n}}: {{v}}" for n, v in last.headers.items()) + "\\n" + last.text,
    }}
    try:
        return bool(eval(proof, names)), last, calls
    except (LookupError, TypeError, AttributeError) as missing:
        print(f"(the answer has not what it should have: {{missing}})")
        return False, last, calls
'''


def provable(wrong: Wrong) -> bool:
    """Tell whether a script can come to the verdict."""
    try:
        compile(wrong.proof, "proof", "eval")
    except SyntaxError:
        return False
    return wrong.proof != UNPROVABLE


def scripts(player: Player, steps: Iterable[Step], wrong: Wrong, about: str) -> dict[str, str]:
    """Return a finding's scripts.

    Args:
        player: whose target, Stripe and tokens they speak of.
        steps: of the case.
        wrong: the verdict.
        about: a comment for their heads.
    """
    stripe = player.stripe.url if player.stripe else "http://127.0.0.1:12111"
    told = [*steps]
    return {"sh": _shell(player, told, wrong, about, stripe), "pytest": _pytest(player, told, wrong, about, stripe)}


def variables(player: Player) -> dict[str, str]:
    """Return the environment that the scripts need: the addresses, and the tokens by account."""
    found = {f"TOKEN_{account}": token for account, token in player.tokens.good.items()}
    found |= {f"EXPIRED_TOKEN_{account}": token for account, token in player.tokens.expired.items()}
    return found | {"TARGET": player.url} | ({"STRIPE": player.stripe.url} if player.stripe else {})


def _head(about: str, lines: list[str]) -> list[str]:
    return [*(f"# {line}" for line in about.splitlines()), *lines]


def _shell(player: Player, steps: list[Step], wrong: Wrong, about: str, stripe: str) -> str:
    lines = _head(
        about,
        [
            "# Exit code: 0 when the target is right, 1 when it is wrong.",
            f"TARGET=${{TARGET:-{player.url}}} STRIPE=${{STRIPE:-{stripe}}}",
            "export TARGET STRIPE; out=$(mktemp -d); n=0",
            'stripe() { curl -sS -o /dev/null -u sk_test_script: "$@"; }',
            'ask() { curl -sS --max-time 60 -D "$out/$n.head" -o "$out/$n.body" "$@"; cat "$out/$n.head" "$out/$n.body"; echo; }',
            'json() { stripe -X POST -H "Content-Type: application/json" "$@"; }',
            'json "$STRIPE/_tollbridge/simulator/reset"',
        ],
    )
    last = max((n for n, step in enumerate(steps) if isinstance(step, Call | Together)), default=0)
    for n, step in enumerate(steps):
        if n == last:
            lines.append(
                'before=$(curl -sS "$STRIPE/_tollbridge/simulator/record?limit=1" | sed \'s/.*"total": *\\([0-9]*\\).*/\\1/\')'
            )
        lines += _shell_step(player, step)
    judge = JUDGE.format(stripe=stripe) + SHELL_END
    return "\n".join(
        [
            "#!/bin/sh",
            *lines,
            f"PROOF={shlex.quote(wrong.proof)} BEFORE=$before python3 - \"$out\" $n <<'JUDGE'",
            judge + "JUDGE",
            "",
        ]
    )


SHELL_END = """
answers = []
for n in range(1, int(sys.argv[2]) + 1):
    raw = open(f"{sys.argv[1]}/{n}.head", "rb").read().decode("latin-1") if os.path.exists(f"{sys.argv[1]}/{n}.head") else ""
    head = raw.strip().split("\\r\\n\\r\\n")[-1].split("\\r\\n")
    body = open(f"{sys.argv[1]}/{n}.body", "rb").read() if os.path.exists(f"{sys.argv[1]}/{n}.body") else b""
    status = int(head[0].split()[1]) if head[0] else 0
    answers.append(Answer(status, [line.split(": ", 1) for line in head[1:] if ": " in line], body))
try:
    right, last, calls = judged(answers, int(os.environ["BEFORE"]), os.environ["PROOF"])
except Exception as error:
    sys.exit(print("could not be judged:", repr(error)) or 2)
for call in calls:
    print("Stripe was told:", call["method"], call["path"], json.dumps(call["parameters"]), "->", call["status"])
print("right" if right else "WRONG: expected " + os.environ["PROOF"])
sys.exit(not right)
"""


def _shell_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return ["n=$((n+1)); " + _curl(player, step)]
        case AtStripe(path, form):
            data = "".join(f" -d {shlex.quote(f'{name}={value}')}" for name, value in form.items())
            return [f'stripe -X POST "$STRIPE{path}"{data}']
        case Break(fault):
            document = json.dumps(
                {name: value for name, value in asdict(fault).items() if value is not None or name == "times"}
            )
            return [f'json "$STRIPE/_tollbridge/simulator/faults" -d {shlex.quote(document)}']
        case Mend():
            return ['stripe -X DELETE "$STRIPE/_tollbridge/simulator/faults"']
        case Together(calls):
            return [*(f"n=$((n+1)); {_curl(player, call)} &" for call in calls), "wait"]


def _curl(player: Player, call: Call) -> str:
    parts = ["ask", "-X", call.verb, "--path-as-is", f'"$TARGET{call.target}"']
    if call.verb == "HEAD":
        parts.insert(1, "-I")
    if not any(name.lower() == "content-type" for name, _ in (*call.content, *call.headers)):
        parts += ["-H", "'Content-Type:'"]
    for name, value in (*call.content, *call.headers):
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
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not text.startswith("@") and all(c.isprintable() for c in text)


def _authorization(player: Player, call: Call) -> list[tuple[str, str]]:
    """Return the Authorization headers with tokens as variables."""
    made = []
    for name, value in player.headers(call.but(content=(), headers=())):
        scheme, _, token = value.partition(" ")
        known = {v: k for k, v in variables(player).items()}
        made.append((name, f"{scheme} ${{{known[token]}}}" if token in known else value))
    return made


def _pytest(player: Player, steps: list[Step], wrong: Wrong, about: str, stripe: str) -> str:
    lines = [*_head(about, []), JUDGE.format(stripe=stripe), f'TARGET = os.environ.get("TARGET", "{player.url}")', ASK]
    lines += [
        "",
        "def test_the_finding():",
        '    at_stripe("/_tollbridge/simulator/reset", b"", "POST")',
        "    answers = []",
    ]
    last = max((n for n, step in enumerate(steps) if isinstance(step, Call | Together)), default=0)
    for n, step in enumerate(steps):
        if n == last:
            lines.append("    before = told_so_far()")
        lines += [f"    {line}" for line in _python_step(player, step)]
    lines += [
        f"    right, last, calls = judged(answers, before, {wrong.proof!r})",
        f"    assert right, ({wrong.expected!r}, last.status, last.text, calls)",
        "",
    ]
    return "\n".join(lines)


ASK = """
def ask(method, path, headers, body):
    import http.client
    host = urllib.parse.urlsplit(TARGET)
    line = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
    line.putrequest(method, host.path.rstrip("/") + path, skip_accept_encoding=True)
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


def _python_step(player: Player, step: Step) -> list[str]:
    match step:
        case Call():
            return [f"answers.append({_asking(player, step)})"]
        case AtStripe(path, form):
            return [f"at_stripe({path!r}, {_form(form)!r})"]
        case Break(fault):
            return [f'at_stripe("/_tollbridge/simulator/faults", {json.dumps(asdict(fault)).encode()!r})']
        case Mend():
            return ['at_stripe("/_tollbridge/simulator/faults", None, "DELETE")']
        case Together(calls):
            asked = ["    lambda: " + _asking(player, call) + "," for call in calls]
            return [
                "from concurrent.futures import ThreadPoolExecutor",
                "together = [",
                *asked,
                "]",
                "with ThreadPoolExecutor(len(together)) as pool:",
                "    answers += pool.map(lambda one: one(), together)",
            ]


def _asking(player: Player, call: Call) -> str:
    sent: list[Any] = [*call.content, *call.headers]
    tokens = [f"({name!r}, {_filled(value)})" for name, value in _authorization(player, call)]
    headers = f"[{', '.join([*(repr(tuple(one)) for one in sent), *tokens])}]"
    return f"ask({call.verb!r}, {call.target!r}, {headers}, {call.body!r})"


def _filled(value: str) -> str:
    """Return the source of a header in which a token is a variable of the environment."""
    found = re.fullmatch(r"(\w+) \$\{(\w+)\}", value)
    return f"{found[1] + ' '!r} + os.environ[{found[2]!r}]" if found else repr(value)


def _form(form: Mapping[str, str]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(form).encode()
