"""Tokens with one wrong claim each, and one that ends during the run: a target that does not judge a claim is found."""

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.judged import SDK_WARNS, UNCLOSED, bench
from tests.unit.test_verify_checks import HELD, SUBJECT, WORLD
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.cases.identity import tokens as table
from tollbridge.verify.model.minted_tokens import WRONG_CLAIMS, has_claim, minted
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.steps import BAD, ENDED, ENDING, Call, Case
from tollbridge.verify.model.tokens import Tokens, world_tokens
from tollbridge.world import WorldError, load_world

KEY = "k" * 64
NOW = int(time.time())
CLAIMS = {"iss": "tollbridge", "aud": "tollbridge", "sub": "3", "iat": NOW, "exp": NOW + 3_600}
GOOD = jwt.encode(CLAIMS, KEY, algorithm="HS256")
RULES: dict[str, Any] = {"issuer": "tollbridge", "audience": "tollbridge", "options": {"require": [*CLAIMS]}}
JUDGED = pytest.mark.filterwarnings(SDK_WARNS), pytest.mark.filterwarnings(UNCLOSED)


@pytest.mark.parametrize("kind", WRONG_CLAIMS)
def test_one_claim_is_wrong_and_the_signature_is_right(kind: str) -> None:
    """A verifier that judges the signature alone accepts it; one that judges every claim does not."""
    token = minted(GOOD, KEY, WRONG_CLAIMS[kind].change, NOW)
    assert token is not None
    claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_signature": True, **UNJUDGED})
    assert len({*claims.items()} ^ {*CLAIMS.items()}) in (1, 2)  # one taken away, one added, or one changed
    if kind == "unknown_sub":
        assert claims["sub"] not in map(str, WORLD.accounts)
        return
    with pytest.raises(jwt.PyJWTError):
        jwt.decode(token, KEY, algorithms=["HS256"], **RULES)


UNJUDGED = dict.fromkeys(("verify_exp", "verify_nbf", "verify_aud", "verify_iss", "verify_sub", "verify_iat"), False)


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", f"{GOOD.split('.')[0]}.e30", "eyJhbGciOiJSUzI1NiJ9.e30.x", "e30.W10.x"]
)
def test_other_tokens_cannot_be_made(token: str) -> None:
    """What is no JSON Web Token, or is signed otherwise than with a secret, is left alone."""
    assert minted(token, KEY, lambda claims, _now: claims, NOW) is None
    assert not has_claim(token, "exp")
    assert Tokens({3: token}, {}, secret=KEY).minted == {3: {}}
    assert Tokens({3: token}, {}, secret=KEY).ending(3) is None


def test_a_secret_makes_tokens_that_are_known_for_secrets() -> None:
    """Expired ones come with them; a claim that a target does not use is not made wrong; without a secret, none is."""
    tokens = Tokens({3: GOOD}, {}, {3: ["revoked"]}, secret=KEY, leeway=30)
    assert tokens.minted[3].keys() == WRONG_CLAIMS.keys()
    assert tokens.expired == {3: tokens.minted[3]["past_exp"]}
    assert {GOOD, KEY, "revoked", *tokens.minted[3].values()} == {*tokens.every()}
    plain = jwt.encode({"sub": "3", "exp": NOW + 3_600}, KEY, algorithm="HS512")
    assert Tokens({3: plain}, {}, secret=KEY).minted[3].keys() == {
        "past_exp",
        "later_nbf",
        "unknown_sub",
        "text_exp",
        "no_exp",
        "no_sub",
    }
    assert Tokens({3: GOOD}, {}).minted == {3: {}}
    ending = tokens.ending(3)
    assert ending is not None
    jwt.decode(ending[0], KEY, algorithms=["HS256"], leeway=30, **RULES)


def test_a_world_names_the_secret_and_bad_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are, or by variables; what is wrong with them is told without them."""
    world = tmp_path / "world.yaml"
    text = (
        "default_account: 3\norganizations: [{id: 1}]\ntokens: {secret: $TARGET_TOKEN_SECRET, leeway: 0}\n"
        f"accounts: [{{id: 3, role: ADMIN, organization: 1, token: {GOOD}, bad_tokens: [revoked-1, revoked-2]}}]\n"
    )
    world.write_text(text)
    monkeypatch.setenv("TARGET_TOKEN_SECRET", KEY)
    tokens = world_tokens(load_world(world))
    assert tokens.bad == {3: ["revoked-1", "revoked-2"]}
    assert tokens.minted[3].keys() == WRONG_CLAIMS.keys()
    world.write_text(text.replace("$TARGET_TOKEN_SECRET", "a secret with blanks").replace("revoked-1", '"b l a n k s"'))
    with pytest.raises(WorldError) as raised:
        load_world(world)
    assert re.search(r"tokens/secret: the value", str(raised.value))
    assert "blanks" not in str(raised.value) + "b l a n k s".join(str(raised.value).splitlines()[2:])


def test_what_is_right_for_each_kind() -> None:
    """All are 401; one that has expired is called so, and why another is bad the world does not say."""
    oracle = Oracle(SUBJECT, WORLD, HELD, {})
    call = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"}, 3)
    codes = {kind: oracle.expected(call.but(token=kind)).codes for kind in (*WRONG_CLAIMS, ENDED, BAD.format(0))}
    assert {kind for kind, said in codes.items() if said == ["token-expired"]} == {"past_exp", ENDED}
    assert codes[BAD.format(0)] == []
    assert all(oracle.expected(call.but(token=kind)).statuses == [401] for kind in codes)
    assert oracle.expected(call.but(token=ENDING)).kind == "free"


def kinds_of(case: Case) -> set[str]:
    """The kind of the last token of a case."""
    return {step.token for step in case.steps[-1:] if isinstance(step, Call)}


def played(context: CaseContext) -> list[Case]:
    """The cases with tokens that were minted, and are right but for that."""
    kinds = {*WRONG_CLAIMS, ENDED}
    plain = [case for case in table(context) if " and " not in case.name and "account" not in case.name]
    return [case for case in plain if kinds_of(case) <= kinds]


@JUDGED[0]
@JUDGED[1]
def test_our_own_server_judges_every_claim() -> None:
    """Each token is refused, and the one that ends is served before its end and refused after it."""
    with bench(secret=KEY) as target:
        cases = played(target.context)
        assert len(cases) == len(WRONG_CLAIMS) + 1
        assert target.found(cases) == []
        counted = target.run.evaluator.tally.codes
    assert counted["401", "token-expired"] == 2
    assert counted["401", "invalid-token"] == len(WRONG_CLAIMS) - 1


@JUDGED[0]
@JUDGED[1]
@pytest.mark.parametrize("kind", ["other_aud", "no_exp", "past_exp", ENDED])
def test_a_server_that_does_not_judge_a_claim_is_found(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audience that nobody looks at, an end that is not required, or kept from the first call: each is found."""
    decode, kept = jwt.decode, dict[str, Any]()

    def careless(token: str, *given: Any, **how: Any) -> Any:
        if token not in kept:
            found = decode(token, *given, **{**how, "options": {**how["options"], **CARELESS[kind]}})
            kept.update({token: found} if kind == ENDED else {})  # a cache of tokens that were good once
            return found
        return kept[token]

    monkeypatch.setattr("tollbridge.server.tokens.jwt.decode", careless)
    with bench(secret=KEY) as target:
        assert target.found(case for case in played(target.context) if kinds_of(case) == {kind}) == ["judges-tokens"]


CARELESS: dict[str, dict[str, Any]] = {
    "other_aud": {"verify_aud": False},
    "no_exp": {"require": []},
    "past_exp": {"verify_exp": False},
    ENDED: {},
}


def test_choices_are_judged_where_they_are_held() -> None:
    """What RFC 7519 leaves to the application is ours to hold: a foreign target may accept a token without an end."""
    context = CaseContext(SUBJECT, WORLD, Tokens({3: GOOD}, {}, secret=KEY), HELD, {}, two_sided=True)
    foreign = replace(context, held=replace(HELD, origins=frozenset({"documented", "provider"})))
    kinds = [
        {case.steps[-1].token for case in table(one) if isinstance(case.steps[-1], Call)} for one in (context, foreign)
    ]
    assert kinds[0] >= WRONG_CLAIMS.keys()
    assert kinds[1] & WRONG_CLAIMS.keys() == {kind for kind, wrong in WRONG_CLAIMS.items() if wrong.documented}
