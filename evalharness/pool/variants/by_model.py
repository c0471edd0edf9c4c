"""Variants that a model makes: a question in other words, translated and back, or another question with its answer.

Pure: it writes what is asked and judges what is answered, and knows nothing of who is asked. In other words and back is
perturb's (perturb/rewriting.py).
"""

import re
import unicodedata
from collections.abc import Generator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from evalharness.perturb import prose, rewriting
from evalharness.perturb.rewriting import LOST, Languages, said, sampled, unusable
from evalharness.perturb.variants import MADE, UNCHANGED
from evalharness.pool import rows
from evalharness.pool.rows import NEW, PoolRow
from evalharness.runs.rows.reworded import RewordedRow
from evalharness.runs.typed import Json
from evalharness.suites.variants import KINDS as SAME_MEANING

SAYS: dict[str, str] = {
    "paraphrase": SAME_MEANING["paraphrase"].says,
    "back-translation": SAME_MEANING["back-translation"].says,
    NEW: "another question of the same sort, and what a model answers",
}
"""Every kind and what it is."""

TURNS = "of several turns"

_ANOTHER = (
    "The user's text is an example of a request. Write one other request of the same sort: the same task and form, "
    "but about something else. Do not answer it. Reply with the new request alone, without quotation marks around it "
    "and without any remark."
)
_LEAST_TOKENS, _TIMES_LONGER = 256, 2  # of an answer, to that of the row it is like, in characters

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]\w+")

_UNSPACED = "CJK"  # as Unicode calls Chinese signs

Endpoint = TypeVar("Endpoint")


class Made(NamedTuple):
    """What a model made: a row, or none and why not."""

    row: PoolRow | None
    outcome: str = MADE


def making(
    row: PoolRow, kind: str, seed: int, number: int, languages: Languages, endpoints: Sequence[Endpoint]
) -> Generator[tuple[Endpoint, Json], RewordedRow, Made]:
    """Yields whom to ask what, one after the other, is sent the answers, and returns what they make."""
    if kind == NEW:
        return (yield from _another(row, seed, number, endpoints))
    names = [{"type": "contains", "value": _names(row.question)}]
    original = prose.read(row.question, names)
    steps = rewriting.steps(kind, languages)
    made = yield from rewriting.rewritten(original, names, steps, endpoints, seed + number)
    if made.text is None:
        return Made(None, made.dropped)
    if not all(word in unicodedata.normalize("NFKC", made.text) for word in _of_other_scripts(row.question)):
        return Made(None, LOST)
    return Made(rows.variant(row, made.text, kind, seed))


def _another(
    row: PoolRow, seed: int, number: int, endpoints: Sequence[Endpoint]
) -> Generator[tuple[Endpoint, Json], RewordedRow, Made]:
    """A question without what was said before it is another one: rows of several turns have none."""
    if any(message["role"] != "system" for message in row.messages[:-2]):
        return Made(None, TURNS)
    asked = yield endpoints[0], rewriting.request(_ANOTHER, row.question, seed + number)
    if why := unusable(asked):
        return Made(None, why)
    if said(asked).split() == row.question.split():
        return Made(None, UNCHANGED)
    messages = rows.ending(row, said(asked), "")[:-1]
    tokens = _LEAST_TOKENS + _TIMES_LONGER * len(row.answer)
    answered = yield endpoints[-1], sampled(messages, tokens, seed + number)
    if why := unusable(answered):
        return Made(None, why)
    return Made(rows.made(row, rows.ending(row, said(asked), said(answered)), NEW, seed))


def _names(question: str) -> list[str]:
    """Words with a capital that do not begin a sentence, of an English question: the answer is about them. Elsewhere
    capitals may be of every noun."""
    plain = prose.read(question, [])
    if plain.language != "en":
        return []
    starts = {start for start, _ in plain.sentences()}
    found = (found for found in plain.units(_WORD) if found.start() not in starts)
    return sorted({word[0] for word in found if word[0][0].isupper()})


def _of_other_scripts(question: str) -> list[str]:
    """What stands in another script than most of a question, as a foreign name does: whatever a translation makes of
    it, the answer is about that. A lone letter such as π is no name, but a Chinese sign may be."""
    text = unicodedata.normalize("NFKC", question)
    scripts = list[str]()
    for sign in text:
        joins = unicodedata.category(sign).startswith("M") and scripts  # a vowel's sign, an accent
        scripts.append(scripts[-1] if joins else _script(sign))
    own = max(set(scripts), key=lambda script: (bool(script), scripts.count(script)), default="")
    runs = groupby(zip(scripts, text, strict=True), key=lambda pair: pair[0])
    found = ((script, "".join(sign for _, sign in run)) for script, run in runs if script not in ("", own))
    return sorted({run for script, run in found if len(run) > 1 or script == _UNSPACED})


def _script(sign: str) -> str:
    """The first word of a letter's name in Unicode, LATIN; nothing of what is no letter."""
    name = unicodedata.name(sign, "").partition(" ")[0] if sign.isalpha() else ""
    return _UNSPACED if name in ("HIRAGANA", "KATAKANA") else name  # written together
