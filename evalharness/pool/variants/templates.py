"""Rows out of templates: questions and answers with {placeholders}, and lists of terms that take their places.

    templates:
      - question: How many people live in {city}, {country}?
        answer: About {people} people live in {city}.
    terms:
      greeting: [Hello, Good day]
    tables: [cities.csv]

A placeholder is a list of terms or a column of a table; what stands in one line of a table stays together. The
terms of an answer are its entities. Rows are made one after the other, in an order drawn from the seed: what is kept in
memory is eight bytes of each question. It knows nothing of the pool's folder.
"""

import csv
import hashlib
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import yaml

from evalharness.errors import UsageError
from evalharness.pool.rows import TEMPLATE, PoolRow, original
from evalharness.suites import strict_yaml

MOST = 1_000_000

STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}  # of the file: no unknown field; years need no quotes

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Terms = Sequence[Mapping[str, str]]
"""What may stand in the place of one placeholder, or of several that belong together."""


@dataclass(frozen=True)
class Template:
    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT
    question: str
    answer: str
    system: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Templates:
    """As the file has it; `rows` is how many it gives at most, `tables` are paths beside it."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT
    templates: Sequence[Template]
    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tables: Sequence[str] = ()
    rows: int = MOST


class Axes(NamedTuple):
    """A template with the lists that its placeholders draw from."""

    template: Template
    lists: Sequence[Terms]

    @property
    def size(self) -> int:
        return math.prod(len(terms) for terms in self.lists)


def load(path: Path) -> tuple[list[Axes], int]:
    """The templates of a file, and how many rows they give at most. Raises UsageError for a file that is none, with
    the place and what is wrong."""
    from pydantic import TypeAdapter, ValidationError

    try:
        read = TypeAdapter(Templates).validate_python(strict_yaml.load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if not 0 < read.rows <= MOST:
        raise UsageError(f"{path}: rows: {read.rows} is not between 1 and {MOST}")
    if empty := next((name for name, terms in read.terms.items() if not terms), None):
        raise UsageError(f"{path}: terms.{empty}: an empty list")
    lists: list[Terms] = [[{name: term} for term in terms] for name, terms in read.terms.items()]
    lists += [_table(path.parent / name) for name in read.tables]
    return [_axes(path, number, template, lists) for number, template in enumerate(read.templates)], read.rows


def rows(
    templates: Sequence[Axes], most: int, seed: int, tags: Sequence[str], licence: str | None
) -> Iterator[PoolRow]:
    """As many rows as there are, or as asked for: from each template in turn, no question twice."""
    asked = set[bytes]()
    streams = [_filled(axes, random.Random(f"{seed} {number}")) for number, axes in enumerate(templates)]
    while streams:
        for stream in [*streams]:
            drawn = next(stream, None)
            if drawn is None:
                streams.remove(stream)
                continue
            made, entities = drawn
            question = hashlib.sha256("\n".join((made.system, made.question)).encode()).digest()[:8]
            if question in asked:
                continue
            asked.add(question)
            system = [{"role": "system", "content": made.system}] if made.system else []
            said = [{"role": "user", "content": made.question}, {"role": "assistant", "content": made.answer}]
            carried = list(dict.fromkeys([*tags, *made.tags]))
            yield original([*system, *said], TEMPLATE, carried, licence, entities)
            if len(asked) == most:
                return


def _filled(axes: Axes, draw: random.Random) -> Iterator[tuple[Template, list[str]]]:
    """Every combination once, with the terms that its answer holds, in an order that takes no memory: steps of a length
    that shares no divisor with their number lead past each before they come back."""
    size, in_answer = axes.size, _PLACEHOLDER.findall(axes.template.answer)
    at, step = draw.randrange(size), 1
    while size > 2 and (step == 1 or math.gcd(step, size) > 1):
        step = draw.randrange(1, size)
    for _ in range(size):
        at = (at + step) % size
        rest, terms = at, dict[str, str]()
        for one in axes.lists:
            rest, place = divmod(rest, len(one))
            terms.update(one[place])
        question, answer, system = (
            _PLACEHOLDER.sub(lambda found: terms[found[1]], text)  # noqa: B023 - used before the next round
            for text in (axes.template.question, axes.template.answer, axes.template.system)
        )
        named = dict.fromkeys(terms[name] for name in in_answer if terms[name])
        yield Template(question, answer, system, axes.template.tags), list(named)


def _axes(path: Path, number: int, template: Template, lists: Sequence[Terms]) -> Axes:
    asked = {*_PLACEHOLDER.findall(template.question), *_PLACEHOLDER.findall(template.system)}
    used = [terms for terms in lists if asked & terms[0].keys()]
    given = {name for terms in used for name in terms[0]}
    place = f"{path}: templates.{number}"
    if not template.question.strip() or not template.answer.strip():
        raise UsageError(f"{place}: a question or an answer is empty")
    if missing := sorted(asked - given):
        raise UsageError(f"{place}: {{{missing[0]}}} is neither among the terms nor a column of a table")
    if loose := sorted({*_PLACEHOLDER.findall(template.answer)} - given):
        raise UsageError(
            f"{place}: {{{loose[0]}}} of the answer does not follow from the question: no placeholder of its list or "
            "table stands there"
        )
    return Axes(template, used)


def _table(path: Path) -> Terms:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            found = list(reader)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: no CSV ({error})") from None
    for line, one in enumerate(found, start=2):
        if None in one or None in one.values():
            raise UsageError(f"{path}: row {line} has another number of columns than the first")
    if not found:
        raise UsageError(f"{path}: no row below the names of its columns")
    return found
