"""How close the answers come to their references: each measuring check's mean score, both endpoints, paired.

Pure. Which checks measure is for checks/ to say: their outcomes have a `score` in 0 to 1.
"""

from collections.abc import Iterable

from evalharness.analysis.pairing import Pair
from evalharness.runs.rows.eval import Graded
from evalharness.runs.rows.parts import Company
from evalharness.runs.summaries.eval import Score
from evalharness.stats.clustered import effect


def scores(pairs: Iterable[Pair], confidence: float) -> tuple[Score, ...]:
    """One for each check type that measures: mean scores and the mean difference with its interval.

    A prompt that has several checks of a type counts with their mean. The interval is clustered.py's, of one
    difference a prompt, by groups of prompts.
    """
    found: dict[str, list[tuple[float, float, Company]]] = {}
    for one, other in pairs:
        of_second = _by_type(other)
        for kind, score in _by_type(one).items():
            if kind in of_second:
                found.setdefault(kind, []).append((score, of_second[kind], one.company))
    return tuple(_compared(kind, found[kind], confidence) for kind in sorted(found))


def _by_type(row: Graded) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for check in row.checks:
        if check.score is not None:
            values.setdefault(check.type, []).append(check.score)
    return {kind: sum(own) / len(own) for kind, own in values.items()}


def _compared(kind: str, both: list[tuple[float, float, Company]], confidence: float) -> Score:
    groups = [group for _, _, group in both]
    found = effect([second - first for first, second, _ in both], groups, confidence=confidence)
    return Score(
        score=kind,
        prompts=found.prompts,
        first=sum(first for first, _, _ in both) / len(both),
        second=sum(second for _, second, _ in both) / len(both),
        difference=found.difference,
        low=found.low,
        high=found.high,
    )
