"""The first calls: whether the target is there, whether its world is ours, and which of our choices it shares."""

from collections.abc import Iterator
from dataclasses import replace

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.steps import Call, Case
from tollbridge.verify.target.runner import Runner

DEMANDS = (
    "The target answers 401 to a call without a token, and the world has no token of account {account} ({name}). "
    "Give it one: `token: $TARGET_TOKEN_…` at the account in the world file, with the token in that variable of the "
    "environment."
)

NOT_ASKED = (
    "Your target has not asked the Stripe at {stripe} once: {sent}, right by the contract, is answered with {status}. "
    "Give it that address as its Stripe (STRIPE_API_BASE, base_addresses, or whatever it calls it); --start CMD does "
    "that. Without --stripe-listen the client's side alone is judged."
)

TOKENS_UNKNOWN = (
    "The target knows none of the world's tokens: each right call with one of them is answered with 401. Give those "
    "that it takes in the world file (`token: $TARGET_TOKEN_…` at an account)."
)

NOT_THERE = ("refuses connections", "cannot be reached", "no TLS")
"""Ways in which an exchange ends where no target is there to be judged."""


def opening(runner: Runner, context: CaseContext, *, own: bool) -> CaseContext:
    """Look at the target, and return the context with what the target is held to.

    Raises:
        VerifyError: no target is there, an unknown token is needed, or the world is another one.
    """
    if context.subject.ordinary:
        return _ordinary(runner, context)
    anonymous = asked(runner, context, context.call())
    _require_somebody(runner, anonymous)
    held = context.held
    if anonymous.status == 401 and not own:
        held = replace(held, anonymous=False)
        default = context.default()
        if default.id not in context.tokens.good:
            raise VerifyError(DEMANDS.format(account=default.id, name=default.name))
    context = replace(context, held=held)
    served = [asked(runner, context, call) for call in _right_calls(context)]
    if not own:
        _require_tokens(served)
        _require_a_world(context, served)
        _require_our_stripe(runner, context, served)
    if not held.chosen("organization.header"):
        context = replace(context, held=replace(held, names_organization=_reads_the_header(runner, context)))
    return context


def _ordinary(runner: Runner, context: CaseContext) -> CaseContext:
    """Look whether somebody is there: of an ordinary operation nothing else is to be learned before it is judged."""
    _require_somebody(runner, asked(runner, context, right_call(context)))
    return context


def _require_somebody(runner: Runner, x: Evidence) -> None:
    """Refuse to judge where no target is.

    Raises:
        VerifyError: no target answers.
    """
    if x.broken and any(why in x.broken for why in NOT_THERE):
        raise VerifyError(f"No target answers at {runner.url}: {x.broken}. Start the target, or mend the URL.")


def asked(runner: Runner, context: CaseContext, call: Call) -> Evidence:
    """Return what a first look at the target shows, when nothing can be brought back yet."""
    return runner.play(context, Case("opening", (call,)))[0].evidence


def first_cases(context: CaseContext) -> Iterator[Case]:
    """Yield the calls that every target of the world has to serve, or at least one of them."""
    for call in (right_call(context),) if context.subject.ordinary else _right_calls(context):
        yield Case("opening", (call,))


def _right_calls(context: CaseContext) -> Iterator[Call]:
    for account, _organization in context.payers():
        for currency in ("usd", "eur"):
            yield context.call(account, currency=currency)
    yield context.call()


def _require_tokens(served: list[Evidence]) -> None:
    """Refuse a target that serves no call with a token.

    Raises:
        VerifyError: it does not.
    """
    shown = {x.status for x in served if x.sent.account is not None}
    if shown == {401}:
        raise VerifyError(TOKENS_UNKNOWN)


def _require_our_stripe(runner: Runner, context: CaseContext, served: list[Evidence]) -> None:
    """Refuse a target that succeeds, or fails, without a word to our Stripe, with a card and with a charge too.

    Raises:
        VerifyError: it does.
    """
    cards = context.methods(context.home(), good=True)[:1]
    more = [context.call(confirm=True), *(context.call(payment_method=card.id) for card in cards)]
    statuses = [x.status for x in served if x.answer]
    if runner.stripe is None or not any(status < 300 or status >= 500 for status in statuses):
        return
    if not any(x.calls for x in served) and not any(asked(runner, context, call).calls for call in more):
        x = served[0]
        at = f"{runner.stripe.host}:{runner.stripe.port}"
        raise VerifyError(NOT_ASKED.format(stripe=at, sent=f"{x.sent.method} {x.sent.target}", status=statuses[0]))


def _require_a_world(context: CaseContext, served: list[Evidence]) -> None:
    """Refuse a target that lives in another world.

    It does where it asks Stripe for objects that the world file does not have, for any organization; or where it
    refuses every right call for who asks, or what there is.

    Raises:
        VerifyError: it does.
    """
    told = [call for x in served for call in x.calls or () if call["status"] in (400, 404)]
    strange = next(
        (name for call in told for name in _ids(call["parameters"], call["path"]) if not _known(context, name)), None
    )
    if strange:
        raise VerifyError(
            f"The world does not match the target: it asks Stripe for {strange}, which the world file does not have. "
            "Give the target's own with --world FILE."
        )
    if not told and {x.status for x in served} <= {401, 403, 404, 409}:
        x = served[0]
        raise VerifyError(
            f"The world does not match the target: {x.sent.method} {x.sent.target}, right by the contract, is answered "
            f"with {x.status} ({x.code or 'no error_code'}). Give the target's own organizations, accounts and tokens "
            "with --world FILE."
        )


def _ids(parameters: dict[str, object], path: str) -> Iterator[str]:
    for text in (*map(str, parameters.values()), *path.split("/")):
        if text.startswith(("cus_", "pm_", "sub_")):
            yield text


def _known(context: CaseContext, identity: str) -> bool:
    organizations = context.world.organizations.values()
    known = {o.customer for o in organizations} | {o.subscription for o in organizations}
    return identity in known | {m.stripe for o in organizations for m in o.payment_methods.values()}


def _reads_the_header(runner: Runner, context: CaseContext) -> bool:
    """Tell whether an administrator's header decides who pays: how it is called is our choice, not the page's."""
    header = context.subject.organization
    admins = [a for a in context.usable() if a.role == "ADMIN" and a.active]
    # Neither the administrator's nor the default one: a target that ignores the header may pay for these.
    usual = {account.organization for account in (*admins[:1], context.default())}
    others = [o for o in context.world.organizations.values() if o.customer and o.id not in usual]
    if header is None or not admins or not others or runner.stripe is None:
        return True
    x = asked(runner, context, context.call(admins[0]).but(headers=((header.name, str(others[0].id)),)))
    return x.ok and any(intent["customer"] == others[0].customer for intent in x.intents)
