"""A comparison of two runs as people read it: sentences, a table in a terminal, one small page.

It knows compare.py's result and how it looks; it decides nothing.
"""

from collections.abc import Sequence

from evalharness import wording
from evalharness.report import drawing
from evalharness.report.page import render
from evalharness.report.terminal import tables
from evalharness.runs.summaries.compared import ComparedEndpoint, CompareSummary

MOST_IDS = 100  # that the page names of a suite; summary.json has them all
WORDS = {"better": "✓ better", "worse": "✕ worse", "same": "? no difference found", None: "not answered"}
HEADINGS = ("n", "old", "new", "points", "interval", "McNemar", "")


def left_out(found: CompareSummary) -> list[str]:
    """What must not be overlooked: prompts that were not compared."""
    total = sum(found.left_out.values())
    if not total:
        return []
    parts = [f"{count} of {run}" for run, count in found.left_out.items()]
    same = wording.count(found.compared, "prompt")
    return [f"ONLY COMMON PROMPTS: compared on {same} that both asked; left out are {wording.listing(parts)}"]


def sentences(found: CompareSummary) -> list[str]:
    """What came out, of the tuned models and then of the control."""
    said = []
    for place in found.endpoints:
        by_outcome = {
            outcome: [suite.suite for suite in place.suites if suite.outcome == outcome]
            for outcome in ("better", "worse", "same")
        }
        parts = [
            phrase.format(wording.listing(by_outcome[outcome]))
            for outcome, phrase in (
                ("better", "better in {}"),
                ("worse", "worse in {}"),
                ("same", "not told apart in {}"),
            )
            if by_outcome[outcome]
        ]
        name = place.sides[1].name
        said.append(f"{name}: {'; '.join(parts) or 'nothing to compare'}.")
        if place.tried > 2:
            said.append(
                f"{place.tried} versions of {name} were asked these prompts: the p-values are adjusted for them, since "
                "the best of many looks better than it is."
            )
        if place.changed:
            said.append(
                f"{name} was served with another {wording.listing(place.changed)}: what differs may be due to that."
            )
        if place.role == "base" and (by_outcome["better"] or by_outcome["worse"]):
            said.append(
                "The base, which should be the same in both runs, differs: something else than the adapter changed, "
                "such as the server or its settings. Do not credit the adapter with it."
            )
    return said


def show(found: CompareSummary) -> None:
    console = tables.stdout()
    console.print(f"old: {found.runs[0]}\nnew: {found.runs[1]}")
    for place in found.endpoints:
        before, after = place.sides
        console.print(f"{after.name}: version {before.version or 'unknown'} against {after.version or 'unknown'}")
        table = tables.table(["right"], HEADINGS)
        for suite in place.suites:
            table.add_row(
                suite.suite,
                str(suite.paired),
                wording.percent(suite.old),
                wording.percent(suite.new),
                wording.points(suite.difference),
                wording.interval(suite.low, suite.high),
                wording.p_value(suite.p_value),
                WORDS[suite.outcome],
            )
        console.print(table)
    for sentence in sentences(found):
        console.print(sentence)


def page(found: CompareSummary) -> str:
    """The HTML of compare.html."""
    return render(
        "compare.html",
        found=found,
        words=WORDS,
        ids=_ids,
        warnings=left_out(found),
        sentences=sentences(found),
        interval=f"{wording.level(found.confidence)}\N{NO-BREAK SPACE}% interval",
        charts=[_differences(place) for place in found.endpoints],
    )


def _ids(prompts: Sequence[str]) -> str:
    more = [f"{len(prompts) - MOST_IDS} more, in summary.json"] if len(prompts) > MOST_IDS else []
    return ", ".join([*prompts[:MOST_IDS], *more]) or "none"


def _differences(place: ComparedEndpoint) -> str:
    rows = [drawing.Estimate(suite.suite, *difference, ()) for suite in place.suites if (difference := suite.estimate)]
    about = f"Difference of {place.role}'s two runs in the share answered right, in percentage points"
    return drawing.forest(about, rows, ("old better", "new better"))
