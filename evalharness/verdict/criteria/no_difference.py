"""No difference: the harness tests itself, one model against itself. Any difference is a fault of the measuring.

It is a test and no statement: it finds no fault, or one, and says how large a fault it would have found.
"""

import math
from collections.abc import Callable, Iterable

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary, SuiteSummary
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.quality import rates_in_words, without_a_pair
from evalharness.verdict.criteria.statement import FEWEST, of_enough, within

CRITERION = "no difference"


def no_difference(evaluation: EvalSummary) -> list[Reason]:
    """A reason for every suite, whatever its purpose.

    A difference in any one fails the whole: each more suite would be one more chance of a false alarm, were the
    p-values not adjusted for their number (stats/multiple.py).
    """
    names, confidence = evaluation.endpoints, evaluation.confidence
    alpha, shown = 1 - confidence, _adjusted(evaluation.suites, lambda suite: suite.right.p_value)
    least = _adjusted(evaluation.suites, lambda suite: suite.with_errors.least_p if suite.with_errors else None)
    largest = _adjusted(evaluation.suites, lambda suite: suite.with_errors.largest_p if suite.with_errors else None)
    reasons = []
    for suite in evaluation.suites:
        p, pairs = shown.get(suite.suite), suite.paired
        if p is None:
            reasons.append(without_a_pair(CRITERION, suite))
            continue
        outcome = outcome_of(least[suite.suite], largest[suite.suite], alpha, suite.right.groups)
        told = f" ({wording.p_value(p)}, adjusted for {len(shown)} suites)" if len(shown) > 1 else ""
        if outcome == "met":
            meaning = f"no difference found{told}{_same(suite)}. {_fault(suite, alpha / len(shown))}"
        elif outcome == "failed":
            meaning = f"a difference where none can be{told}."
        elif suite.right.groups < FEWEST:
            what = "prompt" if suite.right.groups == pairs else "group"
            meaning = f"not settled: {wording.count(suite.right.groups, what)} of {FEWEST} that it takes at least."
        else:
            meaning = "not settled: its errors could hide the opposite. Ask them again (eval with --resume)."
        plain = (
            f"{suite.suite}: the same model asked twice must not differ: {wording.p_value(p)}, and this fails at "
            f"{wording.p_value(alpha).removeprefix('p = ')} or less."
        )
        text = f"{rates_in_words(names, suite, confidence)}: {meaning}"
        reasons.append(Reason(CRITERION, suite.suite, outcome, text, plain))
    return reasons


def outcome_of(least_p: float, largest_p: float, alpha: float, pairs: int) -> Outcome:
    """The outcome of one of several suites, by its adjusted p-values with errors counted either way."""
    return of_enough("met" if least_p > alpha else "failed" if largest_p <= alpha else "unsettled", pairs)


def _same(suite: SuiteSummary) -> str:
    """Where the whole interval lies within the suite's margin either way, equivalence is shown, and said."""
    margin, found = suite.margin, suite.right.estimate
    same = margin is not None and found and within(-margin, margin, found.low, found.high) == "met"
    return f", and shown to be the same to within {margin * 100:g} points" if margin and same else ""


def _adjusted(suites: Iterable[SuiteSummary], p_of: Callable[[SuiteSummary], float | None]) -> dict[str, float]:
    """p-values by suite, of those that have one, as if any one that is small would count. What is NaN stays it."""
    from evalharness.stats.multiple import holm  # here: numpy and scipy come with it, and --help must answer at once

    p_values = {suite.suite: p for suite in suites if (p := p_of(suite)) is not None}
    known = {name: p for name, p in p_values.items() if not math.isnan(p)}
    return p_values | dict(zip(known, holm(list(known.values())), strict=True))


def _fault(suite: SuiteSummary, alpha: float) -> str:
    """How large a fault in one direction most of such runs would have found, at the discordance that was found."""
    from evalharness.stats.levels import POWER
    from evalharness.stats.power import company_of, smallest_difference

    right, pairs = suite.right, suite.paired
    discordance = (right.only_first + right.only_second) / pairs
    company = company_of(right.company or 1, right.design_effect or 1)
    fault = smallest_difference(pairs, discordance, alpha=alpha, company=company)
    return f"A fault of {fault * 100:.1f} points in one direction would have been found in {POWER:.0%} of such runs."
