"""One call to Stripe, with what is worked out of it once and asked for in several places."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tollbridge.simulator.protocol.access import api_key_of
from tollbridge.simulator.protocol.faults import Fault
from tollbridge.simulator.protocol.forms import Form, decoded, text_of
from tollbridge.simulator.protocol.messages import Request
from tollbridge.simulator.protocol.routing import Route


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Args:
        request: as it came.
        id: of the answer, such as `req_…`.
        now: seconds since the epoch, by the simulator's clock.
        machine: the same by the machine's.
        api_key: empty where there is none.
        route: None where the simulator has none for it.
        named: what its path names.
        fault: what is to be done to it; None for nothing.
        text: its parameters as they came; empty until they are read.
        form: its parameters; empty until they are read.
    """

    request: Request
    id: str
    now: int
    machine: int
    api_key: str
    route: Route | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    text: str = ""
    form: Form = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The template of its route; empty where it has none."""
        return self.route.template if self.route else ""

    @property
    def arrives(self) -> bool:
        """Whether its operation is reached: not where a fault comes before its effect."""
        return self.fault is None or self.fault.when == "after" or self.fault.kind == "slow"

    def read(self) -> "Call":
        """Return it with its parameters.

        Raises:
            StripeFailure: 400 or 413, for parameters that cannot be read.
        """
        text = text_of(self.request.method, self.request.query, self.request.body, self.request.headers)
        return Call(
            self.request,
            self.id,
            self.now,
            self.machine,
            self.api_key,
            self.route,
            self.named,
            self.fault,
            text,
            decoded(text),
        )

    def later(self, now: int, machine: int) -> "Call":
        """Return it at another time: a slow answer is made when its time has come."""
        return replace(self, now=now, machine=machine)


def arrived(request: Request, request_id: str, now: int, machine: int) -> Call:
    """Return a call before its route is known."""
    return Call(request, request_id, now, machine, api_key_of(request.headers))
