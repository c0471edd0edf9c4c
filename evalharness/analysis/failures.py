"""In which ways answers are wrong: how many answers of each endpoint show each type of failure, side by side.

Pure. The types are those of runs/failures.py. An error is no answer and never counted here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from evalharness.analysis.pairing import Pair
from evalharness.runs.failures import FAILURES, Failure
from evalharness.runs.rows.eval import Graded

Failures = dict[str, dict[Failure, int]]  # endpoint -> type of failure -> answers, the types in the order of FAILURES


def failures(pairs: Iterable[Pair], names: Sequence[str]) -> Failures:
    """An answer that fails in two ways is counted in both, in one way twice only once."""
    counts: dict[str, Counter[Failure]] = {name: Counter() for name in names}
    for pair in pairs:
        for name, row in zip(names, pair, strict=True):
            counts[name].update(types_of(row))
    return {name: _in_order(found) for name, found in counts.items()}


def together(several: Iterable[Failures], names: Sequence[str]) -> Failures:
    """The failures of several suites added up."""
    counts: dict[str, Counter[Failure]] = {name: Counter() for name in names}
    for one in several:
        for name in names:
            counts[name].update(one[name])
    return {name: _in_order(found) for name, found in counts.items()}


def types_of(row: Graded) -> set[Failure]:
    """The types of failure that one answer shows."""
    return {check.failure for check in row.checks if check.failure}


def _in_order(counts: Mapping[Failure, int]) -> dict[Failure, int]:
    return {kind: counts[kind] for kind in FAILURES if counts.get(kind)}
