"""Prompt suites: YAML files that say what is asked, what makes an answer right, and what a suite is for.

It reads and validates; it knows nothing of endpoints or answers.

    python -m evalharness suites
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from evalharness import strict_yaml
from evalharness.checks import complaint
from evalharness.errors import UsageError
from evalharness.runs import Row

NAME = "suites"
HELP = "list the shipped suites with their number of prompts"
SHIPPED = Path(__file__).parent / "suites"

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
    id: Text
    messages: list[Message] = Field(min_length=1)
    checks: list[CheckOf] = Field(min_length=1)
    tags: list[Text] = []


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
    largest loss that is accepted; descriptive suites have none."""

    suite: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: int | Text
    title: Text
    purpose: Literal["superiority", "non-inferiority", "descriptive"]
    margin: Share | None = None
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
                raise ValueError(f"prompts[{index}] has the id {prompt.id!r} of an earlier one")
            seen.add(prompt.id)
        return self

    def rows(self) -> list[Row]:
        """The prompts as a run folder keeps them: all that was asked, in the order of the suite."""
        sampling = self.sampling.model_dump(exclude_none=True)
        return [
            {"suite": self.suite, "sampling": sampling, **prompt.model_dump(exclude_none=True)}
            for prompt in self.prompts
        ]

    def about(self) -> Row:
        """What a run folder says of it beside the prompts."""
        fields = self.model_dump(include={"suite", "version", "title", "purpose", "margin"})
        return {**fields, "prompts": len(self.prompts), "digest": digest(self.rows())}


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
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{path}{_place(text, first['loc'])}: {said}") from None


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
    for suite in load_suites(shipped()):
        margin = f", margin {suite.margin:g}" if suite.margin else ""
        print(f"{suite.suite:<24} {len(suite.prompts):>5} prompts  {suite.purpose}{margin}: {suite.title}")
    return 0
