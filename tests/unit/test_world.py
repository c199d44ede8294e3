"""The world file: what is read, and what is refused with a sentence."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from tollbridge.compose import Options
from tollbridge.world import WorldError, load_world, world_schema

SMALL = """
default_account: 1
organizations: [{id: 5}]
accounts: [{id: 1, role: ORG_ADMIN, organization: 5}]
"""


def world_file(folder: Path, text: str) -> Path:
    path = folder / "world.yaml"
    path.write_text(text)
    return path


def test_the_default_world_is_as_documented() -> None:
    """Two organizations in one group, three outside it, an account of each role, ids by test card."""
    world = load_world(Options().world)
    assert {group: sorted(members) for group, members in world.groups.items()} == {1: [1, 7]}
    assert sorted(world.organizations) == [1, 7, 9, 11, 12]
    assert (world.organizations[11].customer, world.organizations[12].subscription) == (None, None)
    assert {account.role for account in world.accounts.values()} == {
        "ADMIN", "ORG_GROUP_ADMIN", "ORG_ADMIN", "DRIVER", "GUARD", "CARRIER_ADMIN",
    }  # fmt: skip
    assert (world.default_account.role, world.default_account.organization) == ("ORG_ADMIN", 1)
    for organization in world.organizations.values():
        for method in organization.payment_methods.values():
            digits = str(int(method.card[-4:]))
            if method.id != 42:
                expected = digits if organization.id == 1 else f"{organization.id}{method.card[-4:]}"
                assert str(method.id) == expected
    assert [m.id for m in world.organizations[1].payment_methods.values() if not m.attached] == [8210]


def test_ids_at_stripe_have_stripes_lengths() -> None:
    """14 characters after the prefix of a customer or subscription, 24 after that of a method."""
    for organization in load_world(Options().world).organizations.values():
        assert {len(one) for one in (organization.customer, organization.subscription) if one} <= {len("cus_") + 14}
        assert {len(m.stripe) for m in organization.payment_methods.values()} <= {len("pm_") + 24}


def test_what_is_left_out_has_a_plain_meaning(tmp_path: Path) -> None:
    """No customer, no subscription, no methods, no groups: all may be missing."""
    world = load_world(world_file(tmp_path, SMALL))
    organization = world.organizations[5]
    assert (organization.customer, organization.subscription, organization.default_source) == (None, None, None)
    assert world.settlement_currency == "usd"
    assert world.seed() == {
        "settlement_currency": "usd",
        "customers": [],
        "payment_methods": [],
        "subscriptions": [],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "is not YAML"),
        ("\x00", "is not YAML"),
        ("- a", "the file"),
        ("default_account: 1", "organizations"),
        (SMALL + "colour: red", "colour"),
        (SMALL + "default_account: 1", "default_account is given twice"),
        (SMALL.replace("ORG_ADMIN", "ORG_ADMIN, claims: {sub: '2'}"), "accounts/0/claims"),
        (SMALL + "tokens: {lifetime: 0}", "tokens/lifetime"),
        (SMALL.replace("ORG_ADMIN", "KING"), "accounts/0/role"),
        (SMALL.replace("id: 5}", "id: '5'}"), "organizations/0/id"),
        (SMALL.replace("organization: 5", "organization: 6"), "account 1 names organization 6"),
        (SMALL.replace("default_account: 1", "default_account: 2"), "default_account names account 2"),
        (SMALL + "groups: [{id: 1, organizations: [8]}]", "group 1 names organization 8"),
        (SMALL.replace("{id: 5}", "{id: 5}, {id: 5}"), "organization id 5 is given twice"),
        (SMALL.replace("{id: 5}", "{id: 5, subscription: {id: sub_1}}"), "organization 5 has a subscription and no"),
        (SMALL.replace("{id: 5}", "{id: 5, customer: {id: cus_1}, default_source: 3}"), "payment method 3"),
        (
            SMALL.replace(
                "{id: 5}",
                "{id: 5, customer: {id: cus_1}, default_source: 3, "
                "payment_methods: [{id: 3, stripe: pm_1, attached: false}]}",
            ),
            "default_source 3, which is not attached",
        ),
    ],
)
def test_a_broken_world_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """The sentence names the file and what is wrong in it."""
    path = world_file(tmp_path, text)
    with pytest.raises(WorldError) as caught:
        load_world(path)
    assert str(caught.value).startswith(f"{path}:")
    assert told in str(caught.value)


def test_every_fault_of_a_world_is_told_with_its_line(tmp_path: Path) -> None:
    """A line each, in the form that editors jump to."""
    text = "default_account: 1\norganizations:\n- id: 5\naccounts:\n- id: 1\n  role: KING\n- id: x\n  role: DRIVER\n"
    path = world_file(tmp_path, text)
    with pytest.raises(WorldError) as caught:
        load_world(path)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        [f"{path}:6", "accounts/0/role"],
        [f"{path}:7", "accounts/1/id"],
    ]


def test_a_complaint_is_one_line_and_repeats_no_token(tmp_path: Path) -> None:
    """What a world has in a wrong place is shown in part, without control characters; a token is not."""
    role, name = "KING\x1b[2J\u202e\nnext" + "g" * 1_000, "no\nname\x9b"
    document = yaml.safe_load(SMALL)
    document["accounts"][0] |= {"role": role, name: 1, "token": "secret token", "claims": {"iss": "secret claim"}}
    path = world_file(tmp_path, yaml.safe_dump(document))
    with pytest.raises(WorldError) as caught:
        load_world(path)
    lines = str(caught.value).split("\n")
    assert [
        line for line in lines if not line.startswith(f"{path}:") or not line.isprintable() or len(line) > 600
    ] == []
    for said in ("accounts/0/role", "KING\\u001b[2J\\u202e", "no\\nname", "accounts/0/token", "accounts/0/claims"):
        assert any(said in line for line in lines), said
    assert "secret" not in str(caught.value)


def test_the_published_schema_is_the_one_that_judges() -> None:
    """It is a Draft 7 schema, and takes the bundled world."""
    schema = json.loads(world_schema())
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    document = yaml.safe_load(Options().world.read_bytes())
    assert jsonschema_rs.Draft7Validator(schema).is_valid(document)
    assert not jsonschema_rs.Draft7Validator(schema).is_valid(document | {"accounts": []})


def test_a_missing_world_is_refused(tmp_path: Path) -> None:
    """A path that cannot be read is a sentence too."""
    with pytest.raises(WorldError, match="cannot be read"):
        load_world(tmp_path / "none.yaml")
