"""Gain: does any suite show that the tuned model is better. That none is worse is not enough where a policy says so.

It knows the other criteria's reasons and nothing of numbers. A suite counts that was asked beforehand to show a gain:
of many that were not, one shows a gain by accident.
"""

from collections.abc import Iterator, Sequence

from evalharness.runs.summaries.parts import TOGETHER
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.quality import GUARD
from evalharness.wording import listing

CRITERION = "gain"
SHOWS_ONE = ("superiority", "superiority by a margin")
PLAIN = "At least one suite has to show that {second} is better, since the policy wants a gain and not only no loss."


def gain(reasons: Sequence[Reason], second: str) -> Iterator[Reason]:
    """One reason, of those that the suites have given."""
    shown = [reason.subject for reason in reasons if reason.criterion in SHOWS_ONE and reason.outcome == "met"]
    able = [reason.subject for reason in reasons if reason.criterion in SHOWS_ONE]
    if shown:
        text = f"{listing(shown)} {'shows' if len(shown) == 1 else 'show'} a gain."
    elif able:
        text = f"{listing(able)} could have shown a gain, and {'does' if len(able) == 1 else 'do'} not."
    else:
        text = cannot_tell(reasons, second)
    yield Reason(CRITERION, "suites", "met" if shown else "unsettled", text, PLAIN.format(second=second))


def cannot_tell(reasons: Sequence[Reason], second: str) -> str:
    """What is not known where no suite was asked to show a gain, and which could be asked; empty where one was."""
    guards = (reason.subject for reason in reasons if reason.criterion in ("non-inferiority", GUARD))
    asked = [name for name in guards if name != TOGETHER]
    if not asked or any(reason.criterion in SHOWS_ONE for reason in reasons):
        return ""
    suites = listing(asked if len(asked) <= 4 else [*asked[:3], f"{len(asked) - 3} more"])
    return (
        f"Whether {second} is better was not asked: {suites} are only asked to be no worse. A suite of your own with "
        "purpose: superiority can show a gain, or one of these that the policy holds to better."
    )
