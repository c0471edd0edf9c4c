"""What is asked: prompts of suites, prompts of given lengths, conversations whose turns share their beginning. Pure.

How many tokens a text has, only the server knows: a filler is made of two counts that it gave, and every answer's
usage is held against the length that was wanted (watch.py).
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evalharness.errors import UsageError
from evalharness.load.arrivals.trace import MOST_TOKENS
from evalharness.load.capacity.plan import Filler, Question
from evalharness.runs.rows.parts import Messages

WORDS = ("a", "the", "one", "of", "1", "x")
FEW, MANY = 8, 40  # words of the two texts whose tokens are counted
DIFFERENT = 64  # lengths drawn from a distribution, taken in turn
REPLY = "Yes."


def of_suites(prompts: Iterable[tuple[str, Messages]], output_tokens: int, turns: int) -> list[Question]:
    """Each prompt by itself; or conversations of so many turns, each turn with all that was said before it."""
    listed = list(prompts)
    if turns == 1:
        return [Question(name, messages, output_tokens) for name, messages in listed]
    found = []
    for first in range(0, len(listed) - turns + 1, turns):
        said: Messages = []
        for name, messages in listed[first : first + turns]:
            said = [*said, *(one for one in messages if not said or one["role"] != "system")]
            found.append(Question(name, said, output_tokens))
            said = [*said, {"role": "assistant", "content": REPLY}]
    if not found:
        raise UsageError(f"--turns {turns}: the suites have {len(listed)} prompts, which is not one conversation")
    return found


def filler(count: Callable[[Messages], int]) -> Filler:
    """A word of one token, and how many tokens a chat has beside its words. Raises UsageError where there is none."""
    for word in WORDS:
        few, many = (count(Filler(word, 0).messages(words)) for words in (FEW, MANY))
        if many - few == MANY - FEW:
            return Filler(word, few - FEW)
    raise UsageError("no word was found that is one token for this server: lengths of prompts cannot be given")


@dataclass(frozen=True)
class Lengths:
    """Of prompts: each as likely as any from `least` to `most`, in tokens."""

    least: int
    most: int

    @classmethod
    def of(cls, text: str) -> "Lengths":
        """`128` or `64-512`. Raises UsageError."""
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
        least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= least <= most <= MOST_TOKENS:
            raise UsageError(
                f"--input-tokens {text}: write one length, or a range such as 64-512, up to {MOST_TOKENS:,}"
            )
        return cls(least, most)

    def questions(self, filler: Filler, output_tokens: int, seed: int) -> list[Question]:
        draw = random.Random(seed)
        count = 1 if self.least == self.most else DIFFERENT
        return [filler.question(draw.randint(self.least, self.most), output_tokens) for _ in range(count)]


def shortest(fillers: Sequence[Filler]) -> int:
    """The shortest prompt, in tokens, that all of them can make."""
    return max(filler.beside for filler in fillers) + 1
