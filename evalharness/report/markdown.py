"""The verdict as Markdown, short enough for a comment on a pull request: what decides first, the rest folded.

It arranges and escapes; it decides nothing.
"""

import re

from evalharness import wording
from evalharness.report.sentences.capacity import between
from evalharness.report.sentences.headline import foremost_first, headline
from evalharness.report.sentences.power_found import counted
from evalharness.report.sentences.repeated import split_in_words
from evalharness.runs.evidence import Evidence
from evalharness.runs.failures import FAILURES
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import LoadSummary
from evalharness.verdict.verdict import Verdict

SYMBOLS = {"met": "✅", "failed": "❌", "unsettled": "❔", "PASS": "✅", "FAIL": "❌", "INCONCLUSIVE": "❔"}
LOST = ("more lost", "interval")
CLOSER = ("difference", "interval")
WON = ("share", "interval", "p")
SPECIAL = re.compile(r"([\\`*_\[\]<>|&~#@!])")


def render(verdict: Verdict, evidence: Evidence) -> str:
    """The text of summary.md."""
    evaluation, load = evidence.evaluation, evidence.load
    summary = evaluation.summary
    first, second = summary.endpoints
    blocks = [
        f"## {SYMBOLS[verdict.word]} {verdict.word}: {_plain(second)} against {_plain(first)}",
        *_unfair(evidence),
        _plain(headline(verdict, second)),
        _table(
            ["", "criterion", "evidence"],
            [[SYMBOLS[reason.outcome], reason.criterion, reason.text] for reason in foremost_first(verdict)],
        ),
        _table(["suite", "prompts", first, second, "difference", "interval", "p"], _quality(summary)),
    ]
    told = [*map(split_in_words, summary.suites), counted(summary)]
    blocks += [_plain(said) for said in told if said]
    if load:
        blocks.append(_table(["under load", *(side.name for side in load.summary.endpoints)], _load(load.summary)))
    if evidence.borne:
        borne = evidence.borne.summary
        blocks.append(_table([f"at {borne.agreed.name}", first, second, f"{second} / {first}"], [_borne(borne)]))
    for title, table in (
        ("In which ways answers were wrong", _table(["failure", first, second], _failures(summary))),
        (
            "Asked otherwise",
            _table(["suite", "variants", f"{first} keeps", f"{second} keeps", *LOST], _robust(summary)),
        ),
        (
            "Strict and loose",
            _table(["suite", f"{first} strict", "loose", f"{second} strict", "loose", *CLOSER], _loose(summary)),
        ),
        (
            "Alike within a group (ICC)",
            _table(["suite", "prompts", "groups", first, second, "difference", "worth"], _families(summary)),
        ),
        ("Closeness to references", _table(["suite", "score", first, second, *CLOSER], _scores(summary))),
        ("Judged", _table(["suite", first, second, "ties", *WON], _judged(evidence.judged))),
        ("People, blind", _table([first, second, "ties", "both bad", "voters", *WON], _people(evidence.people))),
    ):
        if table:
            blocks.append(f"<details><summary>{title}</summary>\n\n{table}\n\n</details>")
    folders = [run.folder.name for run in evidence.runs] + ([] if load else ["no load run"])
    blocks.append(_plain(f"From {wording.listing(folders)}."))
    return "\n\n".join(blocks) + "\n"


def _unfair(evidence: Evidence) -> list[str]:
    """A line for each run that was no fair fight."""
    return [
        f"**Not a fair fight**: in the {run.about['kind']} run the servers differ in their "
        f"{_plain(wording.listing(run.unfair))}."
        for run in evidence.runs
        if run.unfair
    ]


def _quality(summary: EvalSummary) -> list[list[str]]:
    rows = []
    for suite in summary.suites:
        right = suite.right
        rows.append(
            [
                suite.suite,
                str(suite.paired),
                wording.percent(right.first.rate),
                wording.percent(right.second.rate),
                wording.points(right.difference),
                wording.interval(right.low, right.high),
                wording.p_value(right.p_value),
            ]
        )
    return rows


def _load(load: LoadSummary) -> list[list[str]]:
    metrics = [row.metric for row in load.ratios]
    return [
        [wording.METRICS[metric], *(wording.load_value(metric, side.value(metric)) for side in load.endpoints)]
        for metric in metrics
    ]


def _borne(found: CapacitySummary) -> list[str]:
    ratio = found.ratio.estimate if found.ratio else None
    return [found.unit, *(between(side.estimate) for side in found.endpoints), between(ratio)]


def _failures(summary: EvalSummary) -> list[list[str]]:
    counts = summary.failures.values()
    return [
        [kind, *(str(own.get(kind, 0)) for own in counts)] for kind in FAILURES if any(kind in own for own in counts)
    ]


def _robust(summary: EvalSummary) -> list[list[str]]:
    rows = []
    for suite in summary.suites:
        found = suite.robustness
        if found:
            rows += [
                [
                    suite.suite,
                    row.kind,
                    *(wording.percent(own.kept) for own in row.endpoints.values()),
                    wording.points(row.difference),
                    wording.interval(row.low, row.high),
                ]
                for row in (*found.kept, *found.changing)
            ]
    return rows


def _loose(summary: EvalSummary) -> list[list[str]]:
    return [
        [
            suite.suite,
            wording.percent(suite.right.first.rate),
            wording.percent(found.first.rate),
            wording.percent(suite.right.second.rate),
            wording.percent(found.second.rate),
            wording.points(found.difference),
            wording.interval(found.low, found.high),
        ]
        for suite in summary.suites
        if (found := suite.loose)
    ]


def _families(summary: EvalSummary) -> list[list[str]]:
    return [
        [
            suite.suite,
            str(suite.paired),
            str(found.groups),
            *(wording.alike(one) for one in (found.first, found.second, found.difference)),
            f"{found.effective:.0f}",
        ]
        for suite in summary.suites
        if (found := suite.families)
    ]


def _scores(summary: EvalSummary) -> list[list[str]]:
    return [
        [
            suite.suite,
            row.score,
            f"{row.first:.3f}",
            f"{row.second:.3f}",
            wording.points(row.difference),
            wording.interval(row.low, row.high),
        ]
        for suite in summary.suites
        for row in suite.scores
    ]


def _judged(judged: JudgeSummary | None) -> list[list[str]]:
    return [
        [
            suite.suite,
            *map(str, (suite.pairs.first, suite.pairs.second, suite.pairs.ties)),
            wording.percent(suite.pairs.share),
            wording.interval(suite.pairs.low, suite.pairs.high, wording.percent),
            wording.p_value(suite.pairs.p_value),
        ]
        for suite in (judged.suites if judged else ())
    ]


def _people(people: People | None) -> list[list[str]]:
    if people is None:
        return []
    counts = (people.first, people.second, people.ties, people.both_bad, people.people)
    share = (wording.percent(people.share), wording.interval(people.low, people.high, wording.percent))
    return [[*map(str, counts), *share, wording.p_value(people.p_value)]]


def _table(header: list[str], rows: list[list[str]]) -> str:
    """Nothing at all without rows."""
    if not rows:
        return ""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell if cell == "---" else _plain(cell) for cell in line) + " |" for line in lines
    )


def _plain(text: str) -> str:
    """Text that stands as it is: on one line, nothing in it taken for Markdown, HTML or a mention."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
