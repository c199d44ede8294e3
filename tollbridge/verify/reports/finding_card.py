"""One finding on the page: what is wrong, both sides of the exchange, and the script that shows it."""

from xml.etree import ElementTree as ET

from tollbridge.verify.reports.elements import Content, element, listed
from tollbridge.verify.reports.finding_lines import followers, title
from tollbridge.verify.reports.report import Document

MAX_RULES = 3


def finding_card(number: int, finding: Document, run: Document) -> ET.Element:
    """Return the card of a finding.

    Args:
        number: of the finding in its run.
        finding: of the run.
        run: its document.
    """
    severity = finding["severity"]
    heading = element(
        "h3", f"{number}. {finding['check']} ", element("span", severity, class_=f"badge {severity}"), id=_name(finding)
    )
    more = f" and {finding['count'] - 1} more exchanges" if finding["count"] > 1 else ""
    told = {
        "found": element("strong", finding["found"]),
        "expected": finding["expected"],
        "asserts": finding["asserts"],
        "rule": _rules(finding, run),
        "contract": f"{run['contract_file']}:{finding['line']} ({finding['operation']})",
        "seen in": "; ".join(finding["seen_in"]) + more,
        "fingerprint": finding["fingerprint"],
        **({"depends": finding["remembers"]} if finding["remembers"] else {}),
    }
    parts = [listed(told), *_followers(finding, run), _sides(finding), *_script(finding)]
    return element("article", heading, *parts, aria_labelledby=_name(finding))


def _followers(finding: Document, run: Document) -> list[Content]:
    hidden = followers(finding, run)
    if not hidden:
        return []
    said = [element("li", f"{title(one)} [{one['severity']}] {one['fingerprint']}") for one in hidden]
    head = f"{len(hidden)} more follow from it: the same answer to calls with more about them"
    return [element("details", element("summary", head), element("ul", *said))]


def _name(finding: Document) -> str:
    return str(finding["fingerprint"])


def _rules(finding: Document, run: Document) -> Content:
    rules = [rule for rule in run["rules"] if rule["id"] in finding["rules"][:MAX_RULES]]
    said = [element("li", f"{rule['id']} ({rule['origin']}): {rule['statement']}") for rule in rules]
    return element("ul", *said) if said else "none of the ledger's: it holds of any HTTP API, or the schema says it"


def _sides(finding: Document) -> ET.Element:
    calls = finding["stripe_was_told"]
    sides = {"Sent": finding["sent"], "Came back": finding["came_back"]}
    if calls is not None:
        sides["Stripe was told"] = "\n\n".join(calls) or "nothing"
    if finding["target_log"]:
        sides["The end of the target's log"] = "\n".join(finding["target_log"])
    return element("div", *(_text(name, text) for name, text in sides.items()), class_="sides")


def _text(name: str, text: str, **attributes: str) -> ET.Element:
    return element("div", element("h4", name), _pre(name, text, **attributes))


def _pre(name: str, text: str, **attributes: str) -> ET.Element:
    return element("pre", text, tabindex="0", role="region", aria_label=name, **attributes)


def _script(finding: Document) -> list[Content]:
    if not finding["scripts"]:
        return [
            _text("Steps", "\n".join(finding["steps"])),
            element("p", f"No script: {finding['replay']}.", class_="dim"),
        ]
    return [_one_script(kind, text, finding) for kind, text in finding["scripts"].items()]


def _one_script(kind: str, text: str, finding: Document) -> ET.Element:
    name = f"{_name(finding)}-{kind}"
    head = element("summary", f"Script for {kind}: it was run, and it failed")
    button = element("button", "Copy", type="button", hidden="hidden", data_copies=name)
    return element("details", head, button, _pre(f"Script for {kind}", text, id=name))
