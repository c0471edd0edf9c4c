"""What the prompts of the suite `structured` are made of: records to show, and answers of just JSON or just lines.

It knows no kind of prompt.
"""

import json
import random
import re
from collections.abc import Sequence
from typing import Any

from evalharness.suites.generators.drafts import Checks, Item, check, user
from evalharness.suites.generators.words import PEOPLE, THINGS

DRAWN, EACH = 10, 3  # prompts of a kind: of which the suite asks the first, or as many as it asks
PLAIN = "Nothing before or after it, and no code fence."
_JSON = "Answer with JSON alone, without a code fence."


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def equal(value: Any) -> Checks:
    return [check("json_valid"), check("json_equals", value)]


def as_json(kind: str, asked: str, right: Any, wrong: Any) -> Item:
    return Item(kind, user(f"{asked} {_JSON}"), equal(right), dumped(right), dumped(wrong))


def as_lines(kind: str, asked: str, lines: Sequence[str], wrong: Sequence[str]) -> Item:
    """An answer of just these lines; spaces at their ends aside."""
    pattern = r"\A" + r"[^\S\n]*\n".join(map(re.escape, lines)) + r"\s*\Z"
    return Item(kind, user(f"{asked} {PLAIN}"), matching(pattern), "\n".join(lines), "\n".join(wrong))


def matching(pattern: str) -> Checks:
    return [check("regex", pattern)]


def first_names(rng: random.Random, many: int) -> list[str]:
    return [name.split()[0] for name in rng.sample(PEOPLE, many)]


def stocked(rng: random.Random, many: int) -> list[dict[str, Any]]:
    shelves = rng.sample(range(1, 30), many)
    return [
        {"thing": thing, "count": rng.randrange(2, 60), "shelf": shelf}
        for thing, shelf in zip(rng.sample(THINGS, many), shelves, strict=True)
    ]
