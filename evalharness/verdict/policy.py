"""The policy: what a tuned model must bring to pass, read from a YAML file and checked.

It knows the criteria's names and bounds, not how evidence is measured or judged.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from reprlib import repr as short
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AllowInfNan,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from evalharness.errors import UsageError
from evalharness.runs.fairness import What
from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.runs.summaries.parts import Purpose
from evalharness.suites import strict_yaml

FOLDER = Path(__file__).parent / "policies"

LoadMetric = Literal[
    "ttft_p50",
    "ttft_p95",
    "tpot_p95",
    "itl_p95",
    "e2e_p50",
    "e2e_p95",
    "output_tokens_per_s",
    "requests_per_s",
]
Rule = Literal["at_most", "at_least", "equal_within"]
Bound = Annotated[float, Strict(), AllowInfNan(False), Field(gt=0)]
Limit = Annotated[Mapping[Rule, Bound], Field(min_length=1, max_length=1)]
"""One rule with its bound on a ratio (tuned over base). `equal_within: 0.1` asks for equivalence: the ratio has to be
shown to lie within 1.1 times either way."""


Share = Annotated[float, Strict(), Field(gt=0, lt=1)]
PURPOSES: Mapping[str, Purpose] = {
    "better": "superiority",
    "better_by_at_least": "superiority by a margin",
    "not_worse_by": "non-inferiority",
}


def _bar(given: Any, checked: ValidatorFunctionWrapHandler) -> Any:
    """A bar as it is written, the word `better` or a rule with its margin, always as a mapping."""
    if isinstance(given, Mapping) and "better_by" in given:
        raise ValueError(
            "better_by is no rule any more: write better_by_at_least for a gain that must be shown to be that large, "
            "or the word better alone for any gain"
        )
    if isinstance(given, Mapping) and "better" in given:
        raise ValueError("better takes no margin: write the word alone, or better_by_at_least with one")
    return {"better": 0.0} if given == "better" else checked(given)


Bar = Annotated[
    Mapping[Literal["better", "better_by_at_least", "not_worse_by"], Share],
    Field(min_length=1, max_length=1),
    WrapValidator(_bar),
]
"""What a suite is asked to show: `better`, any gain at all; `better_by_at_least`, a gain of this share of prompts or
more; `not_worse_by`, that so large a loss is ruled out."""


def allowed(limit: Limit) -> tuple[float, float]:
    """The smallest and the largest ratio that a limit allows."""
    ((rule, bound),) = limit.items()
    if rule == "at_most":
        return 0.0, bound
    if rule == "at_least":
        return bound, math.inf
    return 1 / (1 + bound), 1 + bound


@dataclass(frozen=True)
class Policy:
    """The whole of a policy file.

    `quality` says what a suite's difference is held against: its own stated purpose and margin, or no
    difference at all (the harness testing itself). `suites` puts a bar of the policy's own in place of a suite's,
    and asks for the suite to be there. `together` says how much may be lost in all suites of non-inferiority in one,
    where there are two or more: each by itself then only must not show a loss of its margin. `require_gain` asks that
    one suite shows a gain: that none is worse is then not enough. `max_error_rate` is the largest share of requests
    that may go unanswered.

    `capacity` is the least multiple of the base's capacity that the tuned model has to bear at a service level.

    A policy without `load` asks nothing of the load test; `load_users` is the least load at which its limits have to
    be shown. `robustness` bounds how much more the tuned model may lose to rewording, `judge` and `votes` the share of
    pairs that a judging model, and people, have to give it: without them, none of it is judged. `allow_differences`
    names what the two servers may differ in beside the weights (runs/fairness.py).
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: Annotated[int, Strict(), Field(ge=1)]
    quality: Literal["by-purpose", "no-difference"]
    max_error_rate: Annotated[float, Strict(), Field(ge=0, le=1)]
    suites: Mapping[str, Bar] = field(default_factory=dict)
    together: Mapping[Literal["not_worse_by"], Share] | None = None
    require_gain: Annotated[bool, Strict()] = False
    load: Mapping[LoadMetric, Limit] = field(default_factory=dict)
    load_users: Annotated[int, Strict(), Field(ge=1)] | None = None
    capacity: Mapping[Literal["at_least"], Bound] | None = None
    robustness: Mapping[Literal["not_worse_by"], Share] | None = None
    judge: Mapping[Literal["wins_at_least"], Share] | None = None
    votes: Mapping[Literal["wins_at_least"], Share] | None = None
    allow_differences: Sequence[What] = ()

    def __post_init__(self) -> None:
        if self.quality == "no-difference" and (self.suites or self.together or self.require_gain):
            raise ValueError("quality: no-difference has no bars (suites, together) and wants no gain (require_gain)")


def shipped(against_itself: bool) -> Path:
    """The policy of a run that names none; a model against itself has one of its own."""
    return FOLDER / ("self.yaml" if against_itself else "default.yaml")


def applied(policy: Policy, suites: Iterable[SuiteSummary]) -> list[SuiteSummary]:
    """The suites of a summary, each with the purpose and the margin that the policy holds it to.

    A suite that is asked to be better, whatever by, keeps its own margin where that is the smallest gain that matters.
    """
    return [_held_to(policy.suites[suite.suite], suite) if suite.suite in policy.suites else suite for suite in suites]


def _held_to(bar: Bar, suite: SuiteSummary) -> SuiteSummary:
    ((rule, margin),) = bar.items()
    own = suite.margin if suite.purpose == "superiority" else None
    return replace(suite, purpose=PURPOSES[rule], margin=own if rule == "better" else margin)


def read_policy(path: Path) -> Policy:
    """Raises UsageError naming the file, and the line or the field, when it is not a valid policy."""
    try:
        return TypeAdapter(Policy).validate_python(strict_yaml.load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: the policy cannot be read ({error.strerror})") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]") or "the whole file"
        given = "" if first["type"] == "missing" else f", not {short(first['input'])}"
        raise UsageError(f"{path}: {where}: {first['msg']}{given}") from None
