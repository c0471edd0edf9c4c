"""A suite's answer rows, paired: what both endpoints said to the same prompt.

Pure. It knows the shape of rows; what is counted over the pairs lies in summary.py, failures.py and scores.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalharness.runs.rows.eval import Graded

Pair = tuple[Graded, Graded]  # the first endpoint's row and the second's, both answered


@dataclass(frozen=True)
class Paired:
    """Pairs by prompt id, of originals and of their variants, and how many rows of each endpoint are errors.

    `erred` are the originals that both were asked and at least one did not answer, `rows` how many there are in all.
    """

    originals: Mapping[str, Pair]
    variants: Mapping[str, Pair]
    errors: Mapping[str, int]
    erred: Mapping[str, Pair]
    rows: int


def paired(rows: Iterable[Graded], names: Sequence[str]) -> Paired:
    """Of two rows for one question the later counts. A prompt that one endpoint left unanswered is in no pair."""
    answers: dict[str, dict[str, Graded]] = {name: {} for name in names}
    for row in rows:
        answers[row.endpoint][row.id] = row
    first, second = answers.values()
    asked = {prompt: (row, second[prompt]) for prompt, row in first.items() if prompt in second}
    both = {prompt: pair for prompt, pair in asked.items() if not pair[0].error and not pair[1].error}
    return Paired(
        originals={prompt: pair for prompt, pair in both.items() if not pair[0].variant},
        variants={prompt: pair for prompt, pair in both.items() if pair[0].variant},
        errors={name: sum(bool(row.error) for row in own.values()) for name, own in answers.items()},
        erred={prompt: pair for prompt, pair in asked.items() if prompt not in both and not pair[0].variant},
        rows=len(first) + len(second),
    )
