"""From a suite to the same suite with variants of its prompts.

Pure: what chance decides is drawn anew for each variant from the seed and its names, so that a variant is the same
on any machine, whichever other kinds are asked for. What an endpoint made comes in as texts.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalharness.errors import UsageError
from evalharness.perturb import prose
from evalharness.perturb.kinds import MAKERS
from evalharness.perturb.prose import Prose
from evalharness.suites.schema import Prompt, Suite

MADE, UNCHANGED, REPEATED = "made", "equal to the original", "equal to an earlier variant"


@dataclass(frozen=True)
class Wanted:
    """Which variants: their kinds, how many of each kind a prompt gets, how much is changed (a share), and the seed."""

    kinds: Sequence[str]
    variants: int
    rate: float
    seed: int


@dataclass(frozen=True)
class Rewriting:
    """What an endpoint made of a prompt: a text to use, or None and why there is none."""

    text: str | None
    dropped: str = ""


Place = tuple[str, str, int]
"""Of a variant within its suite: the prompt's id, the kind, and its number from 1 on."""

Tally = Counter[tuple[str, str]]
"""(kind, what became of it) -> how many: made, or the reason for which a variant was dropped."""


def with_variants(suite: Suite, name: str, wanted: Wanted, rewritten: Mapping[Place, Rewriting]) -> tuple[Suite, Tally]:
    """The suite under a new name, each prompt followed by its variants, and what became of every one asked for.

    Raises UsageError when a variant's id is a prompt's of the suite.
    """
    tally: Tally = Counter()
    prompts = []
    taken = {prompt.id for prompt in suite.prompts}
    for prompt in suite.prompts:
        prompts.append(prompt)
        asked = question(prompt)
        for kind in wanted.kinds:
            earlier: set[str] = set()
            for number in range(1, wanted.variants + 1):
                made = Rewriting(None, UNCHANGED)
                if kind not in MAKERS:
                    made = rewritten.get((prompt.id, kind, number), made)
                elif asked:
                    made = Rewriting(_made(suite, prompt, asked, kind, number, wanted))
                outcome = _outcome(made, asked, earlier)
                tally[kind, outcome] += 1
                if outcome == MADE and made.text is not None:
                    earlier.add(made.text)
                    prompts.append(_variant(prompt, kind, number, made.text))
    for prompt in prompts:
        if prompt.of and prompt.id in taken:
            raise UsageError(f"{suite.suite}: {prompt.id!r} is the id of a prompt, and would be that of a variant")
    return suite.model_copy(update={"suite": name, "title": f"{suite.title}, with variants", "prompts": prompts}), tally


def question(prompt: Prompt) -> Prose | None:
    """The last thing the user says, the only one that is ever changed; None where a user says nothing."""
    at = _last_user_message(prompt)
    checks = [check.model_dump() for check in prompt.checks]
    return None if at is None else prose.read(prompt.messages[at].content or "", checks)


def _made(suite: Suite, prompt: Prompt, asked: Prose, kind: str, number: int, wanted: Wanted) -> str:
    draw = random.Random(f"{wanted.seed} {suite.suite} {prompt.id} {kind} {number}")
    return MAKERS[kind](asked, draw, wanted.rate)


def _outcome(made: Rewriting, asked: Prose | None, earlier: set[str]) -> str:
    if made.text is None:
        return made.dropped
    if asked and made.text == asked.text:
        return UNCHANGED
    return REPEATED if made.text in earlier else MADE


def _variant(prompt: Prompt, kind: str, number: int, text: str) -> Prompt:
    messages = list(prompt.messages)
    at = _last_user_message(prompt)
    if at is not None:
        messages[at] = messages[at].model_copy(update={"content": text})
    name = f"{prompt.id}~{kind}" if number == 1 else f"{prompt.id}~{kind}~{number}"
    return prompt.model_copy(update={"id": name, "messages": messages, "of": prompt.id, "variant": kind})


def _last_user_message(prompt: Prompt) -> int | None:
    places = [at for at, message in enumerate(prompt.messages) if message.role == "user"]
    return places[-1] if places else None
