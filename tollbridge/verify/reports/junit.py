"""A run as JUnit XML: each check is a test case, and so is each thing that had to be exercised and was not."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tollbridge import quoting
from tollbridge.verify.reports.finding_lines import finding_text, title
from tollbridge.verify.reports.report import CLEAN, Document
from tollbridge.verify.reports.text import verdict

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
PROPERTIES = ("target", "contract", "world", "seed", "calls", "tollbridge")


def junit(run: Document) -> str:
    """Return a run as JUnit XML, in the form that Ant writes and CI servers read."""
    root = ET.Element("testsuites")
    _suite(root, run, "checks", _checks(run))
    _suite(root, run, "exercised", _exercised(run))
    ET.indent(root)
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, run: Document, name: str, cases: Iterator[ET.Element]) -> None:
    suite = _element("testsuite", package="tollbridge", name=f"tollbridge.{name}", id=str(len(root)))
    root.append(suite)
    properties = ET.SubElement(suite, "properties")
    for key, value in (*((key, run[key]) for key in PROPERTIES), ("verdict", verdict(run)[0])):
        properties.append(_element("property", name=key, value=str(value)))
    suite.extend(cases)
    suite.append(_element("system-out"))
    suite.append(_element("system-err"))
    counted = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    counts = {key: len(suite.findall(path)) for key, path in counted.items()}
    counts["skipped"] = len(suite.findall("testcase/skipped"))
    for key, count in counts.items():
        suite.set(key, str(count))
    suite.set("time", f"{run['seconds'] if name == 'checks' else 0:.3f}")
    suite.set("timestamp", run["ended"].removesuffix("Z"))  # the schema that most readers have takes no zone
    suite.set("hostname", "localhost")


def _checks(run: Document) -> Iterator[ET.Element]:
    for check in run["checks"]:
        case = _case("checks", check["name"])
        found = [finding for finding in run["findings"] if finding["check"] == check["name"]]
        if found:
            case.append(_failure(found, run))
        elif check["not_applicable"]:
            case.append(_element("skipped", message=check["not_applicable"]))
        elif not check["held"]:
            case.append(_element("skipped", message="not exercised"))
        yield case


def _failure(found: list[Document], run: Document) -> ET.Element:
    message = title(found[0]) + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
    whole = "\n\n".join(
        f"{run['contract_file']}:{one['line']}: {title(one)}\n{finding_text(one, run)}" for one in found
    )
    return _element("failure", whole, type=found[0]["severity"], message=message)


def _exercised(run: Document) -> Iterator[ET.Element]:
    yield _not_reached("the whole run", run["unfinished"], failed=run["exit_code"] != CLEAN)
    for what in run["not_exercised"]:
        yield _not_reached(what.partition(":")[0], what, failed=run["exit_code"] != CLEAN)


def _not_reached(name: str, why: str | None, *, failed: bool) -> ET.Element:
    """Return a test case for what had to be exercised; None as the reason where it was."""
    case = _case("exercised", name)
    if why is not None:
        case.append(_element("error", why, type="not-exercised", message=why) if failed else _element("skipped"))
    return case


def _case(suite: str, name: str) -> ET.Element:
    return _element("testcase", classname=f"tollbridge.{suite}", name=name, time="0")


def _element(tag: str, text: str = "", **attributes: str) -> ET.Element:
    """Return an element with foreign text: what XML cannot hold is escaped as on a terminal."""
    made = ET.Element(tag, {name: quoting.terminal(value) for name, value in attributes.items()})
    made.text = quoting.terminal_lines(text) or None
    return made
