"""Wrong only at the second time, or for the second organization."""

from collections.abc import Callable

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import Answer, always, at, change_answer
from mutants.patches.creates import change_create, change_every_create, without_card
from mutants.patches.stripe import Creation, LookUp, Params, Update, replace_create, replace_look_up, replace_update
from tollbridge.gateway import Intent
from tollbridge.problems import CardRefused

area = Area("sequences", __file__)


@area.mutant()
def only_the_first_card() -> None:
    """A subscription that has a card keeps it."""
    tied: set[str] = set()

    async def updated(update: Update) -> None:
        if update.subscription not in tied:
            await update.send()
        tied.add(update.subscription)

    replace_update(updated)


@area.mutant()
def not_on_the_second_change() -> None:
    """The second change of a subscription's card is lost."""
    changes: dict[str, list[str]] = {}

    async def updated(update: Update) -> None:
        seen = changes.setdefault(update.subscription, [])
        if not seen or seen[-1] != update.method:
            seen.append(update.method)
        if len(seen) != 3:
            await update.send()

    replace_update(updated)


@area.mutant()
def never_back() -> None:
    """A card that was the subscription's once does not become it again."""
    had: dict[str, set[str]] = {}
    now: dict[str, str] = {}

    async def updated(update: Update) -> None:
        known = had.setdefault(update.subscription, set())
        if update.method not in known or now.get(update.subscription) == update.method:
            await update.send()
            now[update.subscription] = update.method
        known.add(update.method)

    replace_update(updated)


@area.mutant()
def first_customer_of_a_currency_pays() -> None:
    """The customer of the first request in a currency pays for all later ones without a card."""
    known: dict[str, str] = {}

    def change(params: Params) -> None:
        first = known.setdefault(params["currency"], params["customer"])
        if without_card(params):
            params["customer"] = first

    change_every_create(change)


def remember_look_up(whether: Callable[[str, bool], bool]) -> None:
    """Let it be remembered whether a card is attached, where a function of the customer and the answer says so."""
    known: dict[tuple[str, str], bool] = {}

    async def found(look_up: LookUp) -> bool:
        asked = look_up.customer, look_up.method
        if asked in known:
            return known[asked]
        answer = await look_up.ask()
        if whether(look_up.customer, answer):
            known[asked] = answer
        return answer

    replace_look_up(found)


area.table(
    remember_look_up,
    (
        "ownership_remembered",
        "A card that was found attached is taken for attached ever after.",
        lambda _customer, attached: attached,
    ),
)

area.table(
    remember_look_up,
    (
        "detached_remembered",
        "A card that was found not attached is taken for not attached ever after.",
        lambda _customer, attached: not attached,
    ),
    (
        "attached_remembered_for_seven",
        "A card that was found attached is taken for attached ever after, but for the first organization's.",
        lambda customer, attached: attached and customer != "cus_QuayOne0000001",
    ),
    author=INDEPENDENT,
)


@area.mutant()
def equal_requests_are_one() -> None:
    """A request that equals the one before it gets its answer."""

    def change(a: Answer) -> None:
        last = a.memory.get("last")
        if last and a.request.body == a.memory["body"]:
            a.body = last
        else:
            a.memory |= {"body": a.request.body, "last": a.body}

    change_answer(at(200), change)


@area.mutant()
def clients_key_counts() -> None:
    """A client's Idempotency-Key repeats the first answer."""

    def change(a: Answer) -> None:
        if key := a.request.headers.get("idempotency-key"):
            a.body = a.memory.setdefault(key, a.body)

    change_answer(at(200), change)


@area.mutant()
def blocked_after_a_decline() -> None:
    """After a decline the next charge is declined too, although Stripe makes it."""

    def change(a: Answer) -> None:
        declined = a.memory.pop("declined", None)
        if a.status == 402:
            a.memory["declined"] = a.body
        elif declined and a.status == 200 and a.request.document.get("error_on_requires_action"):
            a.status, a.body = 402, declined
            a.headers["content-type"] = "application/problem+json"

    change_answer(always, change)


@area.mutant()
def second_decline_is_success() -> None:
    """An equal request after a decline is answered with an older secret."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.memory["good"] = a.body
        elif a.request.body == a.memory.get("refused") and "good" in a.memory:
            a.status, a.body = 200, a.memory["good"]
            a.headers["content-type"] = "application/json"
        else:
            a.memory["refused"] = a.request.body

    change_answer(at(200, 402), change)


@area.mutant()
def description_of_the_last() -> None:
    """A request without description gets that of the request before it."""
    last: Params = {}

    def change(params: Params) -> None:
        if "description" in params:
            last["description"] = params["description"]
        elif last:
            params["description"] = last.pop("description")

    change_every_create(change)


@area.mutant()
def every_twentieth() -> None:
    """Every twentieth intent is one minor unit more."""
    count = iter(range(1, 10**9))
    change_create(lambda _params: next(count) % 20 == 0, lambda params: params.update(amount=params["amount"] + 1))


@area.mutant(INDEPENDENT)
def charge_after_a_decline_is_doubled() -> None:
    """The first charge of another customer after a decline is made twice."""
    declined: list[str] = []

    async def created(creation: Creation) -> Intent:
        customer = creation.params["customer"]
        try:
            if creation.charges and declined and declined[0] != customer:
                declined.clear()
                await creation.send()
            return await creation.send()
        except CardRefused:
            declined[:] = [customer]
            raise

    replace_create(created)
