"""Quality: is the difference of each suite what its purpose, or the policy, asks for.

It knows summaries and margins, nothing of how answers were judged right.
"""

from evalharness import wording
from evalharness.runs.rows import Row
from evalharness.verdict.criteria.reason import Outcome, Reason
from evalharness.verdict.policy import PURPOSES, Policy, applied
from evalharness.verdict.settling import more_prompts, prompts_to_leave


def quality(evaluation: Row, policy: Policy) -> list[Reason]:
    """A reason for every suite that is judged, by its `right` (all checks passed).

    By purpose, a PASS takes all suites, so each is judged as if it were the only one. The harness's test of itself
    fails on a difference in any suite: each more would be one more chance of a false alarm, were the p-values not
    adjusted for their number (stats/multiple.py).
    """
    names, confidence = evaluation["endpoints"], evaluation["confidence"]
    adjusted = _adjusted_p_values(evaluation) if policy.quality == "no-difference" else {}
    reasons: list[Reason] = []
    for suite in applied(policy, evaluation["suites"]):
        criterion = "no difference" if policy.quality == "no-difference" else suite["purpose"]
        if criterion == "descriptive":
            continue
        if not suite["paired"]:
            outcome: Outcome = "unsettled"
            text = f"{suite['suite']}: no prompt was answered by both models. Another eval run settles it."
        else:
            if adjusted:
                outcome, meaning = _no_difference(adjusted[suite["suite"]], len(adjusted), 1 - confidence)
            else:
                outcome, meaning = _difference(criterion, suite, names[0])
            text = f"{_rates_in_words(names, suite, confidence)}: {meaning}"
        reasons.append(Reason(criterion, suite["suite"], outcome, text))
    asked = {suite["suite"] for suite in evaluation["suites"]}
    for name, bar in policy.suites.items():
        if name not in asked:
            text = f"{name}: the policy asks for it, this eval run did not. An eval run with it settles it."
            reasons.append(Reason(PURPOSES[next(iter(bar))], name, "unsettled", text))
    if not reasons:
        text = "Every suite of this eval run is descriptive, so none is judged. One with a margin settles it."
        reasons.append(Reason("quality", "suites", "unsettled", text))
    return reasons


def _adjusted_p_values(evaluation: Row) -> dict[str, float]:
    """McNemar's p-values by suite, of those with a pair, as if any one that is small would count."""
    from evalharness.stats.multiple import holm  # here: numpy and scipy come with it, and --help must answer at once

    p_values = {suite["suite"]: suite["metrics"][0]["p_value"] for suite in evaluation["suites"] if suite["paired"]}
    return dict(zip(p_values, holm(list(p_values.values())), strict=True))


def _no_difference(p: float, suites: int, alpha: float) -> tuple[Outcome, str]:
    """The outcome of one of so many suites in which nothing can differ, by its adjusted p-value."""
    shown = f" ({wording.p_value(p)}, adjusted for {suites} suites)" if suites > 1 else ""
    if p > alpha:
        return "met", f"no difference found{shown}."
    return "failed", f"a difference where none can be{shown}."


def outcome_of(purpose: str, margin: float, first_rate: float, low: float, high: float) -> Outcome:
    """What the interval of a difference says of a suite with this purpose and margin; all are rates."""
    if purpose == "superiority":
        # In this order: a gain too small to matter is none, however sure it is.
        return "failed" if high < margin else "met" if low > 0 else "unsettled"
    # Whoever has no more than the margin cannot lose more than it: nothing would be shown by a met criterion.
    if first_rate <= margin:
        return "unsettled"
    return "met" if low > -margin else "failed" if high < -margin else "unsettled"


def _difference(purpose: str, suite: Row, base: str) -> tuple[Outcome, str]:
    """The outcome of one suite by its purpose, and what it means."""
    right, margin = suite["metrics"][0], suite["margin"]
    outcome = outcome_of(purpose, margin, right["first"]["rate"], right["low"], right["high"])
    return outcome, _meaning(outcome, purpose, suite, base)


def _meaning(outcome: Outcome, purpose: str, suite: Row, base: str) -> str:
    right, margin = suite["metrics"][0], suite["margin"]
    size = f"{margin * 100:g} points"
    if outcome == "met":
        return "better." if purpose == "superiority" else f"a loss of more than {size} is ruled out."
    if outcome == "failed":
        smallest = f"a gain of {size}, the smallest that matters, is ruled out."
        return smallest if purpose == "superiority" else f"more is lost than the {size} that are accepted."
    if purpose == "non-inferiority" and right["first"]["rate"] <= margin:
        shown = f"{base} is right too rarely for a loss of {size} to show"
        return f"not settled: {shown}. A suite that {base} can answer settles it."
    difference = right["difference"]
    # Two ways out for a gain: it is shown, or one that matters is ruled out.
    gain = [0.0] * (difference > 0) + [margin] * (difference < margin)
    discordance = (right["only_first"] + right["only_second"]) / suite["paired"]
    enough = prompts_to_leave(gain if purpose == "superiority" else [-margin], difference, discordance, suite["paired"])
    return f"not settled. {more_prompts(suite['paired'], enough)}"


def _rates_in_words(names: tuple[str, str], suite: Row, confidence: float) -> str:
    right = suite["metrics"][0]
    first, second = (wording.percent(right[side]["rate"]) for side in ("first", "second"))
    low, high = wording.points(right["low"]), wording.points(right["high"])
    return (
        f"{suite['suite']}: {names[1]} is right in {second} against {names[0]}'s {first} "
        f"({wording.points(right['difference'])} points, {confidence * 100:g} % interval {low} to {high}, "
        f"{wording.p_value(right['p_value'])})"
    )
