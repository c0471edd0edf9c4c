"""Evidence and policy in, verdict out: PASS, FAIL or INCONCLUSIVE, with a reason for every criterion.

All of it is pure: summaries as they lie in the run folders go in, plain values come out. It knows nothing of
files, of how the evidence was measured, or of how a verdict is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from evalharness import wording
from evalharness.policy import Limit, Policy, allowed
from evalharness.runs import Row
from evalharness.settling import longer_run, more_prompts, times

Outcome = Literal["met", "failed", "unsettled"]
Word = Literal["PASS", "FAIL", "INCONCLUSIVE"]
ErrorKinds = Mapping[str, Mapping[str, int]]
"""How many requests an endpoint left unanswered: endpoint -> kind of error -> count."""


@dataclass(frozen=True)
class Reason:
    """One criterion's outcome for one subject (a suite, a load metric, an endpoint), and the sentence why."""

    criterion: str
    subject: str
    outcome: Outcome
    text: str


@dataclass(frozen=True)
class Verdict:
    reasons: tuple[Reason, ...]

    @property
    def word(self) -> Word:
        """One failed criterion fails the whole; one that is not settled keeps it from passing."""
        outcomes = {reason.outcome for reason in self.reasons}
        if "failed" in outcomes:
            return "FAIL"
        return "PASS" if outcomes == {"met"} else "INCONCLUSIVE"


def judge(evaluation: Row, unanswered: ErrorKinds, load: Row | None, policy: Policy) -> Verdict:
    """The verdict on an eval run's summary and a load run's (None: there is none).

    `unanswered` counts the eval run's errors; a load summary has its own count.
    """
    prompts = sum(suite["prompts"] for suite in evaluation["suites"])
    asked = dict.fromkeys(evaluation["endpoints"], prompts)
    reasons = [*_quality(evaluation, policy), *_capacity(load, policy)]
    reasons += _answered("eval", asked, unanswered, policy.max_error_rate)
    if load is not None:
        asked = {side["name"]: side["requests"] for side in load["endpoints"]}
        unanswered = {side["name"]: side["errors"] for side in load["endpoints"]}
        reasons += _answered("load", asked, unanswered, policy.max_error_rate)
    return Verdict(tuple(reasons))


def _quality(evaluation: Row, policy: Policy) -> list[Reason]:
    """A reason for every suite that is judged, by its `right` (all checks passed)."""
    names, confidence = evaluation["endpoints"], evaluation["confidence"]
    reasons: list[Reason] = []
    for suite in evaluation["suites"]:
        criterion = "no difference" if policy.quality == "no-difference" else suite["purpose"]
        if criterion == "descriptive":
            continue
        if not suite["paired"]:
            outcome: Outcome = "unsettled"
            text = f"{suite['suite']}: no prompt was answered by both models. Another eval run settles it."
        else:
            outcome, meaning = _difference(criterion, suite, names[0])
            text = f"{_rates_in_words(names, suite, confidence)}: {meaning}"
        reasons.append(Reason(criterion, suite["suite"], outcome, text))
    if not reasons:
        text = "Every suite of this eval run is descriptive, so none is judged. One with a margin settles it."
        reasons.append(Reason("quality", "suites", "unsettled", text))
    return reasons


def _difference(criterion: str, suite: Row, base: str) -> tuple[Outcome, str]:
    """The outcome of one suite, and what it means."""
    right, margin = suite["metrics"][0], suite["margin"]
    difference, low, high = right["difference"], right["low"], right["high"]
    if criterion == "no difference":
        same = low <= 0 <= high
        return ("met", "no difference found.") if same else ("failed", "a difference where none can be.")
    size = f"{margin * 100:g} points"
    if criterion == "superiority":
        # In this order: a gain too small to matter is none, however sure it is.
        if high < margin:
            return "failed", f"a gain of {size}, the smallest that matters, is ruled out."
        if low > 0:
            return "met", "better."
        ways = []
        if difference > 0:
            ways.append(times(difference, low, high, 0))
        if difference < margin:
            ways.append(times(difference, low, high, margin))
        factor = min(ways)
    else:
        # Whoever has no more than the margin cannot lose more than it: nothing would be shown by a met criterion.
        if right["first"]["rate"] <= margin:
            shown = f"{base} is right too rarely for a loss of {size} to show"
            return "unsettled", f"not settled: {shown}. A suite that {base} can answer settles it."
        if low > -margin:
            return "met", f"a loss of more than {size} is ruled out."
        if high < -margin:
            return "failed", f"more is lost than the {size} that are accepted."
        factor = times(difference, low, high, -margin)
    return "unsettled", f"not settled. {more_prompts(suite['paired'], factor)}"


def _rates_in_words(names: tuple[str, str], suite: Row, confidence: float) -> str:
    right = suite["metrics"][0]
    first, second = (wording.percent(right[side]["rate"]) for side in ("first", "second"))
    low, high = wording.points(right["low"]), wording.points(right["high"])
    return (
        f"{suite['suite']}: {names[1]} is right in {second} against {names[0]}'s {first} "
        f"({wording.points(right['difference'])} points, {confidence * 100:g} % interval {low} to {high}, "
        f"{wording.p_value(right['p_value'])})"
    )


def _capacity(load: Row | None, policy: Policy) -> Iterator[Reason]:
    """A reason for every ratio that the policy bounds."""
    ratios = {row["metric"]: row for row in load["ratios"]} if load else {}
    for metric, limit in policy.load.items():
        row = ratios.get(metric)
        if load is None:
            outcome: Outcome = "unsettled"
            text = "no load run of these two models. A load run settles it."
        elif row is None or row["low"] is None or row["high"] is None:
            outcome, text = "unsettled", "not measured for both models. Another load run settles it."
        else:
            outcome, text = _within(row, limit), _ratio_in_words(load, row, limit)
            if outcome == "unsettled":
                factor = times(row["ratio"], row["low"], row["high"], *limit.values())
                text += f" Not settled. {longer_run(load['profile']['seconds'], factor)}"
            elif outcome == "met" and load["invalid"]:
                outcome, text = "unsettled", f"{text} But the measurement is not valid. {' '.join(load['invalid'])}"
        yield Reason("capacity", metric, outcome, f"{wording.METRICS[metric]}: {text}")


def _within(row: Row, limit: Limit) -> Outcome:
    """Where a ratio's interval lies to what is allowed: outside it, inside it, or across its edge."""
    smallest, largest = allowed(limit)
    if row["high"] < smallest or row["low"] > largest:
        return "failed"
    if "equal_within" in limit or (smallest <= row["low"] and row["high"] <= largest):
        return "met"
    return "unsettled"


def _ratio_in_words(load: Row, row: Row, limit: Limit) -> str:
    first, second = load["endpoints"]
    low, high = wording.ratio(row["low"]), wording.ratio(row["high"])
    return (
        f"{second['name']} {wording.load_value(second, row['metric'])}, "
        f"{first['name']} {wording.load_value(first, row['metric'])}: {wording.ratio(row['ratio'])} times "
        f"({load['confidence'] * 100:g} % interval {low} to {high}; {_limit_in_words(limit)})."
    )


def _limit_in_words(limit: Limit) -> str:
    ((rule, bound),) = limit.items()
    return {
        "at_most": f"at most {wording.ratio(bound)} is allowed",
        "at_least": f"at least {wording.ratio(bound)} is asked",
        "equal_within": f"must reach within a factor of {wording.ratio(1 + bound)} of equal",
    }[rule]


def _answered(run: str, asked: Mapping[str, int], unanswered: ErrorKinds, limit: float) -> Iterator[Reason]:
    """A reason for each endpoint of a run: did it answer?

    Where only the second leaves too much unanswered, that is its failure. Where the first does, the
    measurement itself is not sound and says nothing of either. Who was asked nothing has not failed: under load
    its answers may only take longer than a round, all of them asked for in the warm-up.
    """
    errors = {name: sum(unanswered.get(name, {}).values()) for name in asked}
    silent = [name for name, total in asked.items() if not total or errors[name] / total > limit]
    _, second = asked
    for name, total in asked.items():
        outcome: Outcome = "met" if name not in silent else "failed" if silent == [second] else "unsettled"
        text = _answered_in_words(f"of the {run} run", name, total, unanswered.get(name, {}), limit)
        if not total:
            outcome = "unsettled"
            text += " Its answers may take longer than a round."
            text += f" It takes {wording.LONGER_LOAD} or {wording.FEWER_USERS}."
        elif outcome == "unsettled":
            text += " The measurement is not sound: mend the cause and run it again."
        yield Reason("answered", f"{run}: {name}", outcome, text)


def _answered_in_words(run: str, name: str, total: int, kinds: Mapping[str, int], limit: float) -> str:
    errors = sum(kinds.values())
    if not errors:
        return f"{name} answered all {total} requests {run}." if total else f"{name} got no measured request {run}."
    listed = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return (
        f"{name} left {errors} of {total} requests {run} unanswered "
        f"({wording.percent(errors / total)}; at most {wording.percent(limit)} is allowed): {listed}."
    )
