"""The sample consumers of webhooks that the quick tests leave out."""

import pytest

from mutants.consumers import FAULTS
from tests.unit.test_verify_consumer import FIRST, found, judged


@pytest.mark.long
@pytest.mark.parametrize("kind", sorted(set(FAULTS) - set(FIRST.values())))
def test_each_other_fault_of_a_consumer_is_found_by_its_check(kind: str) -> None:
    """The check that the catalogue names finds it."""
    assert FAULTS[kind] in found(judged(kind))
