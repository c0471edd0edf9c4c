"""Which rows are not fit to learn from, and why: a copy, a leak into a suite, personal data, a broken form.

Pure. Reasons are words to count by; what a row is a copy of stands behind the colon. A row that goes takes along all
that was made of it, and what a person has rejected stays so.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evalharness.checks.as_json import json_schema, json_valid
from evalharness.checks.language import languages
from evalharness.checks.repetition import repeated_share
from evalharness.pool.filters import private
from evalharness.pool.filters.likeness import TO_ROW, TO_SUITE, Near
from evalharness.pool.rows import DISLIKED, GIVEN, PREFERENCES, PoolRow, State
from evalharness.pool.variants.augmenting import ASKS_ANEW
from evalharness.suites.schema import Suite

JSON = "json"
"""The tag of rows whose answer is JSON."""

LETTERS = 40  # of an answer: the language of fewer is a guess
RUN, MOST_REPEATED = 4, 0.5  # words; the share of an answer's runs of so many that stood in it before

LEAK, COPY, PRIVATE = "a question of a suite", "a copy of another row", "personal data"
LONG, EMPTY, LANGUAGE, CIRCLES = "too long", "an empty turn", "another language", "an answer that goes in circles"
FORM = "an answer of another form"
FAMILY, FAR, REJECTED = "made of a row that went", "too far from its origin", "rejected in review"
MEANING = "another meaning than its origin"
DECIDED = ("rejected", "withdrawn")  # states that no filter changes


@dataclass(frozen=True)
class Limits:
    """The suites that no row may be a copy of, the most characters of a row, the languages of its answer (none: any),
    how alike a variant's question must be to its origin's (ROUGE-L, BLEU), and the JSON Schema that answers of rows
    tagged json follow (none: any JSON), what names the kinds of personal data in a text, and how close in meaning two
    texts are (none: nobody is asked), with the least of it between a variant's question and its origin's."""

    suites: Sequence[Suite] = ()
    characters: int = 16_000
    languages: Sequence[str] = ()
    likeness: float = 0.3
    schema: Mapping[str, Any] | None = None
    personal: Callable[[str], Sequence[str]] = private.found
    bleu: float = 0.0
    closeness: Callable[[str, str], float] | None = None
    meaning: float = 0.7


class Filter:
    """Holds rows against the suites and against those that came before them: given rows come before their variants."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.suites, self.given = Near(TO_SUITE), Near(TO_ROW)
        self.texts = set[int]()
        self.questions, self.gone = dict[str, str](), dict[str, str]()
        for suite in limits.suites:
            for prompt in suite.prompts:
                asked = [message.content for message in prompt.messages if message.role == "user" and message.content]
                if asked:
                    self.suites.add(f"{suite.suite}, {prompt.id}", asked[-1])

    def changed(self, rows: Iterable[PoolRow]) -> Iterator[PoolRow]:
        """The rows that are to be dropped, or no longer are, as they are from now on."""
        for row in rows:
            reason = REJECTED if row.state in DECIDED else self._reason(row)
            if row.kind == GIVEN:
                self.questions[row.id] = row.question
                if reason:
                    self.gone[row.id] = reason
            back: State = "accepted" if row.is_original else "waiting"
            if row.state in DECIDED:
                continue
            if reason and reason != row.reason:
                yield replace(row, state="dropped", reason=reason)
            elif not reason and row.state == "dropped":
                yield replace(row, state=back, reason=None)

    def _reason(self, row: PoolRow) -> str | None:
        limits = self.limits
        if not row.is_original and row.origin in self.gone:
            return f"{FAMILY}: {self.gone[row.origin]}"
        if not all(text.strip() for text in row.texts):
            return EMPTY
        if sum(map(len, row.texts)) > limits.characters:
            return LONG
        asked = [message["content"] for message in row.messages if message["role"] == "user"]
        if copied := next((name for text in reversed(asked) if (name := self.suites.copied(text))), None):
            return f"{LEAK}: {copied}"
        if kinds := sorted({kind for text in row.texts for kind in limits.personal(text)}):
            return f"{PRIVATE}: {', '.join(kinds)}"
        if row.kind != DISLIKED and repeated_share(row.answer, RUN) > MOST_REPEATED:
            return CIRCLES
        if limits.languages and len(row.answer) >= LETTERS and not set(limits.languages) & set(languages(row.answer)):
            return LANGUAGE
        if JSON in row.tags and row.kind != DISLIKED and not self._has_form(row.answer):
            return FORM
        if row.kind in PREFERENCES:  # several may be of one question: what differs is the answer, or what became of it
            return None if self._is_new([row.kind, *row.texts]) else f"{COPY}: word for word"
        return self._copy(row) if row.is_original else self._of_variant(row)

    def _has_form(self, answer: str) -> bool:
        if self.limits.schema is None:
            return json_valid(answer, None) is None
        return json_schema(answer, dict(self.limits.schema)) is None

    def _copy(self, row: PoolRow) -> str | None:
        """Of given rows the first of two copies stays; a question in another conversation is another question. Rows
        of a template are alike, and are meant to be."""
        before = len(row.messages) > 2
        copied = None if before else self.given.copied(row.question)
        if copied is None and not self._is_new(row.texts[:-1]):
            copied = "word for word"
        if copied is None and not before and row.kind == GIVEN:
            self.given.add(row.id, row.question)
        return None if copied is None else f"{COPY}: {copied}"

    def _of_variant(self, row: PoolRow) -> str | None:
        """A variant is like its origin, and must be; it may be the same as no other row, and near to no other given
        one."""
        if not self._is_new(row.texts[:-1]):
            return f"{COPY}: word for word"
        if len(row.messages) <= 2 and (copied := self.given.copied(row.question, row.origin)):
            return f"{COPY}: {copied}"
        origin = self.questions.get(row.origin)
        if origin is None or row.kind in ASKS_ANEW:
            return None
        return self._of_likeness(row.question, origin)

    def _of_likeness(self, question: str, origin: str) -> str | None:
        """Dear questions come last: whoever has to be asked over a wire is asked of what all else lets through."""
        from evalharness.checks.references import bleu, rouge_l

        limits = self.limits
        if rouge_l(question, origin) < limits.likeness or (limits.bleu and bleu(question, origin) < limits.bleu):
            return FAR
        if limits.closeness is not None and limits.closeness(question, origin) < limits.meaning:
            return MEANING
        return None

    def _is_new(self, texts: Iterable[str]) -> bool:
        text = "\n".join(" ".join(one.split()) for one in texts)
        digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        if digest in self.texts:
            return False
        self.texts.add(digest)
        return True


def filtered(pool: Iterable[PoolRow], limits: Limits) -> Iterator[PoolRow]:
    """Of a whole pool."""
    return Filter(limits).changed(pool)


def kind_of(reason: str) -> str:
    """What reasons are counted by."""
    return reason.partition(":")[0]
