"""What an eval run concludes, suite by suite, and a factorial one: summary.json. It computes none of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.summaries.parts import (
    Confidence,
    Count,
    Counts,
    Doubled,
    Estimate,
    Failures,
    MadeOf,
    Names,
    Purpose,
    PValue,
    Share,
    Signed,
    estimated,
    version_of,
)
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Part):
    passed: Count
    n: Count
    rate: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Part):
    metric: Annotated[
        str,
        Field(description="`right` (all checks passed) first, then each check type of a suite that has several."),
    ]
    first: Rate
    second: Rate
    difference: Signed | None
    low: Signed | None
    high: Signed | None
    p_value: PValue | None
    only_first: Annotated[Count, Field(description="Prompts that the first alone got right.")]
    only_second: Count
    groups: Annotated[
        Count,
        Field(description="How many groups of one size these prompts are worth; as many as prompts if each alone."),
    ]
    company: Annotated[
        float | None, Field(ge=1, description="In how large a group the average prompt stands; null without pairs.")
    ]
    design_effect: Annotated[
        float | None,
        Field(ge=0, description="How many times the variance of independent prompts the difference has."),
    ]

    @property
    def estimate(self) -> Estimate | None:
        """The difference; None without pairs."""
        return estimated(self.difference, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike(Part):
    """An intra-class correlation with its interval (stats/intraclass.py): 0 as alike as any two prompts, 1 the same."""

    correlation: Signed
    low: Signed
    high: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Families(Part):
    """How alike prompts of one group were answered, and what so many prompts are worth; null: nothing tells."""

    groups: Count
    company: Annotated[float, Field(ge=1, description="In how large a group the average prompt stands.")]
    difference: Annotated[Alike | None, Field(description="Of second less first, prompt by prompt.")]
    first: Annotated[Alike | None, Field(description="Of the first endpoint being right.")]
    second: Alike | None
    effective: Annotated[
        float, Field(ge=0, description="As many prompts that each stand alone would show the difference as well.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithVariants(Part):
    """Every prompt asked in all its wordings that keep the meaning; a prompt counts once, with their mean."""

    prompts: Count
    answers: Annotated[Count, Field(description="Of each endpoint: the originals and their variants.")]
    first: Share
    second: Share
    difference: Signed
    low: Signed
    high: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Part):
    """How close the answers come to their references, by one check that measures; `first`, `second`: means."""

    score: Annotated[str, Field(description="A check type that measures, such as rouge_l.")]
    prompts: Count
    first: Share
    second: Share
    difference: Signed
    low: Signed
    high: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class WithErrors(Part):
    """The difference of `right` with errors counted: against the second endpoint (its own for wrong answers, the
    first's for right ones), and for it. What holds here holds whatever the missing answers would have been."""

    prompts: Annotated[Count, Field(description="Originals that both were asked: pairs, and those with an error.")]
    first: Annotated[Share, Field(description="How often the first is right, its errors counted as wrong.")]
    low: Annotated[Signed, Field(description="The lowest end of the intervals counted so, and of that without errors.")]
    high: Annotated[Signed, Field(description="The highest end.")]
    least_p: PValue
    largest_p: PValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Part):
    low: Doubled
    high: Doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Part):
    """What one endpoint keeps of its right answers; each prompt weighs the same."""

    originals: Share | None
    variants: Share | None
    kept: Annotated[float | None, Field(ge=0, description="variants / originals; above 1 where variants do better.")]
    consistent: Annotated[
        Share | None, Field(description="Prompts whose original and variants are all right or all wrong.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants(Part):
    """One kind of variant, or all that keep the meaning."""

    kind: Annotated[str, Field(description="A kind of variant, or `together`.")]
    prompts: Count
    groups: Annotated[Count, Field(description="How many groups of one size these prompts are worth.")]
    variants: Count
    errors: Counts
    endpoints: dict[str, Kept]
    difference: Annotated[
        Doubled | None,
        Field(description="How much more the second loses under the kind than the first, in -2 to 2."),
    ]
    low: Doubled | None
    high: Doubled | None
    with_errors: Annotated[
        Bounds | None, Field(description="The interval's ends with errors counted against the second, and for it.")
    ]

    @property
    def estimate(self) -> Estimate | None:
        """How much more the second loses; None without prompts."""
        return estimated(self.difference, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness(Part):
    preserving: Annotated[tuple[Variants, ...], Field(description="Kinds that keep the meaning.")]
    together: Annotated[Variants | None, Field(description="These in one, where there are two or more.")]
    changing: Annotated[
        tuple[Variants, ...], Field(description="Kinds that change it; never put together with the others.")
    ]

    @property
    def kept(self) -> tuple[Variants, ...]:
        """The kinds that keep the meaning, and these in one."""
        return (*self.preserving, self.together) if self.together else self.preserving


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats(Part):
    """Several answers a prompt: what the difference of `right` varies by, within prompts and between them."""

    prompts: Count
    repeats: Annotated[float, Field(ge=1, description="Answers a prompt that both gave, on average.")]
    within: Annotated[float, Field(ge=0, description="Variance of one answer's difference within a prompt.")]
    between: Annotated[float, Field(ge=0, description="Variance of what is expected of each prompt's difference.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSummary(Part):
    suite: str
    version: int | str
    title: str
    purpose: Purpose
    margin: Annotated[
        Share | None, Field(description="The smallest gain that matters, or the largest loss that is accepted.")
    ]
    prompts: Annotated[Count, Field(description="All that was asked, variants among them.")]
    paired: Annotated[
        Count,
        Field(description="Originals that both endpoints answered: what everything but robustness is counted over."),
    ]
    errors: Counts
    metrics: Annotated[tuple[Metric, ...], Field(min_length=1)]
    with_variants: WithVariants | None
    failures: Failures
    scores: tuple[Score, ...]
    robustness: Robustness | None
    with_errors: Annotated[WithErrors | None, Field(description="null where no prompt was asked of both.")]
    unasked: Annotated[
        int, Field(description="How many answers, or errors in their place, the rows lack: lost, or not asked yet.")
    ]
    repeats: Annotated[Repeats | None, Field(description="Only where prompts were asked several times.")] = None
    families: Annotated[
        Families | None, Field(description="Of prompts in groups; null where each stands alone, or none was paired.")
    ] = None
    loose: Annotated[
        Metric | None, Field(description="`right` in IFEval's loose mode; null where no check is of form.")
    ] = None

    def __post_init__(self) -> None:
        if {self.right.first.n, self.right.second.n} != {self.paired}:
            raise ValueError("paired is not what `right` was counted over")

    @property
    def right(self) -> Metric:
        """All checks passed."""
        return self.metrics[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(Part):
    difference: Doubled
    low: Doubled
    high: Doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects(Part):
    """What tuning and quantization each do, and together; null where no prompt was answered by all four."""

    tuning: Contrast | None
    quantization: Contrast | None
    interaction: Contrast | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteEffects(Effects):
    suite: str
    prompts: Count
    rates: Annotated[dict[str, Share | None], Field(description="Share answered right, by endpoint.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factorial(Effects):
    """Tuning told from quantization, where all four models answered."""

    suites: tuple[SuiteEffects, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorialSummary(Part):
    """One factorial run: base and tuned, in full precision and in INT4."""

    schema: Annotated[int, version_of("factorial")]
    kind: Literal["factorial"]
    endpoints: tuple[str, ...]
    confidence: Confidence
    factorial: Factorial
    rows: MadeOf = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSummary(Part):
    """One eval run: how often both endpoints are right, paired prompt by prompt."""

    schema: Annotated[int, version_of("eval")]
    kind: Literal["eval"]
    endpoints: Names
    confidence: Confidence
    failures: Annotated[Failures, Field(description="Those of all suites added up.")]
    suites: tuple[SuiteSummary, ...]
    together: Annotated[
        SuiteSummary | None,
        Field(description="All suites of non-inferiority in one, each prompt weighs the same; null of fewer than 2."),
    ]
    rounds: Annotated[
        int, Field(ge=1, description="The how-manieth look at these models this is; `confidence` has paid for it.")
    ] = 1
    factorial: Annotated[
        Factorial | None, Field(description="In a verdict: what a factorial run of the same models found.")
    ] = None
    rows: MadeOf = None

    def __post_init__(self) -> None:
        named: list[Iterable[str]] = [self.failures]
        for suite in self.suites:
            named += [suite.errors, suite.failures]
            if found := suite.robustness:
                named += [own for row in (*found.kept, *found.changing) for own in (row.errors, row.endpoints)]
        if any(set(own) != set(self.endpoints) for own in named):
            raise ValueError("something is counted of other endpoints than `endpoints` names")
