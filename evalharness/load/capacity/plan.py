"""What the generator's process is told, and what it tells. It knows neither sockets nor judgement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalharness.load.profile import Target
from evalharness.runs.rows.parts import Messages
from evalharness.runs.typed import Part


@dataclass(frozen=True)
class Question:
    """What is asked: `prompt` names it; `prompt_tokens` is how long it must be, where that is promised."""

    prompt: str
    messages: Messages
    output_tokens: int
    prompt_tokens: int | None = None


@dataclass(frozen=True)
class Filler:
    """How a prompt of a given length is made for one server: a word of one token, and how many a chat has `beside`."""

    word: str
    beside: int

    def messages(self, words: int) -> Messages:
        return [{"role": "user", "content": " ".join([self.word] * words)}]

    def question(self, prompt_tokens: int, output_tokens: int) -> Question:
        words = max(1, prompt_tokens - self.beside)
        return Question(f"{prompt_tokens} tokens", self.messages(words), output_tokens, prompt_tokens)


@dataclass(frozen=True)
class Plan:
    """Before the first probe. `arrivals` is an arrival process by name, or a trace's path."""

    targets: list[Target]
    questions: list[list[Question]]  # of each target: the words of a length may differ
    arrivals: str
    salt: str
    warm: bool  # may a server use what it kept of earlier prompts?
    fillers: list[Filler] | None = None  # of each target, for a trace's lengths

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> "Plan":
        """From its dataclasses.asdict, which JSON can carry."""
        targets = [Target(**target) for target in plan["targets"]]
        questions = [[Question(**question) for question in own] for own in plan["questions"]]
        fillers = plan["fillers"] and [Filler(**filler) for filler in plan["fillers"]]
        return cls(**{**plan, "targets": targets, "questions": questions, "fillers": fillers})


@dataclass(frozen=True)
class Order:
    """A probe of one side (0 or 1), until something comes on standard input; of every `of` arrivals, the `part`th."""

    side: int
    probe: int
    level: float
    seed: int
    part: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse(Part):
    """A few times a second: how the generator is, and what is under way. Times in seconds since the probe began.

    `under_way` has of each request when it was due, and when its first token came. `lag` is the longest by which the
    loop was late since the last pulse. The last pulse of a probe is `final`.
    """

    at: float
    began: float  # Unix time
    under_way: list[tuple[float, float | None]]
    cpu_seconds: float
    lag: float
    final: bool
