"""A question and its answer with their places changed, where a tag of the row says that the task bears it.

`symmetric`: the instruction holds in both directions ("Give a word that means the same: big"). `symmetric:A/B`: it does
if A and B change places in it ("Translate from A to B: …"). What the input is shows in the question's form: what stands
behind its last empty line, else behind its last colon, else its only quotation.
"""

import random
import re

from evalharness.pool.rows import Messages, PoolRow, ending

TAG = "symmetric"

_INPUTS = (
    re.compile(r"\n[ \t]*\n(?P<input>(?:(?!\n[ \t]*\n).)+)\Z", re.DOTALL),
    re.compile(r"[:\uFF1A]\s*(?P<input>[^:\uFF1A\n]+)\Z"),
    re.compile(r'\A[^"]*"(?P<input>[^"]+)"[^"]*\Z'),
)


def swapped(row: PoolRow, _: random.Random, rate: float) -> Messages | None:
    """Without an answer of one line and a question with an input, None."""
    tag = next((tag for tag in row.tags if tag == TAG or tag.startswith(f"{TAG}:")), None)
    question, answer = row.question.rstrip(), row.answer.strip()
    found = next((found for pattern in _INPUTS if (found := pattern.search(question))), None)
    if tag is None or found is None or not rate or answer == found["input"].strip():
        return None
    start, end = found.span("input")
    if found.re is not _INPUTS[0] and re.search(r'["\n:\uFF1A]', answer):
        return None  # where the input ends would no longer show
    sides = tag.partition(":")[2].split("/")
    before, after = (_turned(text, sides) for text in (question[:start], question[end:]))
    if len(sides) == 2 and before + after == question[:start] + question[end:]:
        return None
    return ending(row, before + answer + after, found["input"].strip())


def _turned(instruction: str, sides: list[str]) -> str:
    if len(sides) != 2:
        return instruction
    one, other = sides
    either = re.compile(rf"(?<!\w)(?:{re.escape(one)}|{re.escape(other)})(?!\w)")
    return either.sub(lambda found: other if found[0] == one else one, instruction)
