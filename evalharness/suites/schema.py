"""Prompt suites: what is asked, what makes an answer right, and what a suite is for.

It says what is valid; it knows nothing of files, endpoints or answers. What a conversation and its tools are made of
lies in messages.py.
"""

import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from evalharness.checks import complaint
from evalharness.runs.about import AskedSuite
from evalharness.runs.jsonl import digest
from evalharness.runs.rows.eval import PromptRow, Wanted
from evalharness.runs.summaries.parts import Purpose
from evalharness.suites.messages import Message, Model, Text, Tool, complaint_of_calls, complaint_of_live
from evalharness.suites.variants import KINDS

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

MOST_REPEATS = 100  # beyond them an answer more says next to nothing of its prompt

PURPOSES = {
    "superiority": "the tuned model must be better",
    "non-inferiority": "the tuned model must not be worse by the margin",
    "descriptive": "only shown",
}

Share = Annotated[float, Field(gt=0, lt=1)]


class CheckOf(Model):
    """A check as a suite states it; evalharness.checks has the types. `turn` is the user's turn whose answer it is of,
    counted from 1; left out, the last."""

    type: Text
    value: JsonValue = None
    turn: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        wrong = complaint(self.type, self.value)
        if wrong:
            raise ValueError(wrong)
        return self


class Prompt(Model):
    """`of` and `variant` make it a variant of another prompt of the suite, of a kind that variants.py has.

    `group` names what prompts have in common that makes them right or wrong together: a template, a document, one task
    in two languages. Prompts of one group count as one witness; without a group a prompt stands alone. `rubric` is what
    a model that judges answers (evalharness.judge) is told a good one is.

    `tools` are offered with the messages. With `live` these are the turns of the user alone (and a system's before
    them), and the model leads the conversation itself: before each turn it is sent what it said to those before.

    `context` is the served length in tokens that it and its answer take, where that is not the suite's: where the
    servers serve less, it is left out.
    """

    id: Text
    messages: list[Message] = Field(min_length=1)
    checks: list[CheckOf] = Field(min_length=1)
    tags: list[Text] = Field([])
    of: Text | None = None
    variant: Text | None = None
    group: Text | None = None
    rubric: Text | None = None
    tools: Annotated[list[Tool], Field(min_length=1)] | None = None
    tool_choice: Literal["auto", "required", "none"] | None = None
    live: bool = False
    context: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _calls_and_turns_make_sense(self) -> Self:
        checks = [(check.type, check.value, check.turn) for check in self.checks]
        wrong = complaint_of_calls(self.messages, self.tools, self.tool_choice, checks)
        wrong = wrong or complaint_of_live(self.messages, self.live, self.tools, [turn for *_, turn in checks])
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _is_a_variant_or_not(self) -> Self:
        if (self.of is None) != (self.variant is None):
            raise ValueError("of and variant go together: a prompt, and the kind of variant of it that this is")
        if self.variant is not None and self.variant not in KINDS:
            raise ValueError(f"there is no kind of variant {self.variant!r}; there are {', '.join(KINDS)}")
        return self


class Sampling(Model):
    """Sent with every request, neutral values included: what is left out, a server takes from its
    checkpoint's generation_config, and two servers can then differ without a word."""

    max_tokens: int = Field(gt=0)
    temperature: float = Field(0.0, ge=0)
    top_p: float = Field(1.0, gt=0, le=1)
    seed: int = 0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: list[Text] | None = None


class Suite(Model):
    """`margin` is a share of prompts. superiority: the smallest gain that matters, for which a run is planned, while a
    smaller one that is shown will do; non-inferiority: the loss that must be ruled out; descriptive suites have none.

    `context` is the served length in tokens that its longest prompt and answer take; where it is left out, they are
    short enough for any server. A suite that is too long for what is served is refused before anything is asked.

    `repeats`: so many answers to each prompt, each with a seed of its own; it takes a temperature above 0. They are
    witnesses of their prompt, and no further prompts.
    """

    suite: Annotated[str, Field(pattern=rf"^{NAME_PATTERN.pattern}$")]
    version: int | Text
    title: Text
    purpose: Purpose
    margin: Share | None = None
    context: Annotated[int, Field(gt=0)] | None = None
    repeats: Annotated[int, Field(gt=1, le=MOST_REPEATS)] | None = None
    sampling: Sampling
    prompts: list[Prompt] = Field(min_length=1)

    @model_validator(mode="after")
    def _margin_fits_purpose(self) -> Self:
        if (self.margin is None) != (self.purpose == "descriptive"):
            raise ValueError("superiority and non-inferiority need a margin, a descriptive suite has none")
        return self

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for index, prompt in enumerate(self.prompts):
            if prompt.id in seen:
                raise _wrong_prompt(index, "an earlier prompt has this id")
            seen.add(prompt.id)
        return self

    @model_validator(mode="after")
    def _repeats_can_differ(self) -> Self:
        if self.repeats and not self.sampling.temperature:
            raise ValueError("repeats take a temperature above 0: at 0 every answer to a prompt is the same")
        for index, prompt in enumerate(self.prompts):
            if self.repeats and "#" in prompt.id:
                raise _wrong_prompt(index, "with repeats, which are numbered behind one, an id has no #")
        return self

    @model_validator(mode="after")
    def _variants_have_an_original(self) -> Self:
        originals = {prompt.id for prompt in self.prompts if prompt.of is None}
        for index, prompt in enumerate(self.prompts):
            if prompt.of is not None and prompt.of not in originals:
                raise _wrong_prompt(index, f"it is a variant of {prompt.of!r}, which is no prompt")
        return self

    @model_validator(mode="after")
    def _prompts_differ(self) -> Self:
        """One question under two ids is no second witness: its answers are the same, and would count twice."""
        asked: dict[object, str] = {}
        for index, prompt in enumerate(self.prompts):
            if prompt.of is None:
                question = repr(prompt.messages), repr(prompt.tools), prompt.tool_choice, prompt.live
                if question in asked:
                    raise _wrong_prompt(index, f"it asks the same as {asked[question]!r}: leave one of the two out")
                asked[question] = prompt.id
        return self

    def rows(self) -> list[PromptRow]:
        """The prompts as a run folder keeps them: all that was asked, in the order of the suite."""
        times = range(1, self.repeats + 1) if self.repeats else (None,)
        return [self._row(prompt, repeat) for prompt in self.prompts for repeat in times]

    def _row(self, prompt: Prompt, repeat: int | None) -> PromptRow:
        sampling, number = self.sampling.model_dump(exclude_none=True), f"#{repeat}" if repeat else ""
        return PromptRow(
            suite=self.suite,
            sampling={**sampling, "seed": self.sampling.seed + (repeat or 1) - 1},
            id=f"{prompt.id}{number}",
            messages=[message.sent() for message in prompt.messages],
            checks=[Wanted(type=check.type, value=check.value, turn=check.turn) for check in prompt.checks],
            tags=prompt.tags,
            of=f"{prompt.of}{number}" if prompt.of else None,
            variant=prompt.variant,
            group=prompt.group,
            rubric=prompt.rubric,
            tools=[tool.sent() for tool in prompt.tools] if prompt.tools else None,
            tool_choice=prompt.tool_choice,
            live=prompt.live or None,
            repeat=repeat,
        )

    def needed(self, prompt: Prompt) -> int:
        """The served length in tokens that one of its prompts and the answer take; 0 where any will do."""
        return prompt.context or self.context or 0

    def about(self) -> AskedSuite:
        """What a run folder says of it beside the prompts: so many are `variants`, the others stand in `groups`.

        `company` is in how large a group the average one stands.
        """
        times = self.repeats or 1
        groups = Counter(prompt.group or (prompt.id,) for prompt in self.prompts if not prompt.of)
        about: AskedSuite = {
            "suite": self.suite,
            "version": self.version,
            "title": self.title,
            "purpose": self.purpose,
            "margin": self.margin,
            "prompts": len(self.prompts) * times,
            "groups": len(groups),
            "company": times * sum(size**2 for size in groups.values()) / groups.total(),
            "digest": digest(self.rows()),
        }
        if variants := sum(1 for prompt in self.prompts if prompt.of):
            about["variants"] = variants * times
        if self.repeats:
            about["repeats"] = self.repeats
        if needed := max(map(self.needed, self.prompts)):
            about["context"] = needed
        return about


def _wrong_prompt(index: int, said: str) -> PydanticCustomError:
    """A complaint that only the whole suite can make, with the prompt that it belongs to."""
    return PydanticCustomError("prompt", "{said}", {"said": said, "index": index})
