"""Which rows are not fit to learn from, and why: a copy, a leak into a suite, personal data, a broken form.

Pure. Reasons are words to count by; what a row is a copy of stands behind the colon. A row that goes takes along all
that was made of it, and what a person has rejected stays so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evalharness.checks.language import languages
from evalharness.checks.repetition import repeated_share
from evalharness.pool import private
from evalharness.pool.likeness import ALIKE, WITHIN, Near
from evalharness.pool.rows import DISLIKED, GIVEN, PREFERENCES, PoolRow, State
from evalharness.suites.schema import Suite

LETTERS = 40  # of an answer: the language of fewer is a guess
RUN, MOST_REPEATED = 4, 0.5  # words; the share of an answer's runs of so many that stood in it before

LEAK, COPY, PRIVATE = "a question of a suite", "a copy of another row", "personal data"
LONG, EMPTY, LANGUAGE, CIRCLES = "too long", "an empty turn", "another language", "an answer that goes in circles"
FAMILY, FAR, REJECTED = "made of a row that went", "too far from its origin", "rejected in review"
DECIDED = ("rejected", "withdrawn")  # states that no filter changes


@dataclass(frozen=True)
class Limits:
    """The suites that no row may be a copy of, the most characters of a row, the languages of its answer (none: any),
    and how alike a variant's question must be to its origin's (ROUGE-L)."""

    suites: Sequence[Suite] = ()
    characters: int = 16_000
    languages: Sequence[str] = ()
    likeness: float = 0.3


@dataclass
class Seen:
    """What rows are held against: the suites' questions, and the rows that came before."""

    suites: Near = field(default_factory=lambda: Near(WITHIN))
    given: Near = field(default_factory=lambda: Near(ALIKE))
    texts: set[str] = field(default_factory=set)


def filtered(pool: Iterable[PoolRow], limits: Limits) -> Iterator[PoolRow]:
    """The rows that a filter drops, or that it no longer drops, as they are from now on; given rows come before
    their variants."""
    seen, gone = _held_against(limits), dict[str, str]()
    questions = dict[str, str]()
    for row in pool:
        if row.state in DECIDED:
            reason: str | None = REJECTED
        else:
            reason = _reason(row, questions.get(row.origin), gone, seen, limits)
        if row.kind == GIVEN:
            questions[row.id] = row.question
            if reason:
                gone[row.id] = reason
        back: State = "accepted" if row.kind in (GIVEN, *PREFERENCES) else "waiting"
        if row.state in DECIDED:
            continue
        if reason and reason != row.reason:
            yield replace(row, state="dropped", reason=reason)
        elif not reason and row.state == "dropped":
            yield replace(row, state=back, reason=None)


def kind_of(reason: str) -> str:
    """What reasons are counted by."""
    return reason.partition(":")[0]


def _held_against(limits: Limits) -> Seen:
    seen = Seen()
    for suite in limits.suites:
        for prompt in suite.prompts:
            asked = [message.content for message in prompt.messages if message.role == "user" and message.content]
            if asked:
                seen.suites.add(f"{suite.suite}, {prompt.id}", asked[-1])
    return seen


def _reason(row: PoolRow, origin: str | None, gone: Mapping[str, str], seen: Seen, limits: Limits) -> str | None:
    if row.origin in gone and row.origin != row.id:
        return f"{FAMILY}: {gone[row.origin]}"
    if not all(text.strip() for text in row.texts):
        return EMPTY
    if sum(map(len, row.texts)) > limits.characters:
        return LONG
    if copied := seen.suites.copied(row.question):
        return f"{LEAK}: {copied}"
    if kinds := sorted({kind for text in row.texts for kind in private.found(text)}):
        return f"{PRIVATE}: {', '.join(kinds)}"
    if row.kind != DISLIKED and repeated_share(row.answer, RUN) > MOST_REPEATED:
        return CIRCLES
    if limits.languages and len(row.answer) >= LETTERS and not set(limits.languages) & set(languages(row.answer)):
        return LANGUAGE
    if row.kind in PREFERENCES:  # several may be of one question: what differs is the answer, or what became of it
        return None if _is_new([row.kind, *row.texts], seen) else f"{COPY}: word for word"
    return _copy(row, seen) if row.kind == GIVEN else _of_variant(row, origin, seen, limits)


def _copy(row: PoolRow, seen: Seen) -> str | None:
    """Of given rows the first of two copies stays; a question in another conversation is another question."""
    before = len(row.messages) > 2
    copied = None if before else seen.given.copied(row.question)
    if copied is None and not _is_new(row.texts[:-1], seen):
        copied = "word for word"
    if copied is None and not before:
        seen.given.add(row.id, row.question)
    return None if copied is None else f"{COPY}: {copied}"


def _of_variant(row: PoolRow, origin: str | None, seen: Seen, limits: Limits) -> str | None:
    """A variant is like its origin, and must be; it may be the same as no other row, and near to no other given one."""
    from evalharness.checks.references import rouge_l

    if not _is_new(row.texts[:-1], seen):
        return f"{COPY}: word for word"
    if len(row.messages) <= 2 and (copied := seen.given.copied(row.question, row.origin)):
        return f"{COPY}: {copied}"
    return FAR if origin is not None and rouge_l(row.question, origin) < limits.likeness else None


def _is_new(texts: Iterable[str], seen: Seen) -> bool:
    text = "\n".join(" ".join(one.split()) for one in texts)
    if text in seen.texts:
        return False
    seen.texts.add(text)
    return True
