"""How far a judge can be trusted, and whose votes people's are, in words.

It knows what they come to; it decides nothing.
"""

from evalharness import wording
from evalharness.runs.summaries.judged import JudgeSummary, People, Position


def about_the_judge(summary: JudgeSummary) -> list[str]:
    """How far the judge can be trusted, a sentence each."""
    split = sum(suite.pairs.orders_disagreed for suite in summary.suites)
    judged = sum(suite.pairs.judged for suite in summary.suites)
    lines = [f"its two orders disagreed on {split} of {wording.count(judged, 'pair')}: counted as ties"]
    position = summary.position
    if position.pairs:
        lines.append(f"position bias: the answer shown first won {_share(position)}")
    votes = summary.votes
    if votes:
        agreed = votes.estimate
        kappa = (
            f"{wording.signed(agreed.value)} ({wording.signed(agreed.low)} to {wording.signed(agreed.high)})"
            if agreed
            else "is undefined"
        )
        lines.append(
            f"agreement with people: {votes.agreed} of {wording.count(votes.n, 'vote')}, Cohen's kappa {kappa}"
        )
    lines.append(f"unparsed: {summary.unparsed} of {wording.count(summary.asked, 'question')}")
    if summary.errors:
        lines.append(f"{wording.count(summary.errors, 'question')} without a reply: the same command asks them again")
    return lines


def about_the_voters(people: People) -> list[str]:
    """Whose votes they are and how they were cast, a sentence each."""
    voters = f"{people.people} people" if people.people > 1 else "one person alone, who says nothing of others"
    lines = [f"by {voters}, in {wording.count(people.chats, 'chat')}"]
    position = people.position
    if position.pairs:
        lines.append(f"the answer shown first was preferred in {_share(position)}")
    if people.left_out:
        left_out = wording.count(people.left_out, "more vote")
        lines.append(f"{left_out} not counted: of other versions of the models, or with the names in sight")
    return lines


def _share(position: Position) -> str:
    """Of the pairs whose first answer won; of equal answers it is half."""
    low, high = wording.percent(position.low), wording.percent(position.high)
    return f"{wording.percent(position.first)} ({low} to {high}; without bias 50 %)"
