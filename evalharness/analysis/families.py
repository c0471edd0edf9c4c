"""How alike the prompts of one group were answered: what a suite's families are worth with the models at hand.

Pure. It knows pairs of rows; the estimate is stats/intraclass.py's.
"""

from collections.abc import Sequence

from evalharness.analysis.pairing import Pair
from evalharness.runs.rows.parts import Company
from evalharness.runs.summaries.eval import Alike, Families
from evalharness.stats.clustered import Sums
from evalharness.stats.intraclass import intraclass


def families(pairs: Sequence[Pair], confidence: float) -> Families | None:
    """None where each prompt stands alone, or there is none."""
    groups = [one.company for one, _ in pairs]
    if len(set(groups)) == len(groups):
        return None
    first, second = ([float(bool(pair[side].right)) for pair in pairs] for side in (0, 1))
    differences = [after - before for before, after in zip(first, second, strict=True)]
    sums = Sums.of(differences, groups)
    return Families(
        groups=len(set(groups)),
        company=float(sums.company),
        difference=_alike(differences, groups, confidence),
        first=_alike(first, groups, confidence),
        second=_alike(second, groups, confidence),
        effective=len(pairs) / float(sums.design_effect),
    )


def _alike(values: Sequence[float], groups: Sequence[Company], confidence: float) -> Alike | None:
    found = intraclass(values, groups, confidence)
    return Alike(correlation=found.correlation, low=found.low, high=found.high) if found else None
