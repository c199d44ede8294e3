"""Load on a contract's operations, by the contract's own examples.

locust -f examples/locust/locustfile.py --host http://localhost:8080 --headless --users 20 --run-time 30s
locust -f examples/locust/locustfile.py --master        and on other machines: --worker --master-host ADDRESS

TOLLBRIDGE_CONTRACT names the contract (openapi.yaml beside the README), TARGET_TOKEN a token that each call carries. An
answer that the contract does not document, or a 5xx, is a failure; so is a success without a client secret.
"""

import os
from itertools import cycle
from pathlib import Path

from examples_of import shown_in
from locust import FastHttpUser, constant, task

CONTRACT = Path(os.environ.get("TOLLBRIDGE_CONTRACT") or Path(__file__).parents[2] / "openapi.yaml")
TOKEN = os.environ.get("TARGET_TOKEN")
SHOWN = cycle(shown_in(CONTRACT))
"""All users of a process take turns, so that each example is sent as often as any other."""


class Caller(FastHttpUser):
    """Somebody who sends one example after the other."""

    wait_time = constant(0)

    @task
    def call(self) -> None:
        """Send an example, and look at the answer."""
        shown = next(SHOWN)
        headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
        asked = {"name": shown.name, "json": shown.body, "headers": headers, "catch_response": True}
        with self.client.request(shown.method, shown.path, **asked) as answer:
            if answer.status_code not in shown.documented:
                answer.failure(f"{answer.status_code} is not documented")
            elif answer.status_code == 200 and '"client_secret"' not in answer.text:
                answer.failure("a success without a client secret")
            else:
                answer.success()  # a documented refusal, too, which Locust would count as a failure
