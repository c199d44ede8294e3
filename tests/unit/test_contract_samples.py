"""Values made for schemas fit them, by our own check."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.contract import SchemaCheck, sample_of
from tollbridge.contract.dialect import OPENAPI_30, OPENAPI_31
from tollbridge.contract.samples.texts import FORMATS, matching

SCHEMAS: dict[str, Any] = {
    "nothing said": {},
    "a number between": {"type": "integer", "minimum": 7, "maximum": 9, "multipleOf": 4},
    "a number above": {"type": "number", "minimum": 1, "exclusiveMinimum": True},
    "a list": {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "integer", "minimum": 5}},
    "a long text": {"type": "string", "minLength": 30, "maxLength": 31},
    "a pattern": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4,6}$", "minLength": 9},
    "a pattern of repetitions within each other": {"type": "string", "pattern": "^((a*)*)*$", "minLength": 2000},
    "an enum": {"type": "string", "enum": ["b", "a"], "nullable": True},
    "a free object": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}},
    "parts": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]}}},
        ]
    },
    "only the second branch": {
        "oneOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "maxLength": 0}],
        "not": {"enum": ["a"]},
    },
    "an optional member that no value fits": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string", "enum": ["x"], "maxLength": 0}},
    },
    "an example": {"type": "object", "example": {"a": 1}},
    **{name: {"type": "string", "format": name} for name in FORMATS},
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_value_fits_its_schema_and_is_the_same_again(schema: Any) -> None:
    """Of every kind of schema; the same seed gives the same value."""
    check = SchemaCheck(schema)
    sample, again = sample_of(check, "seed"), sample_of(check, "seed")
    assert sample is not None
    assert check.is_valid(sample.value)
    assert sample == again


DOUBLING: dict[str, Any] = {"type": "string"}
for _ in range(13):
    DOUBLING = {"allOf": [DOUBLING, DOUBLING]}


def str_of(schema: object) -> str:
    """Return the beginning of a schema, as the name of a test."""
    return str(schema)[:50]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 2, "maxLength": 1},
        {"not": {}},
        {"type": "array", "minItems": 10_000_000, "items": {}},
        {"type": "string", "minLength": 10_000_000},
        {"type": "string", "pattern": "^(?:a(?!b)|aa)+$", "enum": ["b"]},
        {"type": "string", "pattern": "^(((ab*)*)*)*$", "minLength": 2000},
        {"type": "number", "minimum": 10**350, "multipleOf": 0.5},
        {"allOf": [{"enum": [*range(2_000)]}] * 2},
        {"type": "object", "required": [f"n{number}" for number in range(200_001)]},
        {"type": "array", "minItems": 50, "items": DOUBLING},
    ],
    ids=str_of,
)
def test_where_no_value_is_found_there_is_none(schema: Any) -> None:
    """It ends, whatever a schema asks for."""
    assert sample_of(SchemaCheck(schema), "seed") is None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 10.0, "maxLength": 10.0},
        {"type": "string", "pattern": "^a*$", "minLength": 2.0},
        {"type": "array", "minItems": 2.0},
        {"type": "object", "minProperties": 2.0},
    ],
)
def test_a_count_may_be_written_with_a_fraction_of_zero(schema: Any) -> None:
    """OpenAPI 3.1 takes `2.0` for an integer."""
    check = SchemaCheck(schema, OPENAPI_31)
    sample = sample_of(check, "seed")
    assert sample is not None
    assert check.is_valid(sample.value)


def test_members_that_are_only_written_are_not_in_an_answer() -> None:
    """Nor are those that are only read in a request."""
    members = {"w": {"type": "string", "writeOnly": True}, "r": {"type": "string", "readOnly": True}}
    check = SchemaCheck({"type": "object", "properties": members})
    answer, request = sample_of(check, "s"), sample_of(check, "s", answered=False)
    assert answer is not None
    assert request is not None
    assert isinstance(answer.value, dict)
    assert isinstance(request.value, dict)
    assert ([*answer.value], [*request.value]) == (["r"], ["w"])


LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer", "minimum": 3},
        {"type": "boolean"},
        {"type": "string", "format": "date"},
        {"enum": [1, "a", None]},
        {},
    ]
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["a", "b", "c"])
    objects = st.builds(
        lambda members, required: (
            {"type": "object", "properties": members}
            | ({"required": sorted(both)} if (both := required & {*members}) else {})
        ),
        st.dictionaries(names, inner, max_size=3),
        st.sets(names),
    )
    lists = st.builds(
        lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)
    )
    return objects | lists | st.builds(lambda one: {"anyOf": one}, st.lists(inner, min_size=1, max_size=3))


@given(st.recursive(LEAVES, _nested, max_leaves=8), st.sampled_from([OPENAPI_30, OPENAPI_31]))
def test_every_schema_that_has_values_gets_one(schema: Any, dialect: Any) -> None:
    """Objects, lists and branches within each other, in both dialects."""
    check = SchemaCheck(schema, dialect)
    sample = sample_of(check, "seed")
    assert sample is not None
    assert check.is_valid(sample.value)


PATTERNS = [
    r"^\d{3}-[a-z]+$",
    r"^(?:a|b){2}c?$",
    r"^[^a]+$",
    r"^\S+@\S+\.\w{2,}$",
    r"^(?!x).*$",
    r"^[A-Za-z0-9]{10,100}$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("least", [0, 5])
def test_a_text_matches_its_pattern(pattern: str, least: int) -> None:
    """As long as it has to be, where the pattern lets it."""
    text = matching(pattern, least)
    if least > 3 and "{2}" in pattern:  # at most three characters
        assert text is None
        return
    assert text is not None
    assert re.search(pattern, text)
    assert len(text) >= least
