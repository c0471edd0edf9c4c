"""The rows of an eval run: its prompts with all that is sent and checked, and what each endpoint answered.

They do not know how a check is made, nor what many answers come to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from evalharness.runs.failures import Failure
from evalharness.runs.rows.parts import Company, Error, Messages, Place
from evalharness.runs.typed import Json, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Part):
    """A check as its prompt states it. `turn` counts the user's, from 1; None is the last."""

    type: str
    value: Any = None
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Part):
    """What one check found in an answer: a failure where it did not pass, a score in 0 to 1 if it measures."""

    type: str
    passed: bool
    failure: Failure | None
    score: float | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Part):
    """A call of a tool. `arguments` are what the server sent: a text that should be a JSON object."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Part):
    """What a model said before its last answer, in a conversation that it led itself."""

    answer: str
    finish_reason: str | None
    usage: Json | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow(Part):
    """A row of prompts.jsonl: a prompt and all that is sent with it. A variant names its original with `of`.

    `live`: of the messages those of the user are sent one after another, each behind the model's own answer to the
    last. `tools` and `tool_choice` are as the OpenAI API has them. `repeat`: of a prompt that is asked several times,
    which of these it is, from 1; its seed is in `sampling`, and its id is that of the prompt with `#` and this number.
    """

    suite: str
    sampling: Json
    id: str
    messages: Messages
    checks: list[Wanted]
    tags: list[str]
    of: str | None = None
    variant: str | None = None
    group: str | None = None
    rubric: str | None = None
    tools: list[Json] | None = None
    tool_choice: str | None = None
    live: bool | None = None
    repeat: int | None = None

    @property
    def place(self) -> Place:
        return self.suite, self.id

    @property
    def company(self) -> Company:
        """Which rows this one stands or falls with: those of its group, or of its prompt alone."""
        return self.suite, None if self.group else _question(self.id, self.repeat), self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Part):
    """What counts of a row of answers.jsonl, without what was said: all a run's answers fit in memory so.

    `right`: all checks passed; None where there is an error, which is no wrong answer. `loose`: the same in IFEval's
    loose mode (checks/loose.py); None also where no check is of form.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {**Part.__pydantic_config__, "extra": "ignore"}

    suite: str
    id: str
    endpoint: str
    of: str | None = None
    variant: str | None = None
    group: str | None = None
    checks: tuple[Checked, ...]
    right: bool | None
    loose: bool | None = None
    repeat: int | None = None
    error: Error | None

    @property
    def place(self) -> Place:
        return self.suite, self.id

    @property
    def question(self) -> str:
        """The id of what was asked, the same of all its repeats."""
        return _question(self.id, self.repeat)

    @property
    def company(self) -> Company:
        """Which answers this one stands or falls with: those of its prompt's group, or of its prompt alone."""
        return self.suite, None if self.group else self.question, self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow(Graded):
    """A row of answers.jsonl: what one endpoint said to one prompt; times are the last attempt's.

    `thought_characters`: so much of the answer's beginning is thought aloud (`<think>`), which no check sees. `calls`
    are the tools it called. Of a live conversation `answer` is the last, `earlier` are those before it, and `seconds`
    those of all.
    """

    __pydantic_config__ = Part.__pydantic_config__

    answer: str | None
    finish_reason: str | None
    usage: Json | None
    started: float
    seconds: float
    attempts: int
    thought_characters: int | None = None
    calls: list[Call] | None = None
    earlier: list[Turn] | None = None


def _question(row: str, repeat: int | None) -> str:
    """The id of what a row asks, without the number of the repeat."""
    return row if repeat is None else row.removesuffix(f"#{repeat}")
