"""From an eval run's rows to its summary: pass rates of both endpoints, paired prompt by prompt.

Everything here is pure. It knows the shape of rows and nothing of how they were come by or are shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from evalharness.runs import Row
from evalharness.stats import CONFIDENCE, Pairs, difference_interval, mcnemar

Outcome = Mapping[str, bool]  # "right" and every check type -> passed
Outcomes = Mapping[str, Outcome | None]  # prompt id -> outcome, None for an error


def summarise(run: Mapping[str, Any], rows: Iterable[Row]) -> Row:
    """summary.json of a run.json and its answer rows; of two rows for one question the later counts.

    A prompt enters the rates when both endpoints answered it. An error is no wrong answer and counted apart.
    """
    first, second = (endpoint["name"] for endpoint in run["endpoints"])
    outcomes: dict[tuple[str, str], dict[str, Outcome | None]] = {}
    for row in rows:
        outcomes.setdefault((row["suite"], row["endpoint"]), {})[row["id"]] = _outcome(row)
    return {
        "schema": 1,
        "kind": "eval",
        "endpoints": [first, second],
        "confidence": CONFIDENCE,
        "suites": [
            {
                **{key: suite[key] for key in ("suite", "version", "title", "purpose", "margin", "prompts")},
                **_compared({name: outcomes.get((suite["suite"], name), {}) for name in (first, second)}),
            }
            for suite in run["suites"]
        ],
    }


def _outcome(row: Row) -> Outcome | None:
    """Whether all checks passed ("right"), and all checks of each type."""
    if row["error"]:
        return None
    passed = {"right": bool(row["right"])}
    for check in row["checks"]:
        passed[check["type"]] = passed.get(check["type"], True) and check["passed"]
    return passed


def _compared(outcomes: Mapping[str, Outcomes]) -> Row:
    (_, first), (_, second) = outcomes.items()
    paired = [(one, other) for key, one in first.items() if one and (other := second.get(key))]
    right: Counter[tuple[bool, bool]] = Counter()
    checks: dict[str, Counter[tuple[bool, bool]]] = {}
    for one, other in paired:
        right[one["right"], other["right"]] += 1
        for kind in one.keys() - {"right"}:
            checks.setdefault(kind, Counter())[one[kind], other[kind]] += 1
    if len(checks) == 1:  # it would say what "right" says
        checks = {}
    return {
        "paired": len(paired),
        "errors": {name: sum(one is None for one in answers.values()) for name, answers in outcomes.items()},
        "metrics": [_metric("right", right), *(_metric(kind, checks[kind]) for kind in sorted(checks))],
    }


def _metric(metric: str, counts: Counter[tuple[bool, bool]]) -> Row:
    pairs = Pairs(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
    low, high = difference_interval(pairs) if pairs.n else (None, None)
    return {
        "metric": metric,
        "first": _rate(pairs.first, pairs.n),
        "second": _rate(pairs.second, pairs.n),
        "difference": pairs.difference if pairs.n else None,
        "low": low,
        "high": high,
        "p_value": mcnemar(pairs) if pairs.n else None,
        "only_first": pairs.only_first,
        "only_second": pairs.only_second,
    }


def _rate(passed: int, n: int) -> Row:
    return {"passed": passed, "n": n, "rate": passed / n if n else None}
