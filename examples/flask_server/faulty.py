"""The example server with one fault: it ties the card to the subscription before it charges it.

So a card that is declined becomes the subscription's all the same. The harness finds it; README shows how.
"""

from pathlib import Path

SERVER = Path(__file__).with_name("server.py")
CHANGES = {
    "    intent = the_intent(params, charges)\n    if method:": "    if method:",
    "    return intent\n": "    return the_intent(params, charges)\n",
}

source = SERVER.read_text()
for right, wrong in CHANGES.items():
    assert source.count(right) == 1, right
    source = source.replace(right, wrong)
exec(compile(source, SERVER, "exec"))  # noqa: S102 - our own file
