"""From the rows of base and tuned, each in full precision and in INT4, to what tuning and quantization each do.

Everything here is pure. The statistics lie in stats/contrasts.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalharness.runs.about import About
from evalharness.runs.rows.eval import Graded
from evalharness.runs.rows.parts import Company
from evalharness.runs.summaries.eval import Contrast, Factorial, FactorialSummary, SuiteEffects
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import CONFIDENCE
from evalharness.stats.contrasts import contrasts

NAMES = ("base-fp", "base-int4", "tuned-fp", "tuned-int4")  # in the order in which factorial takes them
EFFECTS = ("tuning", "quantization", "interaction")


@dataclass(frozen=True)
class Answers:
    """Of one prompt: which of the four answered right (None: with an error), and of which group it is."""

    group: Company
    right: dict[str, bool | None]

    @property
    def by_all(self) -> bool:
        """Whether all four answered, right or wrong."""
        return all(self.right.get(name) is not None for name in NAMES)


def missing(run: About, rows: Iterable[Graded]) -> list[str]:
    """Which of the four have not been asked everything yet, whatever became of it."""
    prompts = sum(suite["prompts"] for suite in run["suites"])
    asked = Counter(name for *_, name in {(row.suite, row.id, row.endpoint) for row in rows})
    return [name for name in NAMES if asked[name] < prompts]


def summarise(run: About, rows: Iterable[Graded]) -> FactorialSummary:
    """summary.json of a run whose four endpoints were asked; of two rows for one question the later counts.

    A prompt counts when all four answered it; variants of prompts do not. An effect: {difference, low, high}, None
    where no prompt counts.
    """
    right: dict[str, dict[str, Answers]] = {}
    for row in rows:
        if not row.variant:
            answers = right.setdefault(row.suite, {}).setdefault(row.id, Answers(row.company, {}))
            answers.right[row.endpoint] = None if row.error else bool(row.right)
    counted = {
        suite["suite"]: [answers for answers in right.get(suite["suite"], {}).values() if answers.by_all]
        for suite in run["suites"]
    }
    everything = [answers for prompts in counted.values() for answers in prompts]
    suites = tuple(
        SuiteEffects(suite=suite, prompts=len(prompts), **_effects(prompts), rates=_rates(prompts))
        for suite, prompts in counted.items()
    )
    return FactorialSummary(
        schema=SCHEMAS["factorial"],
        kind="factorial",
        endpoints=NAMES,
        confidence=CONFIDENCE,
        factorial=Factorial(**_effects(everything), suites=suites),
    )


def _effects(prompts: Sequence[Answers]) -> dict[str, Contrast | None]:
    if not prompts:
        return dict.fromkeys(EFFECTS)
    base, base_int4, tuned, tuned_int4 = ([float(bool(answers.right[name])) for answers in prompts] for name in NAMES)
    found = contrasts(base, base_int4, tuned, tuned_int4, [answers.group for answers in prompts])
    return {
        name: Contrast(difference=effect.difference, low=effect.low, high=effect.high)
        for name, effect in zip(EFFECTS, (found.tuning, found.quantization, found.interaction), strict=True)
    }


def _rates(prompts: Sequence[Answers]) -> dict[str, float | None]:
    total = len(prompts)
    return {name: sum(bool(answers.right[name]) for answers in prompts) / total if total else None for name in NAMES}
