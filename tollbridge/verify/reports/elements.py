"""Elements of a page: whatever text is put into one is text there, and never markup."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from tollbridge.verify.reports.spans import shown

Content = ET.Element | str


def element(tag: str, *content: Content, **attributes: str) -> ET.Element:
    """Return an element.

    Args:
        tag: its name.
        content: elements, and texts of whatever origin.
        attributes: by name; a `_` in a name is a `-`, and one at its end is left out.
    """
    made = ET.Element(tag, {name.rstrip("_").replace("_", "-"): shown(value) for name, value in attributes.items()})
    for one in content:
        _append(made, one)
    return made


def _append(parent: ET.Element, content: Content) -> None:
    if isinstance(content, ET.Element):
        parent.append(content)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + shown(content)
    else:
        parent.text = (parent.text or "") + shown(content)


def listed(names: Mapping[str, Content]) -> ET.Element:
    """Return a list of names with what belongs to each; what is empty is left out."""
    pairs = [(element("dt", name), element("dd", content)) for name, content in names.items() if content != ""]
    return element("dl", *(one for pair in pairs for one in pair))


def table(head: dict[str, str], rows: list[list[Content]], caption: str) -> ET.Element:
    """Return a table whose rows begin with their names.

    Args:
        head: names of the columns, each with its class.
        rows: a cell for each column.
        caption: what the table shows, for those who do not see it.
    """
    columns = element("tr", *(element("th", name, scope="col", class_=kind) for name, kind in head.items()))
    body = [
        element(
            "tr", *(_cell(number, one, kind) for number, (one, kind) in enumerate(zip(row, head.values(), strict=True)))
        )
        for row in rows
    ]
    made = element("table", element("thead", columns), element("tbody", *body), aria_label=caption)
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def _cell(number: int, content: Content, kind: str) -> ET.Element:
    return element("th", content, scope="row") if number == 0 else element("td", content, class_=kind)


def written(root: ET.Element) -> str:
    """Return a page as HTML."""
    return "<!doctype html>\n" + ET.tostring(root, encoding="unicode", method="html") + "\n"
