"""A run as one self-contained HTML page: it makes no request, and runs no script but its own."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from xml.etree import ElementTree as ET

from tollbridge.verify.reports.elements import Content, element, listed, table, written
from tollbridge.verify.reports.finding_card import finding_card
from tollbridge.verify.reports.finding_lines import roots, title
from tollbridge.verify.reports.plots import plots
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.text import VERDICTS, check_verdict, let_pass, summary, verdict

RULES = {"rule": "", "origin": "", "line": "number", "exercised": "number", "verdict": "", "what it says": ""}
CHECKS = {"check": "", "severity": "", "judged": "number", "verdict": "", "what it asserts": ""}


def html(run: Document) -> str:
    """Return a run as a page."""
    return written(element("html", _head(run), _body(run), lang="en"))


def _head(run: Document) -> ET.Element:
    style = _asset("page.css")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(_asset('page.js'))}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        ET.Element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{verdict(run)[0]}: {run['target']}"),
        element("link", rel="icon", href="data:,"),
        element("style", style),
    )


def _asset(name: str) -> str:
    return files("tollbridge.verify.reports").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _body(run: Document) -> ET.Element:
    findings = [finding_card(number, finding, run) for number, finding in enumerate(roots(run), 1)]
    return element(
        "body",
        element(
            "a",
            "To the findings" if findings else "To the rules",
            href="#findings" if findings else "#rules",
            class_="skip",
        ),
        element("header", *_verdict(run)),
        element(
            "main",
            *([element("h2", "Findings", id="findings"), _contents(run), *findings] if findings else []),
            *_answers(run),
            element("h2", "Rules", id="rules"),
            table(RULES, [_rule(rule) for rule in run["rules"]], "Rules of the contract"),
            element("h2", "Checks", id="checks"),
            table(CHECKS, [_check(check) for check in run["checks"]], "Checks of the harness"),
        ),
        element("script", _asset("page.js")),
    )


def _verdict(run: Document) -> list[Content]:
    said, kind = verdict(run)
    about = {name: str(run[name]) for name in ("target", "contract", "world", "seed", "ended")}
    notes = [
        *(("bad", f"Not exercised: {what}") for what in run["not_exercised"]),
        *([("bad", f"Not finished: {run['unfinished']}")] if run["unfinished"] else []),
        *([("dim", f"Not reached: {run['not_reached']}")] if run["not_reached"] else []),
        *(("dim", f"Not judged: {what}") for what in run["not_judged"]),
        *(("dim", said[:1].upper() + said[1:]) for said in let_pass(run)),
        *(("dim", f"Known: {one['check']} {one['fingerprint']}: {one['found']}") for one in run["known"]),
        *(("dim", f"In the baseline, and not seen: {name}") for name in run["stale"]),
    ]
    return [
        element("h1", "tollbridge verify"),
        element("p", said, class_=f"verdict {kind}"),
        element("p", summary(run).removeprefix(": ").removeprefix(", ")),
        *([element("ul", *(element("li", text, class_=what) for what, text in notes))] if notes else []),
        listed(about),
    ]


def _contents(run: Document) -> ET.Element:
    rows = [
        element("li", element("a", title(one), href=f"#{one['fingerprint']}"), " ", _severity(one["severity"]))
        for one in roots(run)
    ]
    return element("nav", element("ol", *rows), aria_label="Findings")


def _severity(severity: str) -> ET.Element:
    return element("span", severity, class_=f"badge {severity}")


def _answers(run: Document) -> list[Content]:
    drawn = plots(run)
    return [element("h2", "Answers", id="answers"), element("div", *drawn, class_="plots")] if drawn else []


def _rule(rule: Document) -> list[Content]:
    said = element("span", rule["verdict"], class_=VERDICTS.get(rule["verdict"], "dim"))
    return [rule["id"], rule["origin"], str(rule["line"]), str(rule["exercised"]), said, rule["statement"]]


def _check(check: Document) -> list[Content]:
    said, kind = check_verdict(check)
    return [
        check["name"],
        check["severity"],
        str(check["held"]),
        element("span", said, class_=kind),
        check["asserts"],
    ]
