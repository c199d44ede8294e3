"""Serve contracts in the style of public ones, and call them: beside Prism and `connexion run --mock all`.

For each style and server: whether it starts, how many of the operations that are asked it serves, how many right
requests it answers by a documented status, how many wrong ones it refuses, the seconds of its start, and its memory.
"""

import argparse
import http.client
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from contestants import PRISM, ROOT, Contestant, Question
from servers import BenchError, Server, start
from styles import Call, Style, styles

sys.path.insert(0, str(ROOT))

SERVED = 0.95
"""The part of operations that we have to serve."""

SLOWEST = 2.0
"""How many times Prism's start ours may take."""

SAID_SHOWN = 100
NOT_SERVED = (404, 405, 415, 501)
HEAD = f"{'':<16}{'':<12}{'starts':>7}{'served':>10}{'right':>10}{'refused':>10}{'start s':>9}{'MB':>6}"


@dataclass
class Seen:
    """The results of one server with one style.

    Args:
        style: its name.
        server: its name.
        starts: whether it gave any answer.
        served: right requests that were not answered by 404, 405, 415, 5xx.
        right: right requests that were answered by a documented status.
        asked: how many right requests there were.
        refused: wrong requests that were answered by another 4xx than 404 and 405.
        wrong: how many wrong requests there were.
        seconds: from its start to its first answer.
        megabytes: resident, after the requests.
        said: why it did not start.
    """

    style: str
    server: str
    starts: bool
    served: int = 0
    right: int = 0
    asked: int = 0
    refused: int = 0
    wrong: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    said: str = ""


Command = Callable[[Path, int], list[str]]


def tollbridge(contract: Path, port: int) -> list[str]:
    """Return our command."""
    program = str(Path(sys.executable).with_name("tollbridge"))
    return [program, "serve", "--quiet", "--contract", str(contract), "--host", "127.0.0.1", "--port", str(port)]


def prism(contract: Path, port: int) -> list[str]:
    """Return Prism's command."""
    return [str(PRISM), "mock", "-m", "false", "-v", "error", "-h", "127.0.0.1", "-p", str(port), str(contract)]


def connexion(contract: Path, port: int) -> list[str]:
    """Return Connexion's command."""
    program = str(Path(sys.executable).with_name("connexion"))
    return [program, "run", str(contract), "--mock", "all", "--strict-validation", "-H", "127.0.0.1", "-p", str(port)]


SERVERS: dict[str, Command] = {"tollbridge": tollbridge, "prism": prism, "connexion": connexion}


def main() -> int:
    """Run the benchmark; 1 where a bar is missed."""
    options = _options()
    print(HEAD)
    seen = [
        look(style, name, SERVERS[name], options.starts)
        for style in styles()
        if options.style in style.name
        for name in options.servers.split(",")
    ]
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in seen], indent=1) + "\n")
    return 0 if all(_bars(seen)) else 1


def look(style: Style, name: str, command: Command, starts: int) -> Seen:
    """Start a server on a style and ask it everything; of several starts the quickest counts."""
    first = style.right[0]
    seen = Seen(style.name, name, starts=False, asked=len(style.right), wrong=len(style.wrong))
    with TemporaryDirectory() as folder:
        path = Path(folder, "openapi.json")
        path.write_text(json.dumps(style.document))
        contestant = Contestant(name, "", lambda port, _: command(path, port), Question(first.path, "", "", None))
        seconds = []
        for number in range(starts):
            try:
                server = start(contestant, answers=_answers)
            except BenchError as error:
                seen.said = str(error)
                break
            seconds.append(server.started)
            if number == starts - 1:
                _ask_all(server, style, seen)
            server.stop()
    seen.seconds = min(seconds, default=0.0)
    print(_row(seen), flush=True)
    if seen.said:
        print(f"{'':<16}{seen.said.splitlines()[-1][:SAID_SHOWN]}", flush=True)
    return seen


def _answers(port: int) -> int | None:
    """Return 200 where anything is answered: which operation works is asked later."""
    try:
        ask(port, Call("GET", "/"))
    except (OSError, http.client.HTTPException):
        return None
    return 200


def _ask_all(server: Server, style: Style, seen: Seen) -> None:
    seen.starts = True
    answered = [(call, ask(server.port, call)) for call in style.right]
    seen.served = sum(status not in NOT_SERVED and status < 500 for _, status in answered)
    seen.right = sum(status in call.answers for call, status in answered)
    refusals = [ask(server.port, call) for call in style.wrong]
    seen.refused = sum(400 <= status < 500 and status not in (404, 405) for status in refusals)
    seen.megabytes = server.memory() / 1e6


def ask(port: int, call: Call) -> int:
    """Send one request on a connection of its own; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {**call.headers, **({"Content-Type": call.content_type} if call.body is not None else {})}
    try:
        connection.request(call.method, quote(call.path, safe="/?&=%[]"), call.body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _row(seen: Seen) -> str:
    starts = "yes" if seen.starts else "no"
    parts = (f"{seen.served}/{seen.asked}", f"{seen.right}/{seen.asked}", f"{seen.refused}/{seen.wrong}")
    counts = "".join(f"{part:>10}" for part in parts)
    return f"{seen.style:<16}{seen.server:<12}{starts:>7}{counts}{seen.seconds:>9.2f}{seen.megabytes:>6.0f}"


def _bars(seen: list[Seen]) -> list[bool]:
    """Print the bars, and return which are met."""
    ours = [one for one in seen if one.server == "tollbridge"]
    asked, served = sum(one.asked for one in ours), sum(one.served for one in ours)
    right = sum(one.right for one in ours)
    largest = {one.server: one.seconds for one in seen if one.style == seen[-1].style}
    bars = [
        ("every document starts", all(one.starts for one in ours), f"{sum(one.starts for one in ours)} of {len(ours)}"),
        (f"at least {SERVED:.0%} of operations are served", served >= SERVED * asked, f"{served} of {asked}"),
        ("every right request has its documented answer", right == asked, f"{right} of {asked}"),
    ]
    if largest.get("prism") and largest.get("tollbridge"):
        ratio = largest["tollbridge"] / largest["prism"]
        bars.append((f"the largest starts within {SLOWEST:g} times of Prism", ratio <= SLOWEST, f"{ratio:.2f} times"))
    print()
    for said, met, found in bars:
        print(f"{'met   ' if met else 'MISSED'}  {said}: {found}")
    return [met for _, met, _ in bars]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default=",".join(SERVERS), help="names, with commas between them")
    parser.add_argument("--style", default="", help="a part of a style's name; all styles without it")
    parser.add_argument("--starts", type=int, default=1, help="starts of each; the quickest counts")
    parser.add_argument("--json", type=Path, help="where the numbers go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
