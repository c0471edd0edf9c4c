"""What a run concludes from its rows: summary.json of every kind of run, and judge.json.

The fields are those of the files, and summary.schema.json is made of them (schemas.py). `first` and `second` are the
two endpoints, the base first; a difference is the second less the first. It knows nothing of how anything is computed
or shown.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from evalharness.runs.rows import Failure, ProbeRow
from evalharness.runs.typed import Part
from evalharness.runs.versions import SCHEMAS

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1, description="A rate in 0 to 1; null where there is nothing to divide by.")]
Signed = Annotated[float, Field(ge=-1, le=1, description="In -1 to 1 (not percentage points); null without pairs.")]
Doubled = Annotated[float, Field(ge=-2, le=2, description="A difference of two differences, in -2 to 2.")]
PValue = Annotated[
    float,
    Field(ge=0, le=1, description="McNemar's mid-p-value or, of votes, the sign test's; null without pairs."),
]
Confidence = Annotated[float, Field(gt=0, lt=1, description="Of every interval (low, high) in here, such as 0.95.")]
Names = Annotated[tuple[str, str], Field(description="The two endpoints by name, the base first.")]
Counts = Annotated[dict[str, Count], Field(description="Endpoint to a count.")]
Failures = Annotated[
    dict[str, dict[Failure, Annotated[int, Field(ge=1)]]],
    Field(
        description="Endpoint to type of failure to the number of answers that show it. An answer that fails in two "
        "ways counts in both; errors are no answers and not counted; variants are left out. The pairs are those of "
        "`paired`."
    ),
]
MadeOf = Annotated[
    dict[str, str] | None,
    Field(description="SHA-256 of each file of rows that it was made of: beside other rows it is refused."),
]
Purpose = Literal["superiority", "superiority by a margin", "non-inferiority", "descriptive"]
"""What a suite is for; to be superior by a margin is asked by a policy alone."""
TOGETHER = "all suites together"
"""What the suites of non-inferiority are called in one; no suite can be called so, for the spaces."""
Outcome = Literal["met", "failed", "unsettled"]
Word = Literal["PASS", "FAIL", "INCONCLUSIVE"]
Probed = Literal["held", "failed", "unsettled"]
"""What a probe of a level of load shows; one that shows nothing is never taken for one of the others."""


def _version(kind: str) -> Any:
    return Field(json_schema_extra={"const": SCHEMAS[kind]})


class Estimate(NamedTuple):
    """A value with its interval."""

    value: float
    low: float
    high: float


def _estimate(value: float | None, low: float | None, high: float | None) -> Estimate | None:
    return None if value is None or low is None or high is None else Estimate(value, low, high)


# An eval run


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
        return _estimate(self.difference, self.low, self.high)


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
        return _estimate(self.difference, self.low, self.high)


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

    schema: Annotated[int, _version("factorial")]
    kind: Literal["factorial"]
    endpoints: tuple[str, ...]
    confidence: Confidence
    factorial: Factorial
    rows: MadeOf = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSummary(Part):
    """One eval run: how often both endpoints are right, paired prompt by prompt."""

    schema: Annotated[int, _version("eval")]
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


# A load run

PERCENTILES = (50, 90, 95, 99, 99.9)
Percentiles = Annotated[dict[str, float | None], Field(description="Seconds by percentile, such as p95.")]

# Of a load's profile: what one machine can generate, and what a person would wait for, with room to spare.
LIMITS = {
    "users": (1, 1024),
    "seconds": (1, 3600),
    "warmup_seconds": (0, 600),
    "output_tokens": (2, 8192),  # a time per output token needs two of them
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Part):
    """What load was put on each endpoint (load/profile.py)."""

    users: Count
    seconds: float
    warmup_seconds: float
    output_tokens: Count
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLoad(Part):
    """What was measured of one endpoint (load/measure.py has the definitions)."""

    name: str
    requests: Count
    errors: Annotated[dict[str, Count], Field(description="Kind of error to a count.")]
    error_rate: Share | None
    seconds: float
    requests_per_s: float
    output_tokens_per_s: float
    ttft: Percentiles
    itl: Percentiles
    tpot: Percentiles
    e2e: Percentiles

    def __post_init__(self) -> None:
        wanted = {f"p{q:g}" for q in PERCENTILES}
        if any(found.keys() != wanted for found in (self.ttft, self.itl, self.tpot, self.e2e)):
            raise ValueError(f"a latency has other percentiles than {', '.join(sorted(wanted))}")

    def value(self, metric: str) -> float | None:
        """By a metric's name, such as `ttft_p95` or `requests_per_s`."""
        latency, _, percentile = metric.rpartition("_")
        found: float | None = getattr(self, latency)[percentile] if hasattr(self, latency) else getattr(self, metric)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Part):
    """Second over first: the centre of the ratios of so many pairs of blocks, or of so many times so many."""

    metric: str
    ratio: Annotated[float | None, Field(description="Second over first; null where there is nothing to divide.")]
    low: Annotated[float | None, Field(description="null where there are too few ratios for an interval.")]
    high: float | None
    ratios: Annotated[Count, Field(description="How many the interval rests on.")]
    pairs_a_ratio: Annotated[Count, Field(description="How many pairs of blocks each of them is of.")]

    @property
    def estimate(self) -> Estimate | None:
        return _estimate(self.ratio, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary(Part):
    """One load run: the same load on both endpoints in turn, block by block."""

    schema: Annotated[int, _version("load")]
    kind: Literal["load"]
    profile: Profile
    endpoints: tuple[EndpointLoad, EndpointLoad]
    seconds: Annotated[float, Field(description="How long both together were under load, warm-up aside.")]
    pairs: Annotated[Count, Field(description="Pairs of blocks, one of each endpoint, that the ratios are of.")]
    ratios: tuple[Ratio, ...]
    confidence: Confidence
    invalid: Annotated[tuple[str, ...], Field(description="Why the figures compare nothing.")]
    warnings: tuple[str, ...]
    rows: MadeOf = None


# A capacity run


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Part):
    """The service level that was asked for (load/capacity/slo.py)."""

    name: str
    title: str
    source: str
    limits: Annotated[dict[str, float], Field(description="Seconds by latency and percentile, such as ttft_p95.")]
    errors: Share
    goodput: Share | None
    probe_seconds: float
    rate: Annotated[float | None, Field(description="What somebody published for it, in requests a second.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bears(Part):
    """What an endpoint bears at the service level, in the unit of the levels."""

    name: str
    capacity: Annotated[float | None, Field(description="null where no level was probed.")]
    low: Annotated[float, Field(description="The interval's lower end; 0 where nothing was shown to be held.")]
    high: Annotated[float | None, Field(description="Its upper end; null where nothing was shown not to be.")]

    @property
    def estimate(self) -> Estimate | None:
        return None if self.capacity is None else Estimate(self.capacity, self.low, _or_infinite(self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRatio(Part):
    """Second over first; `high` is null where nothing bounds it."""

    ratio: float
    low: float
    high: float | None

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.ratio, self.low, _or_infinite(self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySummary(Part):
    """One capacity run: the highest load that each endpoint bears at a service level, probe by probe."""

    schema: Annotated[int, _version("capacity")]
    kind: Literal["capacity"]
    agreed: Agreed
    arrivals: Annotated[str, Field(description="An arrival process, or a trace's path.")]
    unit: Annotated[str, Field(description="Of the levels: requests/s, or users of a closed loop.")]
    cache: Literal["cold", "warm"]
    endpoints: tuple[Bears, Bears]
    ratio: Annotated[CapacityRatio | None, Field(description="null where one of the two is not known.")]
    confidence: Confidence
    precision: Annotated[float, Field(description="Half of what an interval may be wide, as a share.")]
    seconds: Annotated[float, Field(description="How long both together were probed.")]
    whole: Annotated[bool, Field(description="Was all probed that the search wanted, before the time was up?")]
    probes: tuple[ProbeRow, ...]
    warnings: tuple[str, ...]
    rows: MadeOf = None


def _or_infinite(high: float | None) -> float:
    return math.inf if high is None else high


# A judge's verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge(Part):
    """The model that judged, and where it was asked."""

    name: str
    url: str
    model: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGroups(Part):
    """How the votes of a group stand together (stats/votes.py)."""

    groups: Annotated[Count, Field(description="How many groups of one size they are worth.")]
    design_effect: Annotated[float, Field(ge=0, description="How many times the variance of independent votes.")]
    whole: Annotated[float, Field(ge=0, description="How many votes turn at once where a group does.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPairs(Part):
    judged: Annotated[Count, Field(description="Pairs with a verdict in both orders.")]
    first: Annotated[Count, Field(description="Pairs that the first wins in both orders.")]
    second: Count
    ties: Count
    orders_disagreed: Annotated[Count, Field(description="Of the ties, those of which each order named another.")]
    without_verdict: Count
    share: Annotated[Share | None, Field(description="The second's wins among the pairs that are no tie.")]
    low: Share | None
    high: Share | None
    p_value: PValue | None
    in_groups: Annotated[
        JudgedGroups | None, Field(description="Of the decided pairs; only where prompts stand in groups.")
    ] = None

    @property
    def estimate(self) -> Estimate | None:
        """The share; None where no pair was decided."""
        return _estimate(self.share, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades(Part):
    """Mean grades by rubric, 1 to 5, of the `n` prompts whose answers both have one."""

    n: Count
    first: float
    second: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSuite(Part):
    suite: str
    pairs: JudgedPairs
    scores: Grades | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Part):
    """How often the answer shown first won; 0.5 is no bias."""

    pairs: Count
    first: Share | None
    low: Share | None
    high: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Part):
    """Of `n` things rated twice, `agreed` got the same label. kappa and its bounds are None where chance alone
    would agree on everything: both raters used a single label, the same one, or nothing was rated."""

    n: Count
    agreed: Count
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def estimate(self) -> Estimate | None:
        return _estimate(self.kappa, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSummary(Part):
    """judge.json of an eval run's folder: what a judging model made of the pairs."""

    schema: Annotated[int, _version("judge")]
    kind: Literal["judge"]
    judge: Judge
    endpoints: Names
    confidence: Confidence
    suites: tuple[JudgedSuite, ...]
    position: Position
    votes: Annotated[Agreement | None, Field(description="Its agreement with people's votes, if there are any.")]
    asked: Count
    unparsed: Annotated[Count, Field(description="Questions whose replies could not be read.")]
    errors: Annotated[Count, Field(description="Questions without a reply.")]
    rows: MadeOf = None


# People's votes


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Part):
    """What people preferred of the two models of an eval run, in votes of which nobody knew whose answer was whose."""

    endpoints: Names
    confidence: Confidence
    first: Annotated[Count, Field(description="Votes for the first.")]
    second: Count
    ties: Count
    both_bad: Count
    people: Annotated[Count, Field(description="How many voted.")]
    chats: Annotated[Count, Field(description="In how many chats.")]
    share: Annotated[Share | None, Field(description="The second's among the votes for one of the two.")]
    low: Annotated[Share | None, Field(description="The wider of two intervals: by person, and by chat.")]
    high: Share | None
    p_value: PValue | None
    position: Annotated[Position, Field(description="How often the answer shown first was preferred.")]
    left_out: Annotated[Count, Field(description="Votes on other versions of the models, or with the names in sight.")]

    @property
    def decided(self) -> int:
        return self.first + self.second

    @property
    def estimate(self) -> Estimate | None:
        """The share; None where no vote was for one of the two."""
        return _estimate(self.share, self.low, self.high)


# A verdict


@dataclass(frozen=True, slots=True)
class Reason(Part):
    """One criterion's outcome for one subject (a suite, a load metric, an endpoint), and the sentence why."""

    criterion: str
    subject: str
    outcome: Outcome
    text: str
    plain: Annotated[
        str, Field(description="The same for whoever knows no statistics, with the number that would change it.")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictSummary(Part):
    """One verdict and the evidence that it rests on."""

    schema: Annotated[int, _version("verdict")]
    kind: Literal["verdict"]
    verdict: Word
    reasons: tuple[Reason, ...]
    eval: EvalSummary
    load: LoadSummary | None
    judge: JudgeSummary | None
    people: People | None = None
    capacity: Annotated[
        CapacitySummary | None, Field(description="Only where the policy asks for a share of the base's capacity.")
    ] = None


# Two eval runs


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSuite(Part):
    suite: str
    paired: Count
    old: Share | None
    new: Share | None
    difference: Annotated[Signed | None, Field(description="New minus old.")]
    low: Signed | None
    high: Signed | None
    p_value: PValue | None
    adjusted: Annotated[
        PValue | None, Field(description="p_value adjusted for the number of models tried, and of suites (Holm).")
    ]
    outcome: Literal["better", "worse", "same"] | None
    lost: Annotated[tuple[str, ...], Field(description="Prompts that only the old run's answer got right.")]
    gained: tuple[str, ...]
    failures: Failures

    @property
    def estimate(self) -> Estimate | None:
        """The difference; None without pairs."""
        return _estimate(self.difference, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Part):
    name: str
    model: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedEndpoint(Part):
    role: Literal["tuned", "base"]
    sides: Annotated[tuple[Side, Side], Field(description="In the old run and in the new one.")]
    changed: Annotated[
        tuple[str, ...],
        Field(
            description="In what its server differed between the runs, as far as both recorded it; a new adapter aside."
        ),
    ]
    suites: tuple[ComparedSuite, ...]
    tried: Annotated[
        Count, Field(description="How many such models the finished runs beside these asked; `adjusted` pays for them.")
    ] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSummary(Part):
    """Two eval runs of the same prompts, endpoint by endpoint."""

    schema: Annotated[int, _version("compare")]
    kind: Literal["compare"]
    runs: Annotated[tuple[str, str], Field(description="The old run's folder and the new one's.")]
    confidence: Confidence
    compared: Annotated[Count, Field(description="Prompts that were compared.")]
    left_out: Annotated[
        dict[str, Count], Field(description="Run to the prompts of it that the other did not ask the same.")
    ]
    endpoints: tuple[ComparedEndpoint, ComparedEndpoint]


# A task of lm-evaluation-harness


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetric(Part):
    value: Any
    stderr: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSummary(Part):
    """One task of lm-evaluation-harness, in its own numbers."""

    schema: Annotated[int, _version("lm-eval")]
    kind: Literal["lm-eval"]
    task: str
    results: Annotated[dict[str, dict[str, TaskMetric]], Field(description="Endpoint to metric to its value.")]


Summary = Annotated[
    EvalSummary
    | LoadSummary
    | CapacitySummary
    | JudgeSummary
    | VerdictSummary
    | CompareSummary
    | FactorialSummary
    | TaskSummary,
    Field(discriminator="kind"),
]
