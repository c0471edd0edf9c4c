"""The loose mode of IFEval: an order about form counts as kept if it is in any of eight readings of the answer.

They are the answer with and without its asterisks, its first line, its last line (Zhou et al. 2023,
Instruction-following evaluation for large language models, section 2.2). What an answer says is read as it stands.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from evalharness.checks import as_json, counts, language, layout, order, phrases
from evalharness.checks.base import Check, Measure
from evalharness.runs.rows.eval import Checked, Wanted

FORM: Mapping[str, Check | Measure] = {
    **as_json.CHECKS,
    **counts.CHECKS,
    **language.CHECKS,
    **layout.CHECKS,
    **order.CHECKS,
    **phrases.CHECKS,
}
"""The checks of form by type: those that a preamble, a closing remark or bold letters can fail."""


def readings(answer: str) -> list[str]:
    """The eight, the answer itself first; those that are empty or say the same left out."""
    lines = answer.split("\n")
    cut = [
        "\n".join(lines[first : len(lines) - last]).strip() if first or last else answer
        for first, last in product((0, 1), repeat=2)
    ]
    return [text for text in dict.fromkeys([*cut, *(text.replace("*", "") for text in cut)]) if text.strip()]


def loosely(said: str, checks: Sequence[Wanted], found: Sequence[Checked]) -> bool | None:
    """Whether the answer is right in loose mode, where `found` is what its checks found in order.

    `said` is the answer without its thought. None where no check is of form: then there is but one mode.
    """
    if not any(check.type in FORM for check in checks):
        return None
    others = readings(said)
    return all(
        seen.passed or (check.type in FORM and any(_passes(text, check) for text in others))
        for check, seen in zip(checks, found, strict=True)
    )


def _passes(text: str, check: Wanted) -> bool:
    return FORM[check.type].find(text, check.value).failure is None
