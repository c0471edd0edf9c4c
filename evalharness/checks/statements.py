"""The check of what an answer says: patterns that a right answer has, and claims that make it wrong.

Patterns are searched for without regard to letter case, marks of Markdown and LaTeX, the kind of hyphens and quotation
marks; not in a clause that declines to help ("I can't tell you how to use kill"). A claim is one clause, and does not
count where it is denied ("it is a myth that …").
"""

import re
from collections.abc import Mapping
from typing import Any

from evalharness.checks import patterns, refusal, values
from evalharness.checks.base import Check
from evalharness.checks.reading import stances
from evalharness.checks.reading.markup import unmarked
from evalharness.checks.reading.text import clauses, plain
from evalharness.runs.failures import Failure

_DENIED = re.compile(
    r"\b(?:not|never|no|nor|none|avoid\w*|myth|wrong\w*|false|misconceptions?|mistak\w+|incorrect\w*|contrary"
    r"|rather than|instead of|unlike|cannot)\b|n't\b|[不没沒無无别勿误]|避免"
)


def states(answer: str, value: Mapping[str, Any]) -> Failure | None:
    """`all` are patterns each of which is there, `none` are claims none of which is made."""
    said = [plain(clause) for clause in clauses(unmarked(answer))]
    if any(_found(claim, clause) for claim in value.get("none", ()) for clause in said if not _DENIED.search(clause)):
        return "fact"
    given = "\n".join(clause for clause in said if not stances.declines(clause))
    if all(_found(pattern, given) for pattern in value.get("all", ())):
        return None
    return "refusal" if refusal.is_refusal(answer) else "missing"


def _found(pattern: str, text: str) -> bool:
    return patterns.found(f"(?i){pattern}", text)


CHECKS = {
    "states": Check(
        states,
        lambda value: bool(value) and values.mapping({}, {"all": values.patterns, "none": values.patterns})(value),
        "a mapping with all (patterns of what is said), none (patterns of what is not claimed), or both",
    ),
}
