"""The shipped suites as a list: what each is for and what is in it.

    python -m evalharness suites

The command alone: what a suite is lies in suites/schema.py, how its file is read in suites/files.py.
"""

import argparse
from collections import Counter
from collections.abc import Iterable

from evalharness.suites.files import load_suites, shipped
from evalharness.suites.schema import PURPOSES, Suite

NAME = "suites"
HELP = "list the shipped suites: what each is for, how many prompts, which checks and tags, how long"
MOST_NAMED = 6  # checks or tags of a suite in the list


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
    longest = max(sum(len(message.content or "") for message in prompt.messages) for prompt in suite.prompts)
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
