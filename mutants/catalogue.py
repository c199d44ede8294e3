"""All mutants, by name."""

from mutants import legal
from mutants.faulty import (
    body,
    cards,
    errors,
    faults,
    head,
    identity,
    money,
    order,
    provider,
    recovery,
    secrecy,
    sequences,
    structure,
    tenancy,
    together,
)
from mutants.mutant import Area, Mutant

AREAS: tuple[Area, ...] = (
    errors.area,
    faults.area,
    recovery.area,
    identity.area,
    money.area,
    order.area,
    provider.area,
    secrecy.area,
    sequences.area,
    together.area,
    structure.area,
    tenancy.area,
    cards.area,
    head.area,
    body.area,
    legal.area,
)


def by_name(areas: tuple[Area, ...]) -> dict[str, Mutant]:
    """Return the mutants of some areas by name, in their order.

    Raises:
        ValueError: two have the same name.
    """
    found: dict[str, Mutant] = {}
    for mutant in (mutant for area in areas for mutant in area.mutants):
        if mutant.name in found:
            raise ValueError(f"Two mutants are called {mutant.name}: in {found[mutant.name].area} and {mutant.area}.")
        found[mutant.name] = mutant
    return found


ALL = by_name(AREAS)
