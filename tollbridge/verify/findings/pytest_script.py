"""A finding's script for pytest, which Python runs alone too."""

import json
from importlib.metadata import version
from urllib.parse import urlencode

from tollbridge.quoting import python
from tollbridge.verify.findings import script_runtime as runtime
from tollbridge.verify.findings.script import (
    FAULTS,
    FUTURE,
    PACKAGES,
    RESET,
    Shown,
    authorization,
    bundled,
    control_form,
    judge,
    looks,
    stripe_of,
)
from tollbridge.verify.model.steps import AtStripe, Break, Call, Mend, Step, Together
from tollbridge.verify.target.runner import Runner

CODING = "# -*- coding: utf-8 -*-"
"""In the first two lines Python looks for a coding in any comment (PEP 263): ours is found first."""


def pytest_script(shown: Shown) -> str:
    """Return the script.

    Raises:
        TypeError, ValueError: what is sent has no literal.
    """
    runner = shown.runner
    source = bundled(shown, runtime.ask, runtime.ask_together, runtime.at_stripe, runtime.exit_code)
    code = [f'at_stripe("{RESET}", b"", "POST")', "came, moments = [], []"]
    for step, before in zip(shown.case.steps, looks(shown), strict=True):
        code += _python_step(runner, step, "stripe_now()" if before else "None")
    seen = "seen_by(moments)" if any(looks(shown)) else "[{}] * len(CALLS)"
    code += [f"return judge(came, {seen})"]
    packages = [PACKAGES[name] for name in sorted(PACKAGES.keys() & source.imports)]
    where = {"TARGET": runner.url, "STRIPE": stripe_of(runner)}
    return "\n".join(
        [
            CODING,
            f"# {shown.check.name}, finding {shown.fingerprint}.",
            *(_metadata(packages) if packages else []),
            FUTURE,
            source.source,
            "",
            *(f"os.environ.setdefault({python(name)}, {python(url)})" for name, url in where.items()),
            judge(shown, source),
            "",
            "",
            "def judging():",
            '    """Send every step, and judge what came back."""',
            *(f"    {line}" for line in code),
            "",
            "",
            "def test_the_finding():",
            "    found = judging()",
            "    assert not found, found",
            "",
            "",
            'if __name__ == "__main__":',
            "    sys.exit(exit_code(judging))",
            "",
        ]
    )


def _metadata(packages: list[str]) -> list[str]:
    """Return what a runner of scripts reads (PEP 723): the packages that are needed."""
    pinned = [f"{package}=={version(package)}" for package in packages]
    return ["# /// script", f"# dependencies = {json.dumps(pinned)}", "# ///"]


def _python_step(runner: Runner, step: Step, moment: str) -> list[str]:
    match step:
        case Call():
            return [f"moments.append({moment})", f"came.append(ask{_asking(runner, step)})"]
        case AtStripe(path, form):
            return [f"at_stripe({python(path)}, {python(urlencode(form).encode())})"]
        case Break(fault):
            return [f'at_stripe("{FAULTS}", {python(json.dumps(control_form(fault)).encode())})']
        case Mend():
            return [f'at_stripe("{FAULTS}", None, "DELETE")']
        case Together(calls):
            return [
                f"moments += [*[None] * {len(calls) - 1}, {moment}]",
                "came += ask_together([",
                *(f"    {_asking(runner, call)}," for call in calls),
                "])",
            ]


def _asking(runner: Runner, call: Call) -> str:
    """Return the arguments of `ask`."""
    headers: list[list[str]] = [list(header) for header in (*call.content, *call.headers)]
    for name, value, variable in authorization(runner, call):
        headers.append([name, value, *([variable] if variable else [])])
    parts = map(python, (call.verb, call.target, headers, call.body))
    return f"({', '.join(parts)}, {runner.within:g})"
