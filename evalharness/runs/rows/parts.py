"""What rows of several kinds are made of: a conversation, where a prompt belongs, why there is no answer."""

from dataclasses import dataclass

from evalharness.runs.typed import Json, Part

Messages = list[Json]
"""A conversation as the OpenAI API has it: role and content of each message, and its calls of tools or their ids."""

Place = tuple[str, str]
"""Of a prompt within a run: its suite and its id there."""

Company = tuple[str, str | None, str | None]
"""A group of prompts within a run: its suite, and its name; or, of a prompt that stands alone, its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Part):
    """Why there is no answer: a word to count by, and the beginning of what was said."""

    kind: str
    detail: str
