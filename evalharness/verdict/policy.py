"""The policy: what a tuned model must bring to pass, read from a YAML file and checked.

It knows the criteria's names and bounds, not how evidence is measured or judged.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AllowInfNan, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from evalharness.client.fairness import What
from evalharness.errors import UsageError
from evalharness.runs.summaries import Purpose, SuiteSummary
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
"""One rule with its bound on a ratio (tuned over base). `equal_within: 0.1` allows 1.1 times either way."""


Share = Annotated[float, Strict(), Field(gt=0, lt=1)]
Bar = Annotated[Mapping[Literal["better_by", "not_worse_by"], Share], Field(min_length=1, max_length=1)]
"""What a suite is asked to show, and its margin, a share of prompts. `better_by`: superiority, by a gain that matters;
`not_worse_by`: non-inferiority, a larger loss ruled out."""

PURPOSES: dict[str, Purpose] = {"better_by": "superiority", "not_worse_by": "non-inferiority"}


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
    and asks for the suite to be there. `max_error_rate` is the largest share of requests that may go unanswered.

    A policy without `load` asks nothing of the load test; `load_users` is the least load at which its limits have to
    be shown. `robustness` bounds how much more the tuned model may lose to rewording, `judge` the share of pairs that
    a judging model has to give it: without them, neither is judged. `allow_differences` names what the two servers
    may differ in beside the weights (client/fairness.py).
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: Annotated[int, Strict(), Field(ge=1)]
    quality: Literal["by-purpose", "no-difference"]
    max_error_rate: Annotated[float, Strict(), Field(ge=0, le=1)]
    suites: Mapping[str, Bar] = field(default_factory=dict)
    load: Mapping[LoadMetric, Limit] = field(default_factory=dict)
    load_users: Annotated[int, Strict(), Field(ge=1)] | None = None
    robustness: Mapping[Literal["not_worse_by"], Share] | None = None
    judge: Mapping[Literal["wins_at_least"], Share] | None = None
    allow_differences: Sequence[What] = ()

    def __post_init__(self) -> None:
        if self.suites and self.quality == "no-difference":
            raise ValueError("suites has bars of its own, which quality: no-difference does not ask for")


def shipped(against_itself: bool) -> Path:
    """The policy of a run that names none; a model against itself has one of its own."""
    return FOLDER / ("self.yaml" if against_itself else "default.yaml")


def applied(policy: Policy, suites: Iterable[SuiteSummary]) -> list[SuiteSummary]:
    """The suites of a summary, each with the purpose and the margin that the policy holds it to."""
    bars = {name: next(iter(bar.items())) for name, bar in policy.suites.items()}
    return [
        replace(suite, purpose=PURPOSES[bars[name][0]], margin=bars[name][1])
        if (name := suite.suite) in bars
        else suite
        for suite in suites
    ]


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
        given = "" if first["type"] == "missing" else f", not {first['input']!r}"
        raise UsageError(f"{path}: {where}: {first['msg']}{given}") from None
