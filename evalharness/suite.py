"""Prompt suites: YAML files that say what is asked, what makes an answer right, and what a suite is for.

It reads and validates; it knows nothing of endpoints or answers.

    python -m evalharness suites
"""

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from evalharness import strict_yaml
from evalharness.checks import complaint
from evalharness.errors import UsageError
from evalharness.perturb.kinds import KINDS
from evalharness.runs import Row

NAME = "suites"
HELP = "list the shipped suites: what each is for, how many prompts, which checks and tags, how long"
SHIPPED = Path(__file__).parent / "suites"
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MOST_NAMED = 6  # checks or tags of a suite in the list

PURPOSES = {
    "superiority": "the tuned model must be better",
    "non-inferiority": "the tuned model must not be worse by the margin",
    "descriptive": "only shown",
}

SAID = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "model_type": "a mapping with named fields is wanted",
    "string_type": "a text is wanted; in quotes where YAML reads something else, such as no, 7 or 2026-01-01",
}
"""In words of this project what pydantic says in its own."""

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Message(_Model):
    role: Literal["system", "user", "assistant"]
    content: Text


class CheckOf(_Model):
    """A check as a suite states it; evalharness.checks has the types."""

    type: Text
    value: JsonValue = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        wrong = complaint(self.type, self.value)
        if wrong:
            raise ValueError(wrong)
        return self


class Prompt(_Model):
    """`of` and `variant` make it a variant of another prompt of the suite, of a kind that evalharness.perturb has.

    `rubric` is what a model that judges answers (evalharness.judge) is told a good one is.
    """

    id: Text
    messages: list[Message] = Field(min_length=1)
    checks: list[CheckOf] = Field(min_length=1)
    tags: list[Text] = []
    of: Text | None = None
    variant: Text | None = None
    rubric: Text | None = None

    @model_validator(mode="after")
    def _is_a_variant_or_not(self) -> Self:
        if (self.of is None) != (self.variant is None):
            raise ValueError("of and variant go together: a prompt, and the kind of variant of it that this is")
        if self.variant is not None and self.variant not in KINDS:
            raise ValueError(f"there is no kind of variant {self.variant!r}; there are {', '.join(KINDS)}")
        return self


class Sampling(_Model):
    """Sent with every request, neutral values included: what is left out, a server takes from its
    checkpoint's generation_config, and two servers can then differ without a word."""

    max_tokens: int = Field(gt=0)
    temperature: float = Field(0.0, ge=0)
    top_p: float = Field(1.0, gt=0, le=1)
    seed: int = 0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: list[Text] | None = None


class Suite(_Model):
    """`margin` is a share of prompts. superiority: the smallest difference that matters; non-inferiority: the
    largest loss that is accepted; descriptive suites have none.

    `context` is the served length in tokens that its longest prompt and answer take; where it is left out, they are
    short enough for any server. A suite that is too long for what is served is refused before anything is asked.
    """

    suite: Annotated[str, Field(pattern=rf"^{NAME_PATTERN.pattern}$")]
    version: int | Text
    title: Text
    purpose: Literal["superiority", "non-inferiority", "descriptive"]
    margin: Share | None = None
    context: Annotated[int, Field(gt=0)] | None = None
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
    def _variants_have_an_original(self) -> Self:
        originals = {prompt.id for prompt in self.prompts if prompt.of is None}
        for index, prompt in enumerate(self.prompts):
            if prompt.of is not None and prompt.of not in originals:
                raise _wrong_prompt(index, f"it is a variant of {prompt.of!r}, which is no prompt")
        return self

    def rows(self) -> list[Row]:
        """The prompts as a run folder keeps them: all that was asked, in the order of the suite."""
        sampling = self.sampling.model_dump(exclude_none=True)
        return [
            {"suite": self.suite, "sampling": sampling, **prompt.model_dump(exclude_none=True)}
            for prompt in self.prompts
        ]

    def about(self) -> Row:
        """What a run folder says of it beside the prompts; `variants` of these are not originals."""
        fields = self.model_dump(include={"suite", "version", "title", "purpose", "margin"})
        variants = sum(1 for prompt in self.prompts if prompt.of)
        counts = {"prompts": len(self.prompts), **({"variants": variants} if variants else {})}
        context = {"context": self.context} if self.context else {}
        return {**fields, **counts, **context, "digest": digest(self.rows())}


def _wrong_prompt(index: int, said: str) -> PydanticCustomError:
    """A complaint that only the whole suite can make, with the prompt that it belongs to."""
    return PydanticCustomError("prompt", "{said}", {"said": said, "index": index})


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 of prompt rows: the same for the same questions, sampling and checks, however laid out."""
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return total.hexdigest()


def shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_suites(names: Sequence[str]) -> list[Suite]:
    """Suites by shipped name or path. Raises UsageError: nothing is asked before every suite is valid."""
    suites = [load_suite(_path(name)) for name in names]
    called = [suite.suite for suite in suites]
    for name in called:
        if called.count(name) > 1:
            raise UsageError(f"two suites are called {name}; rows are told apart by that name")
    return suites


def load_suite(path: Path) -> Suite:
    """One suite file. Raises UsageError naming the file, the place in it and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        return Suite.model_validate(strict_yaml.load(text))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ("prompts", first["ctx"]["index"]) if first["type"] == "prompt" else first["loc"]
        said = SAID.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise UsageError(f"{path}{_place(text, place)}: {said}") from None


def _place(text: str, loc: tuple[int | str, ...]) -> str:
    """Where in the file a complaint belongs: `, line 7, prompts[0] (id x).checks[1]`."""
    node, path = yaml.compose(text, yaml.SafeLoader), ""
    for step in loc:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
            node = node.value[step]
            path += f"[{step}]{_id_of(node)}"
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
            path += f".{step}"
    line = f", line {node.start_mark.line + 1}" if node else ""
    return f"{line}, {path.lstrip('.')}" if path else line


def _id_of(node: yaml.Node) -> str:
    members = node.value if isinstance(node, yaml.MappingNode) else []
    return next((f" (id {value.value})" for key, value in members if key.value == "id"), "")


def _path(name: str) -> Path:
    if name in shipped():
        return SHIPPED / f"{name}.yaml"
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--suites {name}: neither a file nor a shipped suite; there are {', '.join(shipped())}")
    return path


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """It has none."""


def main(_args: argparse.Namespace) -> int:
    suites = load_suites(shipped())
    print(f"{sum(len(suite.prompts) for suite in suites)} prompts in {len(suites)} suites\n")
    for purpose, meaning in PURPOSES.items():
        print(f"{purpose}: {meaning}")
        for suite in suites:
            if suite.purpose == purpose:
                print("\n".join(_lines(suite)))
        print()
    return 0


def _lines(suite: Suite) -> list[str]:
    """What the list says of a suite: its size, what judges its answers, what its prompts are about, their length."""
    margin = f"margin {suite.margin:g}" if suite.margin else ""
    rubrics = sum(1 for prompt in suite.prompts if prompt.rubric)
    longest = max(sum(len(message.content) for message in prompt.messages) for prompt in suite.prompts)
    room = f"; served length {suite.context} tokens or more" if suite.context else ""
    return [
        f"  {suite.suite:<18}{len(suite.prompts):>4} prompts  {margin:<13}{suite.title}",
        f"{'':<20}checks: {_counts(check.type for prompt in suite.prompts for check in prompt.checks)}"
        + (f"; a rubric for a judge with {rubrics}" if rubrics else ""),
        f"{'':<20}tags: {_counts(tag for prompt in suite.prompts for tag in prompt.tags)}",
        f"{'':<20}longest prompt {longest} characters, answers of at most {suite.sampling.max_tokens} tokens{room}",
    ]


def _counts(names: Iterable[str]) -> str:
    counted = Counter(names)
    said = [f"{name} {many}" for name, many in counted.most_common(MOST_NAMED)]
    more = [f"{len(counted) - MOST_NAMED} more"] if len(counted) > MOST_NAMED else []
    return ", ".join(said + more) or "none"
