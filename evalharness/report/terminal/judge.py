"""What a judge made of the answers, in a terminal.

It knows what they come to and how it looks; it decides nothing.
"""

from evalharness import wording
from evalharness.report.sentences.judge import about_the_judge
from evalharness.report.terminal import tables
from evalharness.runs.rows.judged import TIE
from evalharness.runs.summaries.judged import JudgeSummary


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
                wording.signed(score.difference),
                f"{wording.signed(score.low)} to {wording.signed(score.high)}",
            )
        out.print(scores)
    for line in about_the_judge(summary):
        out.print(line)
