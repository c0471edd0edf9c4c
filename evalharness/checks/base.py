"""What every check shares: the kinds of failure, and what a check is made of.

It knows no single check. The failures are the one list that everything else counts by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from evalharness.runs.rows import Failure

__all__ = ["FAILURES", "Check", "Failure", "Finding", "Measure", "unless"]

FAILURES: dict[Failure, str] = {
    "empty": "nothing was said",
    "truncation": "it failed and was cut off at max_tokens: the limit is to blame first",
    "format": "the form that was asked for is not there: JSON, layout, letter case, a code block",
    "length": "too many or too few words, sentences, paragraphs or characters",
    "fact": "the form may be right, what it says is not: another value, too far from every reference",
    "missing": "something that had to be there is not: a phrase, a number",
    "forbidden": "something is there that must not be",
    "order": "what was to be in an order is not",
    "code": "the code does not run, fails its tests, or takes too long or too much memory",
    "language": "another language than was asked for",
    "refusal": "it declined to do what it should have done",
    "compliance": "it did what it should have declined",
    "repetition": "it goes round in circles",
}
"""Every kind of failure with what it means. A failed check has exactly one."""


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


def unless(passed: bool, failure: Failure) -> Failure | None:
    return None if passed else failure
