"""What an interval says of a statement about the truth: shown, refuted, or neither. Every interval is judged here.

A criterion is met only where the whole interval lies in what the statement allows, and failed only where the whole of
it lies outside. The interval closes in on the truth: more evidence leads to the outcome that is right, and never from
PASS to FAIL of a statement that is true. What is no interval, such as NaN, shows nothing.
"""

from evalharness.runs.summaries.parts import Outcome

FEWEST = 20
"""So many witnesses (prompts that both answered, votes that decided, requests of a side) a criterion takes to be met,
however clear they are: a handful is chosen, not drawn, and no interval knows that."""


def above(bound: float, low: float, high: float) -> Outcome:
    """Of the statement that the truth is more than `bound`, by the interval from `low` to `high`."""
    if not low <= high:
        return "unsettled"
    return "met" if low > bound else "failed" if high <= bound else "unsettled"


def within(smallest: float, largest: float, low: float, high: float) -> Outcome:
    """Of the statement that the truth lies in `smallest` to `largest`, the ends included."""
    if not low <= high:
        return "unsettled"
    if smallest <= low and high <= largest:
        return "met"
    return "failed" if high < smallest or low > largest else "unsettled"


def of_enough(outcome: Outcome, witnesses: int, fewest: int = FEWEST) -> Outcome:
    """The outcome as so many witnesses may have it: too few do not meet anything."""
    return "unsettled" if outcome == "met" and witnesses < fewest else outcome


def fewest_for(margin: float) -> int:
    """How many groups of prompts it takes at least to show that no more than this margin is lost."""
    from evalharness.stats.power import fewest_groups  # here: numpy comes with it, and --help must answer at once

    return max(FEWEST, fewest_groups(margin))
