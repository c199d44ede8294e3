"""What a target is held to: origins, groups of our choices, single rules; the rest of our choices judges nothing."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.test_verify_checks import HELD, SUBJECT, WORLD, exchange, expected, problem, reply, sending
from tollbridge.cli.verify import verify as command
from tollbridge.verify import CHECKS
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.coverage.applicable import not_applicable
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.model.hold import GROUPS, SAYS, group_of, held_names, held_to
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.terms import CHOICE, Held, terms_of
from tollbridge.verify.model.tokens import Tokens

CONTRACT = HELD.contract
CHOICES = {rule.id for rule in CONTRACT.rules if rule.origin == CHOICE}


def held(*names: str) -> Held:
    """What `--hold` says."""
    return held_to(names, CONTRACT)


def context(held: Held) -> CaseContext:
    """The operation, of a target that is held to something."""
    return CaseContext(SUBJECT, WORLD, Tokens({}, {}), held, {}, two_sided=True)


def found(held: Held, right: Any, **seen: Any) -> set[str]:
    """The checks that find something in an exchange."""
    evaluator = Evaluator(CHECKS)
    x = exchange(replace(right, terms=terms_of(SUBJECT, held)), **seen)
    return {check.name for _, check, _ in evaluator.judge([x])}


def test_each_choice_of_ours_is_in_one_group() -> None:
    """Whoever holds all groups holds what `choice` holds: no choice is left out, and none stands in two."""
    grouped = [rule for rules in GROUPS.values() for rule in rules]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == CHOICES
    assert GROUPS.keys() == SAYS.keys()
    assert all(held(*GROUPS).rule(rule.id) for rule in CONTRACT.rules)


def test_origins_are_levels_and_the_rest_counts_beside_them() -> None:
    """An origin holds those before it; without one the usual ones are held; groups and rules add what they name."""
    assert held("provider").origins == held().origins == held("wire").origins == {"documented", "provider"}
    assert held("documented", "wire").origins == {"documented"}
    assert held("choice").choice
    some = held("documented", "wire", "body.null")
    assert all(some.chosen(rule) for rule in (*GROUPS["wire"], "body.null"))
    assert not any(some.chosen(rule) for rule in CHOICES - {*GROUPS["wire"], "body.null"})
    assert [some.rule(rule) for rule in ("body.media", "currency.supported", "amount.step")] == [True, True, False]


def test_what_is_held_is_said_as_it_is_asked_for() -> None:
    """The report names origins, whole groups, and single rules."""
    assert held_names(held("provider", "tenancy", "body.media")) == ["documented", "provider", "tenancy", "body.media"]
    assert held_names(held("choice", "wire")) == ["choice", "documented", "provider"]
    assert held_names(held_to(held_names(held("wire", "body.null")), CONTRACT)) == held_names(held("wire", "body.null"))


def test_a_name_that_is_none_of_these_is_a_sentence() -> None:
    """It says which name, and what there is."""
    with pytest.raises(VerifyError, match=r"strict is not an origin .*provider.*, a group .*wire.* the id of"):
        held("wire", "strict")


def test_the_help_lists_the_groups() -> None:
    """Each with what it is about, in the words that the code has for it."""
    text = " ".join(CliRunner().invoke(command, ["--help"], terminal_width=200).output.split())
    assert [name for name in GROUPS if f"{name} {SAYS[name]}" not in text] == []


TWICE = expected("wire", 400, codes=("malformed-json",), rules=["body.json"])
LARGE = expected("wire", 413, codes=("body-too-large",), rules=["body.size"])
FOREIGN = expected("refused", 404, codes=("payment-method-not-found",), rules=["method.owner"])


def test_a_group_judges_what_it_is_about_and_nothing_else() -> None:
    """A row of the wire table is judged by the choice that decides it, and one of another choice is let pass."""
    served = {"answer": reply(200, '{"client_secret": "pi_1_secret_2"}', media="application/json")}
    assert "wire-verdict" in found(held("wire"), TWICE, **served)
    assert "wire-verdict" in found(held("body.json"), TWICE, **served)
    assert "wire-verdict" not in found(held("body.size"), TWICE, **served)
    assert "wire-verdict" not in found(held("tenancy"), TWICE, **served)


def test_a_status_is_exact_where_a_held_choice_names_it() -> None:
    """Without the shape of problems any refusal will do, but where the choice itself says which."""

    def verdict(held: Held, right: Any, answer: Any) -> set[str]:
        return found(held, right, answer=answer) & {"wire-verdict", "judges-state"}

    other, another = reply(422, "{}", media="application/json"), problem(413, "another-code")
    assert verdict(held("wire"), TWICE, other) == set()
    assert verdict(held("wire"), LARGE, other) == {"wire-verdict"}
    assert verdict(held("tenancy"), FOREIGN, other) == {"judges-state"}
    assert verdict(held("provider"), FOREIGN, other) == set()
    assert verdict(held("wire"), LARGE, another) == set()
    assert "answer-schema" in found(held("wire", "problems"), LARGE, answer=another)


def test_what_is_foreign_and_what_is_unknown_are_compared_where_that_is_held() -> None:
    """Two refusals that differ are a finding of the group tenancy, and none of the others."""
    first = exchange(FOREIGN, sent=sending(note="foreign"), answer=reply(403, "{}", media="application/json"))
    pair = {"answer": reply(404, "{}", media="application/json"), "previous": first.evidence, "same": True}
    right = replace(FOREIGN, previous=FOREIGN)
    assert "indistinguishable" in found(held("tenancy"), right, **pair)
    assert "indistinguishable" not in found(held("wire", "problems"), right, **pair)


def test_a_check_whose_choices_are_not_held_says_what_holds_them() -> None:
    """The reason names the group; one choice of several is enough for the check to judge."""
    check = CHECKS["indistinguishable"]
    assert not_applicable(check, context(held("wire"))) == "no choice of ours on it is held: --hold tenancy"
    assert not_applicable(check, context(held("method.owner"))) is None
    assert not_applicable(CHECKS["documented-headers"], context(held("cache.none"))) is None
    needed = {need for one in CHECKS.values() for need in one.needs if "." in need}
    assert needed <= CHOICES
    assert all(group_of(need) in GROUPS for need in needed)


@pytest.mark.parametrize(
    ("names", "waived"),
    [(("provider",), ["body.members"]), (("wire",), ["body.members"]), (("members",), []), (("choice",), [])],
)
def test_what_is_let_pass_names_the_choice_that_would_refuse_it(names: tuple[str, ...], waived: list[str]) -> None:
    """The oracle says which choice refuses a call and is not held, and nothing where it is."""
    some = context(held(*names))
    call = some.call().but(document={**some.call().document, "confirm": True})
    right = Oracle(SUBJECT, WORLD, some.held, {}).expected(call)
    assert (right.waived, right.kind) == (waived, "free" if waived else "violations")
