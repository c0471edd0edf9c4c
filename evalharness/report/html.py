"""The report of a verdict: one page that needs nothing but a browser.

It arranges what the runs and the verdict say, and decides nothing. How a page is kept from running or fetching anything
lies in page.py, what its script lists in pairs.py.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evalharness import wording
from evalharness.report import capacity_charts, charts, page
from evalharness.report.pairs import side_by_side
from evalharness.report.sentences.capacity import reach
from evalharness.report.sentences.headline import SYMBOLS, foremost_first, headline
from evalharness.report.sentences.judge import about_the_judge, about_the_voters
from evalharness.report.sentences.power_found import counted, power_found
from evalharness.report.sentences.repeated import split_in_words
from evalharness.runs.evidence import Evidence, Run
from evalharness.runs.failures import FAILURES, Failure
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.eval import EvalSummary, SuiteSummary
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.typed import Json
from evalharness.verdict.policy import Policy, applied
from evalharness.verdict.verdict import Verdict

SCRIPTS = ("diff.js", "answers.js")


def render(
    verdict: Verdict, created: str, policy_name: str, policy: Policy, evidence: Evidence, webui: str | None = None
) -> str:
    """The page's HTML. `created` is the verdict's time (ISO 8601), `webui` where both models can be chatted with."""
    evaluation, load, judged, borne = evidence.evaluation, evidence.load, evidence.judged, evidence.borne
    people = evidence.people
    summary = evaluation.summary
    names, suites = summary.endpoints, applied(policy, summary.suites)
    factorial = summary.factorial
    least_wins = policy.judge["wins_at_least"] if policy.judge else None
    least_votes = policy.votes["wins_at_least"] if policy.votes else None
    scores = [(suite.suite, row) for suite in suites for row in suite.scores]
    return page.render(
        "report.html",
        SCRIPTS,
        symbols=SYMBOLS,
        word=verdict.word,
        headline=headline(verdict, names[1]),
        reasons=foremost_first(verdict),
        invalid=load.summary.invalid if load else [],
        warnings=load.summary.warnings if load else [],
        fairness=[(run, run.about["fairness"]) for run in evidence.runs if "fairness" in run.about],
        metrics=wording.METRICS,
        tally=_tally(verdict),
        created=created,
        policy=f"{policy_name}, version {policy.version}",
        evaluation=evaluation,
        load=load,
        borne=_borne(borne, policy) if borne else None,
        reach=reach,
        runs=wording.listing([run.folder.name for run in evidence.runs]),
        names=names,
        side=lambda index: _side(names, index),
        origin=_origin,
        interval=f"{wording.level(summary.confidence)}\N{NO-BREAK SPACE}% interval",
        suites=suites,
        power=" ".join(filter(None, (power_found(suites), *map(split_in_words, suites), counted(summary)))),
        rates=charts.rates(suites, names),
        differences=charts.differences(suites, names),
        scores=scores,
        closeness=charts.closeness(scores, names),
        failures=summary.failures,
        failure_bars=charts.failures(summary.failures),
        failure_types=_types(summary.failures),
        both=_both,
        meanings=FAILURES,
        robust=list(_robust(suites, names, policy)),
        factorial=factorial,
        effects=charts.effects(factorial) if factorial else "",
        judged=judged,
        wins=charts.wins(judged, least_wins) if judged else "",
        least_wins=least_wins,
        trust=about_the_judge(judged) if judged else [],
        people=people,
        votes=charts.votes(people, least_votes) if people else "",
        least_votes=least_votes,
        voters=about_the_voters(people) if people else [],
        latencies=charts.latencies(load.summary.endpoints) if load else "",
        ratios=charts.ratios(load.summary.ratios, policy.load) if load else "",
        answers=side_by_side(evaluation, webui),
    )


def _borne(run: Run[CapacitySummary], policy: Policy) -> Json:
    """What the page shows of a capacity run, whose own page lies beside it in the folder of all runs."""
    found, page_of_it = run.summary, "capacity.html"
    return {
        "run": run,
        "found": found,
        "least": policy.capacity["at_least"] if policy.capacity else None,
        "charts": [
            (wording.METRICS.get(limit, limit.replace("_", " ")), chart)
            for limit in found.agreed.limits
            if (chart := capacity_charts.latency(found, limit))
        ],
        "page": f"../{run.folder.name}/{page_of_it}" if (run.folder / page_of_it).exists() else None,
    }


def _types(failures: Mapping[str, Mapping[Failure, int]]) -> list[Failure]:
    """The types of failure that were seen at all, in the order of the one list of them."""
    return [kind for kind in FAILURES if any(kind in counts for counts in failures.values())]


def _both(failures: Mapping[str, Mapping[Failure, int]], kind: Failure) -> str:
    return " \N{RIGHTWARDS ARROW} ".join(str(counts.get(kind, 0)) for counts in failures.values())


def _robust(suites: Sequence[SuiteSummary], names: Sequence[str], policy: Policy) -> list[Json]:
    """Of each suite with variants its two sections; the margin is the policy's, and none where meaning changes."""
    margin = policy.robustness["not_worse_by"] if policy.robustness else None
    found = []
    for suite in suites:
        kinds = suite.robustness
        if not kinds:
            continue
        sections: list[Json] = [
            {
                "title": "Asked otherwise, meaning the same",
                "lead": "The right answer stays the same, so every one that is lost is a weakness.",
                "rows": kinds.kept,
                "margin": margin,
                "chart": charts.losses(kinds.kept, names, margin),
            },
            {
                "title": "Asked with another meaning",
                "lead": "An order against the prompt, or a change to what it says. Right is still what the original "
                "asks for, so a loss shows how far a model lets itself be led, not that it fails.",
                "rows": kinds.changing,
                "margin": None,
                "chart": charts.losses(kinds.changing, names, None),
            },
        ]
        found.append({"suite": suite, "sections": [section for section in sections if section["rows"]]})
    return found


def _side(names: Sequence[str], index: int) -> Markup:
    """An endpoint's name with the shape and colour it has everywhere."""
    return Markup('<span class="side {}">{}</span>').format(("first", "second")[index], names[index])


def _tally(verdict: Verdict) -> str:
    counts = Counter(reason.outcome for reason in verdict.reasons)
    missed = f"{counts['failed']} failed, {counts['unsettled']} unsettled"
    return f"{counts['met']} of {counts.total()} criteria met, {missed}."


def _origin(run: Run[EvalSummary] | Run[LoadSummary] | Run[CapacitySummary]) -> str:
    """When and on what machine a run was made."""
    host = run.about["host"]
    return f"{page.moment(run.about['created'])}, on {wording.count(host['cores'], 'core')} ({host['machine']})"
