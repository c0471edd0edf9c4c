"""What a run could have seen, at the share of prompts that turned out to be right on one side only.

The plan before a run has to suppose that share; here it is known. It knows summaries and stats/power.py.
"""

from collections.abc import Iterable

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary, SuiteSummary
from evalharness.stats import CONFIDENCE, POWER, smallest_difference
from evalharness.stats.power import company_of


def power_found(suites: Iterable[SuiteSummary]) -> str:
    """A sentence on all suites that have a pair; empty without any."""
    seen = [f"{suite.suite} {_smallest(suite)}" for suite in suites if suite.paired]
    if not seen:
        return ""
    return (
        f"Differences that such a run sees with {POWER * 100:g} % power, at the share of prompts found right on one "
        f"side only: {wording.listing(seen)}."
    )


def counted(summary: EvalSummary) -> str:
    """A sentence on what earlier looks at the same models cost; empty where this is the first."""
    if summary.rounds < 2:
        return ""
    return (
        f"This is look {summary.rounds} at these two models on suites of these names, as the finished runs beside it "
        f"tell. Whoever looks until it passes has so many chances: the intervals are of {wording.level(CONFIDENCE)} % "
        f"in the first look, and of {wording.level(summary.confidence)} % in this one."
    )


def _smallest(suite: SuiteSummary) -> str:
    apart = (suite.right.only_first + suite.right.only_second) / suite.paired
    company = company_of(suite.right.company or 1, suite.right.design_effect or 1)
    return f"{smallest_difference(suite.paired, apart, company=company) * 100:.1f} points ({wording.percent(apart)})"
