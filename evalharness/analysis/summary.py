"""From an eval run's rows to its summary: how often both endpoints are right, paired prompt by prompt, and how not.

Everything here is pure. It knows the shape of rows and nothing of how they were come by or are shown. What is written
has the types of runs/summaries.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from evalharness.analysis.failures import failures, together
from evalharness.analysis.missing import with_errors
from evalharness.analysis.pairing import Pair, Paired, paired
from evalharness.analysis.robustness import robustness
from evalharness.analysis.scores import scores
from evalharness.runs.about import About, AskedSuite
from evalharness.runs.rows import Graded
from evalharness.runs.summaries import EvalSummary, Metric, Rate, SuiteSummary, WithVariants
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import CONFIDENCE, Pairs, difference_interval, mcnemar
from evalharness.stats.clustered import means, paired_effect
from evalharness.suites.variants import KINDS

Outcome = Mapping[str, bool]  # "right" and every check type -> passed


def summarise(run: About, rows: Iterable[Graded]) -> EvalSummary:
    """summary.json of a run.json and its answer rows; of two rows for one question the later counts.

    A prompt enters the rates when both endpoints answered it. An error is no wrong answer and counted apart.
    Variants of prompts enter no rates, only the suite's `robustness` and `with_variants` (None without variants).
    """
    first, second = (endpoint["name"] for endpoint in run["endpoints"])
    answers: dict[str, list[Graded]] = {}
    for row in rows:
        answers.setdefault(row.suite, []).append(row)
    suites = tuple(_suite(suite, answers.get(suite["suite"], []), (first, second)) for suite in run["suites"])
    return EvalSummary(
        schema=SCHEMAS["eval"],
        kind="eval",
        endpoints=(first, second),
        confidence=CONFIDENCE,
        failures=together((suite.failures for suite in suites), (first, second)),
        suites=suites,
    )


def _suite(about: AskedSuite, rows: Sequence[Graded], names: Sequence[str]) -> SuiteSummary:
    found = paired(rows, names)
    pairs = list(found.originals.values())
    return SuiteSummary(
        suite=about["suite"],
        version=about["version"],
        title=about["title"],
        purpose=about["purpose"],
        margin=about["margin"],
        prompts=about["prompts"],
        paired=len(pairs),
        errors=dict(found.errors),
        metrics=_metrics(pairs),
        with_variants=_with_variants(found),
        failures=failures(pairs, names),
        scores=scores(pairs),
        robustness=robustness(rows, names),
        with_errors=with_errors(pairs, found.erred.values()),
        unasked=2 * about["prompts"] - found.rows,
    )


def _metrics(pairs: Iterable[Pair]) -> tuple[Metric, ...]:
    right: Counter[tuple[bool, bool]] = Counter()
    checks: dict[str, Counter[tuple[bool, bool]]] = {}
    for one, other in ((_outcome(row), _outcome(counterpart)) for row, counterpart in pairs):
        right[one["right"], other["right"]] += 1
        for kind in one.keys() - {"right"}:
            checks.setdefault(kind, Counter())[one[kind], other[kind]] += 1
    if len(checks) == 1:  # it would say what "right" says
        checks = {}
    return (_metric("right", right), *(_metric(kind, checks[kind]) for kind in sorted(checks)))


def _outcome(row: Graded) -> Outcome:
    """Whether all checks passed ("right"), and all checks of each type."""
    passed = {"right": bool(row.right)}
    for check in row.checks:
        passed[check.type] = passed.get(check.type, True) and check.passed
    return passed


def _metric(metric: str, counts: Counter[tuple[bool, bool]]) -> Metric:
    pairs = Pairs(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
    low, high = difference_interval(pairs) if pairs.n else (None, None)
    return Metric(
        metric=metric,
        first=_rate(pairs.first, pairs.n),
        second=_rate(pairs.second, pairs.n),
        difference=pairs.difference if pairs.n else None,
        low=low,
        high=high,
        p_value=mcnemar(pairs) if pairs.n else None,
        only_first=pairs.only_first,
        only_second=pairs.only_second,
    )


def _rate(passed: int, n: int) -> Rate:
    return Rate(passed=passed, n=n, rate=passed / n if n else None)


def _with_variants(found: Paired) -> WithVariants | None:
    """How often each is right when every prompt is asked in all its wordings: variants that keep the meaning.

    A prompt (cluster) is one observation with the mean of its wordings, since they stand or fall together. Those that
    change the meaning are left out: there the same answer may not be right.
    """
    kept = [
        (original, pair)
        for pair in found.variants.values()
        if (original := pair[0].of) in found.originals and KINDS[str(pair[0].variant)].preserves
    ]
    if not kept:
        return None
    pairs = [*found.originals.values(), *(pair for _, pair in kept)]
    prompts = [*found.originals, *(original for original, _ in kept)]
    first, second = ([bool(pair[side].right) for pair in pairs] for side in (0, 1))
    effect = paired_effect(first, second, prompts)
    of_first, of_second = (list(means(right, prompts).values()) for right in (first, second))
    return WithVariants(
        prompts=effect.prompts,
        answers=len(pairs),
        first=sum(of_first) / effect.prompts,
        second=sum(of_second) / effect.prompts,
        difference=effect.difference,
        low=effect.low,
        high=effect.high,
    )
