"""What every check shares: what it is made of, and what it finds. It knows no single check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evalharness.runs.failures import Failure
from evalharness.runs.rows.eval import Call


class Finding(NamedTuple):
    """What a check found in an answer. `score` is in [0, 1], for the checks that measure."""

    failure: Failure | None
    score: float | None = None


@dataclass(frozen=True)
class Check:
    """`failure_of` gets the answer and the suite's value; `accepts` says whether such a value makes sense."""

    failure_of: Callable[[str, Any], Failure | None]
    accepts: Callable[[Any], bool]
    wants: str

    def find(self, answer: str, value: Any) -> Finding:
        return Finding(self.failure_of(answer, value) if answer.strip() else "empty")


@dataclass(frozen=True)
class Measure:
    """A check by closeness: its value is a mapping with `references` and `at_least`, the lowest score that passes.

    `score` gets the answer and one reference, and gives a number in [0, 1]; the closest reference counts.
    """

    score: Callable[[str, str], float]
    accepts: Callable[[Any], bool]
    wants: str

    def find(self, answer: str, value: Any) -> Finding:
        if not answer.strip():
            return Finding("empty", 0.0)
        references = value["references"]
        texts = [references] if isinstance(references, str) else references
        best = max(self.score(answer, text) for text in texts)
        return Finding(unless(best >= value["at_least"], "fact"), round(best, 6))


@dataclass(frozen=True)
class CallCheck:
    """A check of the tools that an answer calls. What it says beside them comes first."""

    failure_of: Callable[[str, Sequence[Call], Any], Failure | None]
    accepts: Callable[[Any], bool]
    wants: str


def unless(passed: bool, failure: Failure) -> Failure | None:
    return None if passed else failure
