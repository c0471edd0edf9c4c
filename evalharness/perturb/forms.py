"""The same request as an order or as a question, curt or polite: English templates for whole sentences."""

import random
import re
from collections.abc import Iterator

from evalharness.perturb.openings import Form, reformed
from evalharness.perturb.prose import Edit, Prose, Span

_VERB = (
    r"(?:(?:calculate|classify|compare|compute|convert|create|define|describe|explain|find|give|identify|invent|"
    r"outline|propose|provide|repeat|rephrase|return|rewrite|say|sort|suggest|summari[sz]e|tell|translate|write)\s"
    r"|(?:answer|list|name|show|state)\s(?=(?:the|a|an|all|any|each|every|this|these|those|what|which|who|where|when|"
    r"why|how|me|us|only|one|two|three|four|five|six|seven|eight|nine|ten|some|with|\d+)\b))"
)
"""What a request begins with, the space after it included; words that may be nouns only before a determiner."""

_ORDER = re.compile(rf"(please\s+)?(?={_VERB})(?!\w+ (?:no|nothing|only)\b)", re.IGNORECASE)
_COURTEOUS = re.compile(rf"(?:could|can|would|will) you (please )?(?={_VERB})", re.IGNORECASE)
_QUESTION = re.compile(r"(?:what|which|who|whose|where|when|why|how|is|are|was|were|do|does|did|has|have)\b", re.I)


def form(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each sentence drawn as a question if it was an order, as an order if it was a question."""
    return reformed(prose, draw, rate, requests(prose), _turned, _edits)


def polite(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each sentence drawn with a courtesy more, or with its courtesy gone."""
    return reformed(prose, draw, rate, requests(prose), _courtesies, _edits)


def requests(prose: Prose) -> list[Span]:
    """The sentences that order or ask, of the first line that has any: those of another may be part of what is to be
    worked on, a mail for instance."""
    text = prose.text
    asking = [span for span in prose.sentences() if _asks(text[slice(*span)])]
    return [span for span in asking if "\n" not in text[asking[0][0] : span[0]]]


def _turned(sentence: str) -> Iterator[Form]:
    if asked := _COURTEOUS.match(sentence):
        yield asked.end(), "", "."
    elif order := _ORDER.match(sentence):
        yield order.end(), "Could you ", "?"
        yield order.end(), "Can you ", "?"
    elif _is_question(sentence):
        yield 0, "Answer this question: ", "?"
        yield 0, "Tell me the answer to this: ", "?"


def _courtesies(sentence: str) -> Iterator[Form]:
    if asked := _COURTEOUS.match(sentence):
        yield asked.end(), "Please ", "."
        if not asked[1]:
            yield asked.end(), f"{asked[0]}please ", "?"
    elif order := _ORDER.match(sentence):
        yield order.end(), "" if order[1] else "Please ", "."
        yield order.end(), "I would like you to ", "."
        yield order.end(), "Would you be so kind as to ", "?"
    elif _is_question(sentence):
        yield 0, "Could you please tell me: ", "?"
        yield 0, "I would like to know: ", "?"


def _asks(sentence: str) -> bool:
    return bool(_COURTEOUS.match(sentence) or _ORDER.match(sentence)) or _is_question(sentence)


def _is_question(sentence: str) -> bool:
    """A lone "When?" is one only together with what stands before it."""
    return sentence.endswith("?") and bool(_QUESTION.match(sentence)) and len(sentence.split()) > 2


def _edits(prose: Prose, span: Span, form: Form) -> list[Edit]:
    start, end = span
    gone, opening, mark = form
    first = start + gone  # the word after the opening
    if not prose.is_free(start, first + 1):
        return []
    letter = prose.text[first]
    if not opening.endswith(": "):  # behind that, a question is quoted as it is
        letter = letter.lower() if opening else letter.upper()
    edits = [(start, first + 1, opening + letter)]
    last = prose.text[end - 1]
    # After a colon stands what is to be used as it is, its mark included.
    if last in ".?" and last != mark and ":" not in prose.text[start:end] and prose.is_free(end - 1, end):
        edits.append((end - 1, end, mark))
    return edits
