"""From an eval run's rows to its summary: how often both endpoints are right, paired prompt by prompt, and how not.

Everything here is pure. It knows the shape of rows and nothing of how they were come by or are shown. What is written
has the types of runs/summaries/.
"""

from collections.abc import Iterable, Mapping, Sequence

from evalharness.analysis.failures import failures, together
from evalharness.analysis.families import families
from evalharness.analysis.missing import with_errors
from evalharness.analysis.pairing import Pair, Paired, paired
from evalharness.analysis.robustness import robustness
from evalharness.analysis.scores import scores
from evalharness.runs.about import About, AskedSuite
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import EvalSummary, Metric, Rate, Repeats, SuiteSummary, WithVariants
from evalharness.runs.summaries.parts import TOGETHER
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import CONFIDENCE, Pairs
from evalharness.stats.clustered import effect, means, paired_effect, sign_flip
from evalharness.stats.repeats import split
from evalharness.suites.variants import KINDS


def summarise(
    run: About,
    rows: Iterable[Graded],
    confidence: float = CONFIDENCE,
    asked: Mapping[str, int] | None = None,
) -> EvalSummary:
    """summary.json of a run.json and its answer rows; of two rows for one question the later counts.

    A prompt enters the rates when both endpoints answered it. An error is no wrong answer and counted apart.
    Variants of prompts enter no rates, only the suite's `robustness` and `with_variants` (None without variants).
    At a look before the run's end, `asked` says how many prompts of each suite it has asked, and the intervals have
    the confidence that the look has to have.
    """
    about = [_so_far(suite, (asked or {}).get(suite["suite"], suite["prompts"])) for suite in run["suites"]]
    first, second = (endpoint["name"] for endpoint in run["endpoints"])
    answers: dict[str, list[Graded]] = {}
    for row in rows:
        answers.setdefault(row.suite, []).append(row)
    found = {suite["suite"]: paired(answers.get(suite["suite"], []), (first, second)) for suite in about}
    suites = tuple(
        _suite(suite, answers.get(suite["suite"], []), found[suite["suite"]], (first, second), confidence)
        for suite in about
    )
    guards = [suite for suite in suites if suite.purpose == "non-inferiority"]
    return EvalSummary(
        schema=SCHEMAS["eval"],
        kind="eval",
        endpoints=(first, second),
        confidence=confidence,
        failures=together((suite.failures for suite in suites), (first, second)),
        suites=suites,
        together=_together(guards, found, (first, second), confidence),
    )


def _so_far(suite: AskedSuite, prompts: int) -> AskedSuite:
    """The suite as it is where so many of its prompts have been asked."""
    found = suite.copy()
    found["prompts"] = prompts
    return found


def _suite(
    about: AskedSuite, rows: Sequence[Graded], found: Paired, names: Sequence[str], confidence: float
) -> SuiteSummary:
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
        metrics=_metrics(pairs, confidence),
        with_variants=_with_variants(found, confidence),
        failures=failures(pairs, names),
        scores=scores(pairs, confidence),
        robustness=robustness(rows, names, confidence),
        with_errors=with_errors(pairs, found.erred.values(), confidence),
        unasked=2 * about["prompts"] - found.rows,
        repeats=_repeats(pairs),
        families=families(pairs, confidence),
        loose=_loose(pairs, confidence),
    )


def _repeats(pairs: Sequence[Pair]) -> Repeats | None:
    """What varies within prompts and between them, where any was asked twice."""
    if not any(one.repeat for one, _ in pairs):
        return None
    differences = [int(bool(other.right)) - int(bool(one.right)) for one, other in pairs]
    found = split(differences, [(one.suite, one.question) for one, _ in pairs])
    if found is None:
        return None
    return Repeats(prompts=found.prompts, repeats=found.repeats, within=found.within, between=found.between)


def _together(
    guards: Sequence[SuiteSummary], found: Mapping[str, Paired], names: Sequence[str], confidence: float
) -> SuiteSummary | None:
    """The suites of non-inferiority in one, without a margin: how much may be lost in all is for a policy to say."""
    if len(guards) < 2:
        return None
    own = {suite.suite: found[suite.suite] for suite in guards}
    whole = Paired(
        originals={f"{name}/{prompt}": pair for name, one in own.items() for prompt, pair in one.originals.items()},
        variants={},
        errors={name: sum(one.errors[name] for one in own.values()) for name in names},
        erred={f"{name}/{prompt}": pair for name, one in own.items() for prompt, pair in one.erred.items()},
        rows=sum(one.rows for one in own.values()),
    )
    about: AskedSuite = {
        "suite": TOGETHER,
        "version": 1,
        "title": "All suites of non-inferiority",
        "purpose": "non-inferiority",
        "margin": None,
        "prompts": sum(suite.prompts for suite in guards),
        "digest": "",
    }
    return _suite(about, [], whole, names, confidence)


def _metrics(pairs: Sequence[Pair], confidence: float) -> tuple[Metric, ...]:
    kinds = sorted({check.type for pair in pairs for row in pair for check in row.checks})
    if len(kinds) == 1:  # it would say what "right" says
        kinds = []
    return (_metric("right", pairs, confidence), *(_metric(kind, pairs, confidence) for kind in kinds))


def _loose(pairs: Sequence[Pair], confidence: float) -> Metric | None:
    return _metric("loose", pairs, confidence) if any(row.loose is not None for pair in pairs for row in pair) else None


def _passed(row: Graded, metric: str) -> bool | None:
    """Whether all checks passed ("right"), in loose mode too, or all checks of a type; None where there are none."""
    if metric == "loose":
        return bool(row.right if row.loose is None else row.loose)
    if metric == "right":
        return bool(row.right)
    own = [check.passed for check in row.checks if check.type == metric]
    return all(own) if own else None


def _metric(metric: str, pairs: Iterable[Pair], confidence: float) -> Metric:
    outcomes = [(_passed(one, metric), _passed(other, metric), one.company) for one, other in pairs]
    counted = [(first, second, group) for first, second, group in outcomes if first is not None and second is not None]
    counts = Pairs.of((first for first, _, _ in counted), (second for _, second, _ in counted))
    differences, groups = [second - first for first, second, _ in counted], [group for _, _, group in counted]
    found = effect(differences, groups, confidence=confidence) if counted else None
    return Metric(
        metric=metric,
        first=_rate(counts.first, counts.n),
        second=_rate(counts.second, counts.n),
        difference=counts.difference if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        p_value=sign_flip(differences, groups) if found else None,
        only_first=counts.only_first,
        only_second=counts.only_second,
        groups=found.groups if found else 0,
        company=found.company if found else None,
        design_effect=found.design_effect if found else None,
    )


def _rate(passed: int, n: int) -> Rate:
    return Rate(passed=passed, n=n, rate=passed / n if n else None)


def _with_variants(found: Paired, confidence: float) -> WithVariants | None:
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
    groups = [pair[0].company for pair in found.originals.values()]
    shown = paired_effect(first, second, prompts, groups, confidence)
    of_first, of_second = (list(means(right, prompts).values()) for right in (first, second))
    return WithVariants(
        prompts=shown.prompts,
        answers=len(pairs),
        first=sum(of_first) / shown.prompts,
        second=sum(of_second) / shown.prompts,
        difference=shown.difference,
        low=shown.low,
        high=shown.high,
    )
