"""A row of the pool: a conversation that ends with its answer, where it came from, and what became of it.

It knows how a row is named, not how rows lie in a file (folder.py), nor what makes a variant or drops a row.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evalharness.runs.typed import Part

Messages = list[dict[str, str]]
"""Role and text of each message."""

GIVEN = "given"
"""The kind of a row that was made of no other, and says how to answer."""
TEMPLATE = "template"
"""The kind of a row out of a template and lists of terms."""
LIKED, DISLIKED, PREFERRED = "liked", "disliked", "preferred"
PREFERENCES = (LIKED, DISLIKED, PREFERRED)
"""Kinds of rows that say what somebody made of an answer: good, bad, or better than another. None is made of another
row."""

NEW = "new-question"
"""The kind of a variant that has a question and an answer of its own."""

State = Literal["accepted", "waiting", "rejected", "dropped", "withdrawn"]
"""`accepted` rows train. A variant is `waiting` until somebody looked at it; `rejected` was by a person, `dropped` by a
filter, whose reason the row carries; `withdrawn` where the vote that it came from is gone, or its chat."""

Judgement = Literal["accepted", "edited", "rejected"]
"""What a person said of a row. One that a filter dropped stays dropped, whatever is said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow(Part):
    """A line of rows.jsonl. `origin` is the id of the given row that it was made of, its own if it was given; of a row
    that came from a vote it is the vote's. `rejected` is the answer that the row's own was preferred to. `entities` are
    spans of its answer, names and the like, that training may let count more. A row that a person edits keeps its id.
    """

    id: str
    messages: Messages
    origin: str
    kind: str
    seed: int | None
    tags: list[str]
    licence: str | None
    state: State
    reason: str | None = None
    rejected: str | None = None
    reviewed: Judgement | None = None
    entities: list[str] | None = None

    @property
    def texts(self) -> list[str]:
        """All that is said in it."""
        return [message["content"] for message in self.messages] + ([] if self.rejected is None else [self.rejected])

    @property
    def question(self) -> str:
        """What the user says last."""
        return next(message["content"] for message in reversed(self.messages) if message["role"] == "user")

    @property
    def is_original(self) -> bool:
        """Whether it was made of no other row."""
        return self.kind in (GIVEN, TEMPLATE, *PREFERENCES)

    @property
    def answer(self) -> str:
        return self.messages[-1]["content"]

    @property
    def named(self) -> list[str]:
        """Those of its entities that its answer holds: what a variant or a person made of it may have fewer."""
        return [name for name in self.entities or () if name in self.answer]


def given(messages: Messages, tags: list[str], licence: str | None, entities: Sequence[str] = ()) -> PoolRow:
    """A row as somebody has it. Its messages end with a user's question and its answer."""
    return original(messages, GIVEN, tags, licence, entities)


def original(
    messages: Messages, kind: str, tags: list[str], licence: str | None, entities: Sequence[str] = ()
) -> PoolRow:
    """A row that was made of no other: it counts as accepted."""
    name = identity(messages)
    return PoolRow(
        id=name, messages=messages, origin=name, kind=kind, seed=None, tags=tags, licence=licence, state="accepted",
        entities=list(entities) or None,
    )  # fmt: skip


def preference(
    messages: Messages,
    kind: str,
    rejected: str | None = None,
    *,
    tags: list[str],
    licence: str | None = None,
    vote: str | None = None,
) -> PoolRow:
    """A row of one of PREFERENCES, as somebody has it, or from a vote of this id."""
    name = identity([*messages, {"role": kind, "content": rejected or ""}, {"role": "vote", "content": vote or ""}])
    return PoolRow(
        id=name, messages=messages, origin=vote or name, kind=kind, seed=None, tags=tags, licence=licence,
        state="accepted", rejected=rejected,
    )  # fmt: skip


def variant(row: PoolRow, question: str, kind: str, seed: int) -> PoolRow:
    """The row with another wording of its question, and the same answer."""
    return made(row, ending(row, question, row.answer), kind, seed)


def made(row: PoolRow, messages: Messages, kind: str, seed: int) -> PoolRow:
    """What a kind made of the row."""
    return replace(
        row, id=identity(messages), messages=messages, kind=kind, seed=seed, state="waiting", reason=None, reviewed=None
    )


def ending(row: PoolRow, question: str, answer: str) -> Messages:
    """The row's conversation with another last question and answer."""
    return [*row.messages[:-2], {"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def identity(messages: Messages) -> str:
    """The same for the same conversation: 16 characters of its SHA-256."""
    return hashlib.sha256(json.dumps(messages, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
