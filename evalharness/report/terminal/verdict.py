"""The verdict in a terminal: the word, the sentence, the reasons.

It knows how they look; it decides nothing.
"""

from rich.panel import Panel
from rich.text import Text

from evalharness.report.sentences.headline import SYMBOLS, foremost_first, headline
from evalharness.report.sentences.judge import about_the_voters
from evalharness.report.terminal import tables
from evalharness.runs.evidence import Evidence
from evalharness.verdict.verdict import Verdict

STYLES = {"PASS": "green", "FAIL": "red", "INCONCLUSIVE": "yellow"}
STYLES |= {"met": STYLES["PASS"], "failed": STYLES["FAIL"], "unsettled": STYLES["INCONCLUSIVE"]}


def show(verdict: Verdict, evidence: Evidence) -> None:
    evaluation, load = evidence.evaluation, evidence.load
    console = tables.stdout()
    style = STYLES[verdict.word]
    title = Text(f" {SYMBOLS[verdict.word]} {verdict.word} ", style=f"bold {style}")
    sentence = Text(headline(verdict, evaluation.summary.endpoints[1]))
    console.print(Panel(sentence, title=title, title_align="left", border_style=style))
    table = tables.table(("", "criterion", "evidence"))
    for reason in foremost_first(verdict):
        symbol = Text(SYMBOLS[reason.outcome], style=STYLES[reason.outcome])
        table.add_row(symbol, Text(reason.criterion), Text(reason.text))
    console.print(table)
    if evidence.people:
        votes = evidence.people
        first, second = votes.endpoints
        said = (
            f"People preferred {second} in {votes.second} and {first} in {votes.first} blind comparisons "
            f"({votes.ties} ties, {votes.both_bad} both bad): {'; '.join(about_the_voters(votes))}."
        )
        console.print(Text(said))
    if load:
        for why in load.summary.invalid:
            console.print(Text(f"Invalid: {why}", style="red"))
        for warning in load.summary.warnings:
            console.print(Text(f"Warning: {warning}", style="yellow"))
    if evidence.borne:
        for warning in evidence.borne.summary.warnings:
            console.print(Text(f"Warning: {warning}", style="yellow"))
