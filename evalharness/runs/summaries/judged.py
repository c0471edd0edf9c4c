"""What a judging model and people's votes say of the answers of an eval run: judge.json, and a part of a verdict."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.summaries.parts import (
    Confidence,
    Count,
    Estimate,
    MadeOf,
    Names,
    PValue,
    Share,
    estimated,
    version_of,
)
from evalharness.runs.typed import Part


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
        return estimated(self.share, self.low, self.high)


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
        return estimated(self.kappa, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSummary(Part):
    """judge.json of an eval run's folder: what a judging model made of the pairs."""

    schema: Annotated[int, version_of("judge")]
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
        return estimated(self.share, self.low, self.high)
