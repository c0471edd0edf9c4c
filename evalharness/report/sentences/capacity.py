"""What a capacity run came to, in words: a probe's outcome, an interval, the endpoints compared.

It knows rows and summary.json; it decides nothing, and knows nothing of where the words are shown.
"""

import math

from evalharness import wording
from evalharness.runs.rows.capacity import ProbeRow
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.parts import Estimate

OUTCOMES = {"held": "held", "failed": "not held", "unsettled": "not settled", None: "thrown out"}


def outcome(row: ProbeRow) -> str:
    """`held`, or why not."""
    if row.rejected:
        return f"thrown out: {row.rejected[0]}"
    if row.hopeless:
        return "not held: its queue only grows"
    if row.outcome == "held":
        return "held"
    if row.quick:
        return "all is well so far" if row.leaning else "at a glance too many miss"
    worst = min(row.shares, key=lambda one: (one.high if row.outcome == "failed" else one.low) - one.least)
    return (
        f"{OUTCOMES[row.outcome]}: {worst.name} kept by {wording.percent(worst.share)} "
        f"({wording.percent(worst.low)} to {wording.percent(worst.high)}) of {wording.percent(worst.least)}"
    )


def between(found: Estimate | None) -> str:
    """`12.1 (10.0 to 13.2)`; an end that no probe has shown is open."""
    if found is None or not _is_known(found) or math.isinf(found.high):
        return reach(found)
    return f"{wording.three_figures(found.value)} ({reach(found)})"


def reach(found: Estimate | None) -> str:
    """The interval alone: `10.0 to 13.2`, `at least 10.0`, `below 13.2`."""
    if found is None or not _is_known(found):
        return "not known"
    low, high = map(wording.three_figures, (found.low, found.high if math.isfinite(found.high) else 0.0))
    if math.isinf(found.high):
        return f"at least {low}"
    return f"{low} to {high}" if found.low else f"below {high}"


def sentences(summary: CapacitySummary) -> list[str]:
    """What came out: a sentence for each endpoint, and one for how the two compare."""
    first, second = (side.name for side in summary.endpoints)
    said = [
        f"{side.name} bears {between(side.estimate)} {summary.unit}."
        if side.estimate and _is_known(side.estimate)
        else f"What {side.name} bears was not found."
        for side in summary.endpoints
    ]
    compared = summary.ratio.estimate if summary.ratio else None
    if compared and _is_known(compared):
        return [*said, f"{second} bears {between(compared)} times what {first} does."]
    return [*said, "How the two compare was not found."]


def _is_known(found: Estimate) -> bool:
    """Has any probe shown one of its ends?"""
    return found.low > 0 or math.isfinite(found.high)
