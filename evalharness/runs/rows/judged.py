"""The rows of judging: what a model said of answers, and what people voted.

They do not know what a judge is asked, nor whose answers are preferred.
"""

from dataclasses import dataclass
from typing import Literal

from evalharness.runs.rows.parts import Error
from evalharness.runs.typed import Part

VOTES = "votes.jsonl"  # beside the run folders: people's votes are on two models, not of one run
TIE = "tie"  # of a vote, or of a judge's two verdicts on a pair: neither of the endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow(Part):
    """A row of judge.jsonl. `order` names the endpoints as they were shown, or the one that was graded.

    `verdict` is A, B or TIE of a pair, 1 to 5 of a score, and None where neither reply could be read (no guess is
    made) or the judge gave none (then `error` says why).
    """

    kind: Literal["pair", "score"]
    suite: str
    id: str
    order: tuple[str, ...]
    judge: str
    protocol: int
    verdict: str | int | None
    replies: list[str]
    started: float
    seconds: float
    error: Error | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow(Part):
    """A row of votes.jsonl: what a person made of two answers to one question.

    `id` and `suite` are of the prompt that was asked, where a run has asked it of the same models. `choice` is whose
    answer is better, or a tie, which also is what two bad answers are. Where nobody could know whose answer was whose,
    `first` says which of the two was shown first, and `versions` which answered; of other votes both are None.
    """

    id: str | None
    suite: str | None
    choice: str
    both_bad: bool
    person: str
    chat: str
    vote: str
    first: str | None
    versions: dict[str, str] | None
