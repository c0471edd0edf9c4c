"""What stands around a question and leaves its answer right: a role, a constraint that the answer meets, its field, who
asks and what for, that it be thought through first.

Texts are data (framing.yaml beside this file), in the question's own language; there are none for other languages.
"""

import random
import re
from pathlib import Path

import yaml

from evalharness.checks.reading.text import BULLET, NUMBERED
from evalharness.perturb import frames
from evalharness.pool.rows import Messages, PoolRow, ending
from evalharness.pool.variants.asked import BARE, asked

TEXTS = yaml.safe_load(Path(__file__).with_name("framing.yaml").read_text("utf-8"))
DOMAIN = "domain:"
"""What the tag of a row's field begins with."""
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[。！？]")  # noqa: RUF001
_MARKDOWN = re.compile(r"[*_`#|\[\]]|^>", re.MULTILINE)
_JSON = re.compile(r"\s*[\[{]")


def role(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """What a system message says is said by the user instead; where there is none, one says what the model is."""
    if not rate:
        return None
    system = [message["content"] for message in row.messages if message["role"] == "system"]
    said = [message for message in row.messages if message["role"] != "system"]
    if system:
        first = {"role": "user", "content": "\n\n".join([*system, said[0]["content"]])}
        return [first, *said[1:]]
    roles = TEXTS["roles"].get(asked(row).language)
    return [{"role": "system", "content": draw.choice(roles)}, *row.messages] if roles else None


def constraint(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """One constraint more, out of those that the answer meets as it is."""
    question = asked(row)
    texts = TEXTS["constraints"].get(question.language, {})
    met = [text.format(n=n) for name, text in texts.items() if (n := _bound(name, row.answer)) is not None]
    if not met or not rate or not frames.takes_more(question):
        return None
    space = "" if question.language == "zh" else " "
    return ending(row, f"{row.question.rstrip()}{space}{draw.choice(met)}", row.answer)


def background(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Who asks, and what for, before the question."""
    question = asked(row)
    texts = TEXTS["backgrounds"].get(question.language)
    if not texts or not rate or not frames.takes_before(question):
        return None
    return ending(row, f"{draw.choice(texts)}\n\n{row.question}", row.answer)


def reasoning(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """It is to be thought through first, and the answer alone given: only where the answer is one line that gives no
    reasons."""
    question = asked(row)
    texts = TEXTS["reasoning"].get(question.language)
    answer = row.answer.strip()
    bare = "\n" not in answer and len(answer) <= BARE and len(_SENTENCE.findall(answer)) <= 1
    if not texts or not rate or not bare or not frames.takes_more(question):
        return None
    space = "" if question.language == "zh" else " "
    return ending(row, f"{row.question.rstrip()}{space}{draw.choice(texts)}", row.answer)


def domain(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """The row's field, which its tag names, stands before the question."""
    names = [tag.removeprefix(DOMAIN) for tag in row.tags if tag.startswith(DOMAIN)]
    text = TEXTS["domains"].get(asked(row).language)
    if not names or not text or not rate:
        return None
    return ending(row, f"{text.format(name=draw.choice(names))}\n\n{row.question}", row.answer)


def _bound(name: str, answer: str) -> int | None:
    """The constraint's bound, 0 of one that has none; None where the answer does not meet it."""
    if _JSON.match(answer) or "```" in answer:  # no prose
        return None
    ends = len(_SENTENCE.findall(answer))
    match name:
        case "words":
            return _round(len(answer.split()), 10)
        case "characters":
            return _round(len(answer), 50)
        case "sentence":
            met = ends == 1 and bool(_SENTENCE.fullmatch(answer.rstrip()[-1:])) and "\n" not in answer.strip()
        case "paragraph":
            met = "\n" not in answer.strip()
        case "no_list":
            met = not BULLET.search(answer) and not NUMBERED.search(answer)
        case "plain":
            met = not _MARKDOWN.search(answer) and not BULLET.search(answer)
        case _:
            met = "?" not in answer and "？" not in answer  # noqa: RUF001
    return 0 if met else None


def _round(number: int, to: int) -> int:
    """A round number that is not below it."""
    return -(-number // to) * to
