"""Judge every mutant and every variant, and print the kill matrix.

    python -m mutants                     all; a result that is there already, of the same sources, is not made again
    python -m mutants hundredfold pretty  only these
    python -m mutants --dozen             those of `make check`: one of each area, and two that are right
    python -m mutants --fresh             forget the results first
    python -m mutants --stock             with stock Schemathesis on the faulty ones, in the time the harness took

Exit code: 0 where every faulty one was killed and no legal one accused, 1 where not.
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from mutants.catalogue import ALL
from mutants.matrix import Result, judged, shown
from mutants.mutant import LEGAL, Mutant
from mutants.stock import stock_judged

RESULTS = Path(__file__).parent / ".results"
DOZEN = (
    "hundredfold",
    "secret_missing",
    "suffix_cut",
    "last_of_two_names_wins",
    "anybody_may_name",
    "foreign_card_is_told",
    "alg_none_accepted",
    "last_secret_in_a_refusal",
    "fee_for_the_platform",
    "subscription_forgotten",
    "unknown_is_unavailable",
    "cancelled_and_success",
    "only_the_first",
    "ownership_remembered",
    "callers_swapped_together",
    "create_then_confirm",
    "other_words",
)


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mutants", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="of mutants; none for all")
    parser.add_argument("--examples", type=int, default=40, help="random sequences for a variant (40)")
    parser.add_argument("--dozen", action="store_true", help="one of each area, and two variants")
    parser.add_argument("--fresh", action="store_true", help="make every result again")
    parser.add_argument("--stock", action="store_true", help="let stock Schemathesis judge them too")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder of the results")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in ALL]
    if unknown:
        parser.error(f"there is no mutant {', '.join(unknown)}")
    names = asked.names or (DOZEN if asked.dozen else list(ALL))
    chosen = [ALL[name] for name in names]
    asked.results.mkdir(parents=True, exist_ok=True)
    newly_judged = partial(judged, examples=asked.examples)
    results = _all_judged(chosen, asked.results, asked.jobs, newly_judged, fresh=asked.fresh, stock=asked.stock)
    print(shown(results))
    return 0 if all(result.right for result in results) else 1


def _all_judged(
    chosen: list[Mutant], folder: Path, jobs: int, newly_judged: Callable[[Mutant], Result], *, fresh: bool, stock: bool
) -> list[Result]:
    done = 0

    def judge(mutant: Mutant) -> Result:
        nonlocal done
        path = folder / f"{mutant.name}.json"
        kept = None if fresh else Result.read(path, mutant)
        result = kept if kept and kept.fresh else newly_judged(mutant)
        if kept and kept is not result:  # stock Schemathesis has seen this server: it does not depend on our harness
            result = replace(result, stock=kept.stock)
        result.write(path)
        if stock and mutant.area != LEGAL and result.stock is None:
            result = stock_judged(mutant, result)
            result.write(path)
        done += 1
        print(f"{done:>4} of {len(chosen)}  {result.line()}", flush=True)
        return result

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(judge, chosen))


if __name__ == "__main__":
    sys.exit(main())
