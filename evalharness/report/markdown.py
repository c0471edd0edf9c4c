"""The verdict as Markdown, short enough for a comment on a pull request.

It arranges and escapes; it decides nothing.
"""

import re

from evalharness import wording
from evalharness.evidence import Run
from evalharness.report.headline import headline
from evalharness.verdict import Verdict

SYMBOLS = {"met": "✅", "failed": "❌", "unsettled": "❔", "PASS": "✅", "FAIL": "❌", "INCONCLUSIVE": "❔"}
SPECIAL = re.compile(r"([\\`*_\[\]<>|&~#@!])")


def render(verdict: Verdict, evaluation: Run, load: Run | None) -> str:
    """The text of summary.md."""
    first, second = evaluation.summary["endpoints"]
    blocks = [
        f"## {SYMBOLS[verdict.word]} {verdict.word}: {_plain(second)} against {_plain(first)}",
        _plain(headline(verdict, second)),
        _table(
            ["", "criterion", "evidence"],
            [[SYMBOLS[reason.outcome], reason.criterion, reason.text] for reason in verdict.reasons],
        ),
        _table(["suite", "prompts", first, second, "difference", "interval", "p"], _quality(evaluation)),
    ]
    if load:
        blocks.append(_table(["under load", *(side["name"] for side in load.summary["endpoints"])], _load(load)))
    folders = [evaluation.folder.name, load.folder.name if load else "no load run"]
    blocks.append(_plain(f"From {wording.listing(folders)}."))
    return "\n\n".join(blocks) + "\n"


def _quality(evaluation: Run) -> list[list[str]]:
    rows = []
    for suite in evaluation.summary["suites"]:
        right = suite["metrics"][0]
        rows.append(
            [
                suite["suite"],
                str(suite["paired"]),
                wording.percent(right["first"]["rate"]),
                wording.percent(right["second"]["rate"]),
                wording.points(right["difference"]),
                f"{wording.points(right['low'])} to {wording.points(right['high'])}",
                wording.p_value(right["p_value"]),
            ]
        )
    return rows


def _load(load: Run) -> list[list[str]]:
    sides = load.summary["endpoints"]
    metrics = [row["metric"] for row in load.summary["ratios"]]
    return [[wording.METRICS[metric], *(wording.load_value(side, metric) for side in sides)] for metric in metrics]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell if cell == "---" else _plain(cell) for cell in line) + " |" for line in lines
    )


def _plain(text: str) -> str:
    """Text that stands as it is: on one line, nothing in it taken for Markdown, HTML or a mention."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
