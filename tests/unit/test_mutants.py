"""The mutants as they are written down: names, areas, and the seams they change."""

import ast
from functools import cache
from pathlib import Path

import pytest

from mutants import seams
from mutants.__main__ import DOZEN
from mutants.catalogue import ALL, AREAS, by_name
from mutants.mutant import INDEPENDENT, LEGAL, Area, Author, Mutant
from mutants.seams import Seam
from tests.mutant_seams import SEAMS, restored

ROOT = Path(seams.__file__).parent


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: f"{seam.module}:{seam.name}")
def test_each_seam_exists(seam: Seam) -> None:
    """A seam names something that the server has, and says in a sentence what it does."""
    assert seam.current is not None
    assert seam.purpose.endswith(".")


def test_each_place_is_named_once() -> None:
    """No two seams name the same place."""
    assert len({(seam.module, seam.name) for seam in SEAMS}) == len(SEAMS)


def test_each_mutant_changes_a_seam_and_each_seam_is_used() -> None:
    """A mutant changes at least one seam; all seams are changed by a mutant, but for two that mutants only call."""
    changed = {mutant.name: _changed_by(mutant) for mutant in ALL.values()}
    assert [name for name, places in changed.items() if not places] == []
    assert set(SEAMS) - set().union(*changed.values()) == {seams.ASK, seams.ACCEPT_WEIGHT}


def _changed_by(mutant: Mutant) -> set[Seam]:
    with restored() as usual:
        mutant.apply()
        return {seam for seam, value in usual.items() if seam.current is not value}


def test_only_the_seams_name_modules_below_a_room() -> None:
    """Other files import rooms of the server as a whole, so that a renamed module changes `seams.py` alone."""
    below = {path.name: names for path in ROOT.rglob("*.py") if (names := _below_a_room(path))}
    assert below == {"seams.py": ["tollbridge.server.wire"]}


def test_only_the_seams_set_attributes_by_name() -> None:
    """A mutant changes the server by way of the seams: nothing else calls `setattr`, or imports a patching library."""
    patching = [
        path.name
        for path in ROOT.rglob("*.py")
        for node in ast.walk(_parsed(path))
        if (isinstance(node, ast.Name) and node.id in ("setattr", "delattr"))
        or (isinstance(node, ast.ImportFrom) and str(node.module).startswith("unittest"))
        or (isinstance(node, ast.Import) and node.names[0].name.startswith("unittest"))
    ]
    assert patching == ["seams.py"]


def _below_a_room(path: Path) -> list[str]:
    nodes = list(ast.walk(_parsed(path)))
    names = [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return [name for name in names if name.startswith("tollbridge.") and name.count(".") > 1]


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_each_file_of_faults_is_an_area() -> None:
    """Each file in `faulty/` is in the catalogue, under the name of its area."""
    files = {path.stem for path in (ROOT / "faulty").glob("*.py")} - {"__init__"}
    assert {area.name for area in AREAS} == files | {LEGAL}
    assert {area.name: Path(area.source).stem for area in AREAS} == {area.name: area.name for area in AREAS}


def test_each_mutant_says_what_is_different() -> None:
    """Every mutant says what is different, in a sentence of one line."""
    for mutant in ALL.values():
        assert mutant.says.endswith("."), mutant.name
        assert "\n" not in mutant.says, mutant.name


def test_many_of_the_faults_are_by_somebody_else() -> None:
    """There are 324 faults, 156 of them by somebody who had not written the harness, and 29 legal differences."""
    faults = [mutant for mutant in ALL.values() if mutant.area != LEGAL]
    assert (len(faults), len(ALL)) == (324, 353)
    assert sum(mutant.author is Author.INDEPENDENT for mutant in faults) >= 156


def test_the_dozen_has_each_area() -> None:
    """What `make check` runs has a mutant of each area, five by somebody else, and two variants."""
    assert {ALL[name].area for name in DOZEN} == {area.name for area in AREAS}
    assert sum(ALL[name].author is INDEPENDENT for name in DOZEN) == 5
    assert sum(ALL[name].area == LEGAL for name in DOZEN) == 2


def test_two_mutants_cannot_share_a_name() -> None:
    """A name that is taken is refused when the mutants are loaded."""
    first, second = Area("first", __file__), Area("second", __file__)
    for area in (first, second):
        area.table(print, ("twice", "Something is different."))
    with pytest.raises(ValueError, match="Two mutants are called twice: in first and second"):
        by_name((first, second))


def test_a_row_is_a_mutant_of_its_area_and_author() -> None:
    """A row of a table calls the table's way with the row's arguments, and the author is that of the table."""
    done: list[tuple[int, str]] = []
    area = Area("area", __file__)
    area.table(lambda number, text: done.append((number, text)), ("row", "It differs.", 7, "x"), author=INDEPENDENT)
    (mutant,) = area.mutants
    mutant.apply()
    assert done == [(7, "x")]
    assert (mutant.name, mutant.area, mutant.says, mutant.author) == ("row", "area", "It differs.", INDEPENDENT)
