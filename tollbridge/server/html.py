"""The frame of the pages that the server writes, and text as HTML: what is not ours is always escaped."""

from html import escape

from tollbridge.server.areas import SURFACE

ASSETS_URL = f"{SURFACE}/docs/assets"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/page.css"></head>
<body{kind}><main>{body}</main></body></html>
"""


def document(title: str, body: str, *, wide: bool = False) -> str:
    """Return a page.

    Args:
        title: as text.
        body: as HTML.
        wide: whether it has tables, which take more than a column of text.
    """
    return PAGE.format(title=escape(title), assets=ASSETS_URL, body=body, kind=' class="wide"' if wide else "")


def prose(text: str) -> str:
    """Return HTML of a sentence whose code is between backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def code_of(text: str) -> str:
    """Return HTML of lines of code."""
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'
