"""What a judge, and people, made of the answers, in words and in a terminal.

It knows what they come to and how it looks; it decides nothing.
"""

from evalharness import wording
from evalharness.report import tables
from evalharness.runs.rows import TIE
from evalharness.runs.summaries.judged import JudgeSummary, People


def show(summary: JudgeSummary) -> None:
    """Wins, ties and rubric scores suite by suite; then how far the judge itself can be trusted."""
    first, second = summary.endpoints
    interval = f"{wording.level(summary.confidence)} % interval"
    out = tables.stdout()
    wins = tables.table(
        [f"judged by {summary.judge.model}"], ("pairs", first, second, TIE, f"{second} wins", interval, "sign test")
    )
    for suite in summary.suites:
        pairs = suite.pairs
        wins.add_row(
            suite.suite,
            *map(str, (pairs.judged, pairs.first, pairs.second, pairs.ties)),
            wording.percent(pairs.share),
            wording.interval(pairs.low, pairs.high, wording.percent),
            wording.p_value(pairs.p_value),
        )
    out.print(wins)
    graded = [(suite.suite, suite.scores) for suite in summary.suites if suite.scores]
    if graded:
        scores = tables.table(["rubric score, 1 to 5"], ("prompts", first, second, "difference", interval))
        for name, score in graded:
            scores.add_row(
                name,
                str(score.n),
                f"{score.first:.2f}",
                f"{score.second:.2f}",
                _signed(score.difference),
                f"{_signed(score.low)} to {_signed(score.high)}",
            )
        out.print(scores)
    for line in about_the_judge(summary):
        out.print(line)


def about_the_judge(summary: JudgeSummary) -> list[str]:
    """How far the judge can be trusted, a sentence each."""
    split = sum(suite.pairs.orders_disagreed for suite in summary.suites)
    judged = sum(suite.pairs.judged for suite in summary.suites)
    lines = [f"its two orders disagreed on {split} of {wording.count(judged, 'pair')}: counted as ties"]
    position = summary.position
    if position.pairs:
        lines.append(
            f"position bias: the answer shown first won {wording.percent(position.first)} "
            f"({wording.percent(position.low)} to {wording.percent(position.high)}; without bias 50 %)"
        )
    votes = summary.votes
    if votes:
        agreed = votes.estimate
        kappa = (
            f"{_signed(agreed.value)} ({_signed(agreed.low)} to {_signed(agreed.high)})" if agreed else "is undefined"
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
        lines.append(
            f"the answer shown first was preferred in {wording.percent(position.first)} "
            f"({wording.percent(position.low)} to {wording.percent(position.high)}; without bias 50 %)"
        )
    if people.left_out:
        left_out = wording.count(people.left_out, "more vote")
        lines.append(f"{left_out} not counted: of other versions of the models, or with the names in sight")
    return lines


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", wording.MINUS)
