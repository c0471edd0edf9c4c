"""What an eval run shows in a terminal: the plan, then the result.

It knows run.json and summary.json and how they look; it decides nothing.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from evalharness import wording
from evalharness.report.sentences.power_found import counted, power_found
from evalharness.report.sentences.repeated import split_in_words
from evalharness.report.terminal import tables
from evalharness.runs import fairness
from evalharness.runs.about import About, AskedSuite
from evalharness.runs.failures import FAILURES
from evalharness.runs.summaries.eval import Effects, EvalSummary, FactorialSummary, Robustness, Variants
from evalharness.stats import POWER, smallest_difference
from evalharness.stats.power import Company, prompts_needed

DISCORDANCE = 0.2  # assumed before anything is known: one prompt in five is right with one endpoint only
CORRELATION = 0.1  # and so alike are the differences within a group of prompts


def show_fairness(run: About) -> None:
    """What else than the weights differs, before anything else is said; nothing of a run that recorded nothing."""
    console = tables.stdout()
    for line in fairness.lines(run["fairness"]) if "fairness" in run else []:
        console.print(line)


def show_plan(run: About) -> None:
    """Who is asked, what, and the smallest difference that could be seen (stats/power.py)."""
    console = tables.stdout()
    for endpoint in run["endpoints"]:
        version = f", version {endpoint['version']}" if endpoint["version"] else ""
        console.print(f"{endpoint['name']}: {endpoint['model']} at {endpoint['url']}{version}")
    table = tables.table(("suite", "prompts", "purpose"), ("could see", "margin", "takes for it"))
    for suite in run["suites"]:
        variants = suite.get("variants", 0)
        originals = suite["prompts"] - variants
        times = suite.get("repeats", 1)
        prompts = f"{originals // times}" + (f" + {variants // times} variants" if variants else "")
        prompts += f", {times} answers each" if times > 1 else ""
        if suite.get("groups", originals) < originals // times:
            prompts += f" in {suite['groups']} groups"
        seen = smallest_difference(originals, DISCORDANCE, company=_company(suite))
        table.add_row(suite["suite"], prompts, suite["purpose"], f"{seen * 100:.1f} points", *_margin(suite))
    console.print(table)
    console.print(
        f"with {POWER * 100:g} % power, supposing that {DISCORDANCE * 100:g} % of the prompts are right on one side "
        f"only, with a correlation of {CORRELATION:g} within a group; the result says how many were, and what it could "
        "see then"
    )
    console.print(
        "takes for it: so many prompts show a gain of the margin (superiority), or rule such a loss out where there is "
        "none (non-inferiority); a larger gain takes fewer"
    )


def _company(suite: AskedSuite) -> Company:
    """What its groups are taken for; a run of a version before there were any has none."""
    return Company(suite.get("company", 1.0), CORRELATION)


def _margin(suite: AskedSuite) -> tuple[str, str]:
    """The margin of a suite, and how many prompts it takes."""
    margin = suite["margin"]
    if margin is None:
        return "", ""
    gain = margin if suite["purpose"] == "superiority" else 0.0
    discordance = max(DISCORDANCE, margin)
    needed = prompts_needed(gain, discordance, 0.0 if gain else margin, company=_company(suite))
    return f"{margin * 100:g} points", f"{needed} prompts" if needed else "too many"


def show_result(summary: EvalSummary) -> None:
    """Pass rates of both endpoints, suite by suite and metric by metric, and the errors."""
    first, second = summary.endpoints
    table = tables.table(["right, by check"], ("n", first, second, "points", _interval(summary), "McNemar"))
    for suite in summary.suites:
        for metric in suite.metrics:
            table.add_row(
                suite.suite if metric is suite.right else f"  {metric.metric}",
                str(metric.first.n),
                wording.percent(metric.first.rate),
                wording.percent(metric.second.rate),
                wording.points(metric.difference),
                wording.interval(metric.low, metric.high),
                wording.p_value(metric.p_value),
            )
    console = tables.stdout()
    console.print(table)
    console.print(power_found(summary.suites))
    for suite in summary.suites:
        if suite.repeats:
            console.print(split_in_words(suite))
    if summary.rounds > 1:
        console.print(counted(summary))
    if any(summary.failures.values()):
        console.print(_failures_table(summary))
    if any(suite.families for suite in summary.suites):
        console.print(_families_table(summary))
    if any(suite.loose for suite in summary.suites):
        console.print(_loose_table(summary))
    if any(suite.scores for suite in summary.suites):
        console.print(_scores_table(summary))
    for suite in summary.suites:
        if suite.robustness:
            _show_robustness(console, suite.suite, suite.robustness, summary)
    for name in summary.endpoints:
        errors = sum(suite.errors[name] for suite in summary.suites)
        prompts = sum(suite.prompts for suite in summary.suites)
        console.print(f"errors of {name}: {errors} in {prompts} prompts")


def _failures_table(summary: EvalSummary) -> Table:
    """How many answers of each endpoint are wrong in which way: a column a type, one line an endpoint and suite."""
    counts = summary.failures.values()
    types = [kind for kind in FAILURES if any(kind in own for own in counts)]
    table = tables.table(("wrong, by failure", ""), types)
    shown = [(suite.suite, suite.failures) for suite in summary.suites if any(suite.failures.values())]
    if len(shown) > 1:
        shown.append(("in all", summary.failures))
    for title, failures in shown:
        for name, own in failures.items():
            label = title if name == summary.endpoints[0] else ""
            table.add_row(label, name, *(str(own.get(kind, 0)) for kind in types))
    return table


def _families_table(summary: EvalSummary) -> Table:
    """How alike the prompts of one group were answered, and as how many the suite's prompts count for it."""
    first, second = summary.endpoints
    alike = ("prompts", "groups", first, second, "difference", "worth")
    table = tables.table(["alike within a group (ICC)"], alike)
    for suite in summary.suites:
        if found := suite.families:
            table.add_row(
                suite.suite,
                str(suite.paired),
                str(found.groups),
                *(wording.alike(one) for one in (found.first, found.second, found.difference)),
                f"{found.effective:.0f}",
            )
    return table


def _loose_table(summary: EvalSummary) -> Table:
    """How often each is right if a line before or after and bold letters are forgiven; the verdict is strict."""
    table = tables.table(["right in IFEval's loose mode"], ("n", *summary.endpoints, "points", _interval(summary)))
    for suite in summary.suites:
        if found := suite.loose:
            table.add_row(
                suite.suite,
                str(found.first.n),
                *(f"{wording.percent(rate.rate)}" for rate in (found.first, found.second)),
                wording.points(found.difference),
                wording.interval(found.low, found.high),
            )
    return table


def _scores_table(summary: EvalSummary) -> Table:
    first, second = summary.endpoints
    table = tables.table(
        (
            "mean score",
            "",
        ),
        ("n", first, second, "hundredths", _interval(summary)),
    )
    for suite in summary.suites:
        for row in suite.scores:
            table.add_row(
                suite.suite,
                row.score,
                str(row.prompts),
                f"{row.first:.3f}",
                f"{row.second:.3f}",
                wording.points(row.difference),
                wording.interval(row.low, row.high),
            )
    return table


def show_factorial(summary: FactorialSummary) -> None:
    """What each of the two does, suite by suite and together, in points with their intervals."""
    found, names = summary.factorial, summary.endpoints
    rates = tables.table(["right"], ("n", *names))
    effects = tables.table(["effect"], ("tuning", "quantization", "interaction"))
    for suite in found.suites:
        shares = (wording.percent(suite.rates[name]) for name in names)
        rates.add_row(suite.suite, str(suite.prompts), *shares)
        effects.add_row(suite.suite, *_effects(suite))
    if len(found.suites) > 1:
        effects.add_row("together", *_effects(found))
    console = tables.stdout()
    console.print(rates)
    console.print(effects)
    console.print(f"in points, with {wording.level(summary.confidence)} % intervals, of prompts that all four answered")
    console.print("tuning: averaged over both precisions; quantization: INT4 less full precision, over both models")
    console.print("interaction: what tuning gains in INT4 beyond what it gains in full precision")


def _interval(summary: EvalSummary) -> str:
    return f"{wording.level(summary.confidence)} % interval"


def _effects(row: Effects) -> list[str]:
    return [
        f"{wording.points(effect.difference)} ({wording.points(effect.low)} to {wording.points(effect.high)})"
        if effect
        else wording.NOTHING
        for effect in (row.tuning, row.quantization, row.interaction)
    ]


def _show_robustness(console: Console, suite: str, found: Robustness, summary: EvalSummary) -> None:
    """What each kind of variant left of the right answers; the two sorts of kinds in tables of their own."""
    for title, rows in (
        ("the same asked otherwise", found.kept),
        ("with another meaning, or an order against it; right is what the original asks for", found.changing),
    ):
        if rows:
            console.print(f"{suite}: {title}")
            console.print(_robustness_table(rows, summary))
    console.print(f"keeps: of its right answers; more lost: by {summary.endpoints[1]}, in points")


def _robustness_table(rows: Sequence[Variants], summary: EvalSummary) -> Table:
    first, second = summary.endpoints
    numbers = ("n", f"{first} keeps", f"{second} keeps", "consistent", "more lost", _interval(summary))
    table = tables.table(["variants"], numbers)
    for row in rows:
        one, other = row.endpoints[first], row.endpoints[second]
        table.add_row(
            row.kind,
            str(row.prompts),
            wording.percent(one.kept),
            wording.percent(other.kept),
            f"{wording.percent(one.consistent)} / {wording.percent(other.consistent)}",
            wording.points(row.difference),
            wording.interval(row.low, row.high),
        )
    return table
