"""What errors could hide. Pure.

An error is no wrong answer, and enters no rate. But if it came just where the answer would have been wrong, leaving it
out would pass for a gain. So the difference is also taken with every error counted against the second endpoint, and
with every error counted for it: what holds in both holds whatever the answers would have been (Manski CF (1990),
Nonparametric bounds on treatment effects, American Economic Review 80:319-323).
"""

from collections.abc import Hashable, Iterable, Sequence

from evalharness.analysis.pairing import Pair
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import WithErrors
from evalharness.stats import CONFIDENCE
from evalharness.stats.clustered import effect, sign_flip

Right = tuple[bool | None, bool | None]
"""Whether the first's answer to a prompt is right and the second's; None for an error."""


def with_errors(answered: Iterable[Pair], erred: Iterable[Pair], confidence: float = CONFIDENCE) -> WithErrors | None:
    """The difference over all prompts that both were asked, each error counted both ways; None without a prompt."""
    asked = [pair for pairs in (answered, erred) for pair in pairs]
    rights = [(_right(first), _right(second)) for first, second in asked]
    return counted(rights, [first.company for first, _ in asked], confidence) if asked else None


def counted(
    rights: Sequence[Right], groups: Sequence[Hashable] | None = None, confidence: float = CONFIDENCE
) -> WithErrors:
    """Of one prompt or more, and of which group each is (None: each of its own).

    The interval reaches as far as that of the answers alone, and as errors can take it.
    """
    own = range(len(rights)) if groups is None else groups
    filled = [list(zip(taken, own, strict=True)) for taken in (against_second(rights), for_second(rights))]
    whole = [one for one, right in zip(filled[0], rights, strict=True) if None not in right]
    tables = [
        ([int(second) - int(first) for (first, second), _ in table], [group for _, group in table])
        for table in (*filled, whole)
        if table
    ]
    ends = [effect(differences, company, confidence=confidence) for differences, company in tables]
    p_values = [sign_flip(differences, company) for differences, company in tables]
    return WithErrors(
        prompts=len(rights),
        first=sum(first is True for first, _ in rights) / len(rights),
        low=min(end.low for end in ends),
        high=max(end.high for end in ends),
        least_p=min(p_values),
        largest_p=max(p_values),
    )


def against_second(rights: Iterable[Right]) -> list[tuple[bool, bool]]:
    """The second's errors taken for wrong, the first's for right."""
    return [(first is not False, second is True) for first, second in rights]


def for_second(rights: Iterable[Right]) -> list[tuple[bool, bool]]:
    """The second's errors taken for right, the first's for wrong."""
    return [(first is True, second is not False) for first, second in rights]


def _right(row: Graded) -> bool | None:
    return None if row.error else bool(row.right)
