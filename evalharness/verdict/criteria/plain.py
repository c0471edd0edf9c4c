"""A criterion in one sentence for whoever knows no statistics: what is asked, what was seen, what would change it."""

from evalharness import wording
from evalharness.runs.summaries.parts import Outcome


def by_interval(outcome: Outcome, ask: str, worst: str, best: str, region: str) -> str:
    """Of a criterion that is decided by an interval, whose ends are its worst and its best case.

    `region` is where all of it has to lie, such as `above 0.0`.
    """
    if outcome == "met":
        return f"{ask}: at worst it is {worst}, and that passes {region}."
    if outcome == "failed":
        return f"{ask}: at best it is {best}, and that passes only {region}."
    return by_range(ask, worst, best, region)


def by_range(ask: str, one: str, other: str, region: str) -> str:
    """Of an interval neither end of which is the better one, or that settles nothing."""
    return f"{ask}: it lies between {one} and {other}, and passes only with all of that {region}."


def errors_hide(low: float, high: float) -> str:
    """Why a criterion is open that would be settled without errors: both are ends of a difference with them counted."""
    between = f"{wording.points(low)} and {wording.points(high)} points"
    return (
        f"counting its errors as right or wrong, it lies between {between}, so they could hide the opposite. "
        "Ask them again (eval with --resume)."
    )
