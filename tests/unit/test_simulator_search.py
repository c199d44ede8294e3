"""Search: Stripe's query language, and what it finds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.stripe_calls import ANN, BOB, SUBSCRIPTION, Answered, call, create, simulator
from tollbridge.simulator import Simulator, StripeFailure
from tollbridge.simulator.model.search_query import METADATA, OPERATORS, Clause, Fields, Kind, Query, matcher, parsed
from tollbridge.simulator.resources.search import RESOURCES

UNREADABLE = (
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata '
    'or key:"value" to query for other fields.'
)
FIELDS: Fields = {"amount": (Kind.NUMERIC, "amount"), "name": (Kind.STRING, "name"), "status": (Kind.TOKEN, "status")}


def find(stripe: Simulator, resource: str, query: str, **form: Any) -> Answered:
    """Search."""
    return call(stripe, "GET", f"/v1/{resource}/search", {"query": query} | form)


def ids(stripe: Simulator, resource: str, query: str) -> list[str]:
    """The ids of what a search finds."""
    answer = find(stripe, resource, query)
    assert answer.status == 200, answer.document
    return [one["id"] for one in answer.document["data"]]


def test_intents_are_found_by_each_kind_of_field() -> None:
    """Numbers by comparison, words without regard to case, metadata by its key; negated, together and any of them."""
    stripe = simulator(alone=True)
    small = create(stripe, amount=500, **{"metadata[order]": "7"}).document["id"]
    large = create(stripe, amount=5000, confirm="true", payment_method="pm_card_visa").document["id"]
    euros = create(stripe, amount=5000, currency="eur", customer=ANN, **{"metadata[order]": "8"}).document["id"]
    for query, found in {
        "amount>500": [euros, large],
        "amount>=500": [euros, large, small],
        "amount<5000": [small],
        "amount:'500'": [small],
        'status:"SUCCEEDED"': [large],
        '-status:"succeeded"': [euros, small],
        'metadata["order"]:"7"': [small],
        "metadata['order']:null": [large],
        "-metadata['order']:null": [euros, small],
        'amount:5000 AND currency:"usd"': [large],
        'amount:5000 currency:"eur"': [euros],
        'currency:"eur" or status:"succeeded"': [euros, large],
        f'customer:"{ANN}"': [euros],
        "customer:null amount<1000": [small],
    }.items():
        assert ids(stripe, "payment_intents", query) == found, query


def test_every_resource_is_searched() -> None:
    """By a text in a part of it, by a value that is nested, and what was deleted is not found."""
    stripe = simulator(alone=True)
    call(stripe, "POST", f"/v1/customers/{ANN}", {"name": 'Ann of \\Green "Gables"', "phone": "+43 1"})
    assert ids(stripe, "customers", 'name~"green"') == [ANN]
    assert ids(stripe, "customers", r'name:"ann of \\green \"gables\""') == [ANN]
    assert ids(stripe, "customers", 'email~"example.com"') == [ANN]
    call(stripe, "DELETE", f"/v1/customers/{ANN}")
    assert ids(stripe, "customers", 'name~"green" OR created>0') == [*ids(stripe, "customers", "created>0")]
    assert ANN not in ids(stripe, "customers", "created>0")
    assert BOB in ids(stripe, "customers", "name:null")
    intent = create(stripe, confirm="true", payment_method="pm_card_mastercard").document
    charges = "payment_method_details.card.last4"
    assert ids(stripe, "charges", f'{charges}:"4444" AND refunded:"false"') == [intent["latest_charge"]]
    assert ids(stripe, "prices", 'type:"recurring" active:"true"') == ["price_TollbridgeYardMonthly01"]
    assert ids(stripe, "products", 'name~"yard"') == ["prod_TollbridgeYard"]
    call(stripe, "POST", "/v1/customers", {"email": "zoe@example.com", "payment_method": "pm_card_visa"})
    zoe = ids(stripe, "customers", 'email:"zoe@example.com"')[0]
    form = {
        "customer": zoe,
        "items[0][price]": "price_TollbridgeYardMonthly01",
        "payment_behavior": "default_incomplete",
    }
    made = call(stripe, "POST", "/v1/subscriptions", form).document
    assert ids(stripe, "subscriptions", 'status:"incomplete"') == [made["id"]]
    assert SUBSCRIPTION in ids(stripe, "subscriptions", '-status:"incomplete"')
    assert ids(stripe, "invoices", f'subscription:"{made["id"]}" AND total:2000') == [made["latest_invoice"]]


def test_results_come_in_pages() -> None:
    """Each once, the newest first, however many are made meanwhile; the count where it is asked for."""
    stripe = simulator(alone=True)
    made = [create(stripe, description=str(number)).document["id"] for number in range(7)]
    seen: list[str] = []
    page: dict[str, Any] = {}
    for _ in range(4):
        answer = find(stripe, "payment_intents", "amount:1000", limit=2, **page).document
        seen += [one["id"] for one in answer["data"]]
        assert (answer["object"], answer["url"]) == ("search_result", "/v1/payment_intents/search")
        assert answer["has_more"] == (answer["next_page"] is not None) == (len(seen) < 7)
        assert "total_count" not in answer
        page = {"page": answer["next_page"]}
        create(stripe, amount=1000)
    assert seen == made[::-1]
    assert find(stripe, "payment_intents", "amount:1000", **{"expand[]": "total_count"}).document["total_count"] == 11
    expanded = find(stripe, "payment_intents", "amount:1000", **{"expand[]": "data.customer"})
    assert expanded.status == 200
    for page_name in ("nope", "é", "cGlfeA"):
        refused = find(stripe, "payment_intents", "amount:1000", page=page_name)
        assert (refused.status, refused.error["param"]) == (400, "page")


@pytest.mark.parametrize(
    "query",
    ["asdf", " ", 'name "x"', 'name:"x', "name:x", "(amount:1)", 'amount:1 AND currency:"usd" OR amount:2',
     "amount:1 AND", "metadata[k]:1", 'amount:1currency:"usd"', " ".join(["amount:1"] * 11)],
)  # fmt: skip
def test_what_is_no_query_is_refused_in_stripes_words(query: str) -> None:
    """A 400 without code and parameter."""
    refused = find(simulator(), "payment_intents", query)
    assert (refused.status, refused.error["message"]) == (400, UNREADABLE)
    assert {"code", "param"}.isdisjoint(refused.error)


@pytest.mark.parametrize("resource", RESOURCES)
def test_another_field_is_refused_in_stripes_words(resource: str) -> None:
    """With the resource and the page that lists its fields; and a search without a query."""
    refused = find(simulator(), resource, 'foo:"bar"')
    assert refused.error["message"] == (
        f"Field `foo` is an unsupported search field for resource `{resource}`. See "
        f"http://stripe.com/docs/search#query-fields-for-{resource.replace('_', '-')} for a list of supported fields."
    )
    assert call(simulator(), "GET", f"/v1/{resource}/search").error["message"] == "Missing required param: query."


@pytest.mark.parametrize(
    "query", ["status~'succ'", "amount~'500'", "status>5", "amount>null", "amount:'x'", "metadata['a']~'abc'"]
)
def test_a_field_is_asked_what_its_kind_can_be(query: str) -> None:
    """Anything else is a 400."""
    assert find(simulator(), "payment_intents", query).status == 400


def test_a_part_of_a_text_has_three_characters() -> None:
    """As Stripe documents it."""
    assert find(simulator(), "customers", 'name~"an"').status == 400
    assert ids(simulator(), "customers", 'name~"ann"') == [ANN]


KEYS = st.text(st.characters(codec="utf-8"), max_size=8)
CLAUSES = st.one_of(
    *(
        st.builds(Clause, st.just(name), st.none(), st.sampled_from(OPERATORS[kind]), values, st.booleans())
        for name, (kind, _) in FIELDS.items()
        for values in [
            st.integers(-50, 50).map(str) if kind is Kind.NUMERIC else st.text(st.characters(codec="utf-8"), min_size=3)
        ]
    ),
    st.builds(Clause, st.just(METADATA), KEYS, st.just(":"), st.none() | KEYS, st.booleans()),
)
QUERIES = st.lists(CLAUSES, min_size=1, max_size=10).flatmap(
    lambda clauses: st.booleans().map(lambda any_: Query(tuple(clauses), any_ and len(clauses) > 1))
)


def quoted(text: str, quote: str) -> str:
    """Write a text in quotes."""
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def written(query: Query, quote: str, word: str) -> str:
    """Write a query as people do."""

    def clause(one: Clause) -> str:
        field = f"metadata[{quoted(one.key, quote)}]" if one.key is not None else one.field
        value = "null" if one.value is None else quoted(one.value, quote)
        return f"{'-' if one.negated else ''}{field}{one.operator}{value}"

    return f" {'OR' if query.any else word} ".join(map(clause, query.clauses))


@given(QUERIES, st.sampled_from("'\""), st.sampled_from(["AND", "and", ""]))
def test_what_is_written_is_read(query: Query, quote: str, word: str) -> None:
    """Whatever is in the values and keys, in either kind of quotes, however the clauses are joined."""
    assert parsed(written(query, quote, word)) == query


OBJECTS = st.fixed_dictionaries(
    {"amount": st.integers(-50, 50), "name": st.none() | KEYS, "status": KEYS, "metadata": st.dictionaries(KEYS, KEYS)}
)


@given(QUERIES, OBJECTS)
def test_a_negated_clause_is_true_where_the_clause_is_not(query: Query, shape: dict[str, Any]) -> None:
    """And all clauses are true where it is not so that any negated one is."""
    flipped = Query(
        tuple(Clause(one.field, one.key, one.operator, one.value, not one.negated) for one in query.clauses),
        not query.any,
    )
    assert matcher(query, FIELDS, "things")(shape) != matcher(flipped, FIELDS, "things")(shape)


@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.text("-amountsu'\"\\:~<>= AND0123[]", max_size=60))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    """Nothing else comes of it."""
    shape = {"amount": 1, "name": "x", "status": "y", "metadata": {}}
    try:
        found: bool | StripeFailure = matcher(parsed(text), FIELDS, "things")(shape)
    except StripeFailure as refused:
        found = refused
    assert isinstance(found, bool) or found.status == 400
