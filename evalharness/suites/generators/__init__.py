"""What the shipped suites are made of: templates with seeds, and prompts written by hand with an answer that is right.

    python -m evalharness.suites.generators

A file or a folder a suite, each with one function `suite()`. Everything is written for Tandem, and deterministic: a
test holds the committed YAML against it. Nothing here is needed to run a suite.
"""

from evalharness.suites.generators import (
    bilingual,
    code,
    code_hard,
    everyday,
    extraction,
    grounded,
    instructions,
    live,
    long_context,
    memory,
    over_refusal,
    reasoning,
    safety,
    structured,
    tool_calls,
)
from evalharness.suites.generators.drafts import Draft


def drafts() -> list[Draft]:
    """Every generated suite."""
    return [
        bilingual.suite(),
        code.suite(),
        code_hard.suite(),
        everyday.suite(),
        extraction.suite(),
        grounded.suite(),
        instructions.suite(),
        live.suite(),
        long_context.suite(),
        long_context.longer_suite(),
        long_context.longest_suite(),
        memory.suite(),
        over_refusal.suite(),
        reasoning.suite(),
        safety.suite(),
        structured.suite(),
        tool_calls.suite(),
    ]
