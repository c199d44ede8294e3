"""Refusals of what the server has besides the contract: its pages, its control surface, its own Stripe."""

from tollbridge.problems.problem import Problem


class SurfaceProblem(Problem):
    """A refusal that no contract documents: it is given below `/_tollbridge`, or to a page of another site."""


class ControlOff(SurfaceProblem):
    """The server listens beyond this machine and was started without a control token, so tokens, faults, the
    record, snapshots, the clock and reset are off. Start it with `--control-token TOKEN` (or
    `TOLLBRIDGE_CONTROL_TOKEN`) and send the header `Tollbridge-Control-Token`, or let it listen on localhost."""

    status = 403
    title = "The control surface is off"
    error_code = "control-off"


class ControlTokenRequired(SurfaceProblem):
    """The server was started with a control token, and the request does not have it. Send it in the header
    `Tollbridge-Control-Token`."""

    status = 403
    title = "The control token is missing or wrong"
    error_code = "control-token-required"


class OriginNotAllowed(SurfaceProblem):
    """A page of another site sent the request. The control surface is for pages of this machine and for programs;
    the server's log says what can be allowed."""

    status = 403
    title = "Pages of this origin are not let in"
    error_code = "origin-not-allowed"


class MalformedForm(SurfaceProblem):
    """The body could not be read as a form. Send `name=value` pairs, percent-encoded in UTF-8, or parts between
    boundaries (`multipart/form-data`), each with a name; a thousand at most."""

    status = 400
    title = "The body is not a form"
    error_code = "malformed-form"


class HostNotAllowed(SurfaceProblem):
    """The `Host` header has a name that this server does not know as its own, as in DNS rebinding. If it is
    its name, start it with `--allow-host NAME`."""

    status = 421
    title = "The server does not have this name"
    error_code = "host-not-allowed"


class OperationNotServed(SurfaceProblem):
    """The contract has this operation, and it needs something that this server does not have; the other operations are
    served. The detail says what it is, and the server lists it at its start with the line of the contract."""

    status = 501
    title = "The operation is not served"
    error_code = "operation-not-served"


class TooManyFollowers(SurfaceProblem):
    """As many pages follow the console's list of exchanges as a server lets: each holds a connection. Close one."""

    status = 503
    title = "Too many pages follow the exchanges"
    error_code = "too-many-followers"


class NotReady(SurfaceProblem):
    """The server runs and cannot serve yet, or cannot serve any more: its state cannot be reached. Ask again."""

    status = 503
    title = "The server is not ready"
    error_code = "not-ready"
