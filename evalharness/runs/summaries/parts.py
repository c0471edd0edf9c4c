"""What the summaries of every kind of run are made of: counts, shares, outcomes, a value with its interval."""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from evalharness.runs.failures import Failure
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


def version_of(kind: str) -> Any:
    return Field(json_schema_extra={"const": SCHEMAS[kind]})


class Estimate(NamedTuple):
    """A value with its interval."""

    value: float
    low: float
    high: float


def estimated(value: float | None, low: float | None, high: float | None) -> Estimate | None:
    return None if value is None or low is None or high is None else Estimate(value, low, high)
