"""What errors could hide. Pure.

An error is no wrong answer, and enters no rate. But if it came just where the answer would have been wrong, leaving it
out would pass for a gain. So the difference is also taken with every error counted against the second endpoint, and
with every error counted for it: what holds in both holds whatever the answers would have been (Manski CF (1990),
Nonparametric bounds on treatment effects, American Economic Review 80:319-323).
"""

from collections.abc import Iterable, Sequence

from evalharness.analysis.pairing import Pair
from evalharness.runs.rows import Graded
from evalharness.runs.summaries import WithErrors
from evalharness.stats import Pairs, difference_interval, mcnemar

Right = tuple[bool | None, bool | None]
"""Whether the first's answer to a prompt is right and the second's; None for an error."""


def with_errors(answered: Iterable[Pair], erred: Iterable[Pair]) -> WithErrors | None:
    """The difference over all prompts that both were asked, each error counted both ways; None without a prompt."""
    rights = [(_right(first), _right(second)) for pairs in (answered, erred) for first, second in pairs]
    return counted(rights) if rights else None


def counted(rights: Sequence[Right]) -> WithErrors:
    """Of one prompt or more. The interval reaches as far as that of the answers alone, and as errors can take it."""
    whole = [right for right in rights if None not in right]
    tables = [Pairs.of(*zip(*filled, strict=True)) for filled in (against_second(rights), for_second(rights))]
    tables += [Pairs.of(*zip(*((bool(one), bool(other)) for one, other in whole), strict=True))] if whole else []
    ends = [difference_interval(pairs) for pairs in tables]
    p_values = [mcnemar(pairs) for pairs in tables]
    return WithErrors(
        prompts=len(rights),
        first=sum(first is True for first, _ in rights) / len(rights),
        low=min(low for low, _ in ends),
        high=max(high for _, high in ends),
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
