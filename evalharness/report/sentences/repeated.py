"""Where prompts were asked several times: what that was worth, and what the next answers are best spent on.

It knows a suite's summary and stats/repeats.py.
"""

from evalharness import wording
from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.stats.repeats import Split

NEARLY = 0.9
"""Repeats that narrow the interval by this share of what new prompts do, do as well: nobody has to write them."""


def split_in_words(suite: SuiteSummary) -> str:
    """A sentence on a suite that has repeats, and the advice that follows; empty for any other."""
    if suite.repeats is None:
        return ""
    own = suite.repeats
    found = Split(own.prompts, own.repeats, own.within, own.between)
    by_prompts, by_repeats = found.narrower(prompts=2), found.narrower(repeats=2)
    advice = "more repeats do as well as more prompts" if by_repeats >= NEARLY * by_prompts else "ask more prompts"
    if not by_prompts:
        return f"{suite.suite}: no answer differs, within a prompt or between them."
    return (
        f"{suite.suite}: {own.prompts} prompts, {own.repeats:.3g} answers each. Of what one answer's difference varies "
        f"by, {wording.percent(found.share_within)} is within prompts. As many answers again would narrow the interval "
        f"by {wording.percent(by_prompts)} as new prompts and by {wording.percent(by_repeats)} as repeats: {advice}."
    )
