"""In which look each prompt of a run is asked: a run in looks stops as soon as everything is settled.

It draws the order and knows nothing of what is settled; what each look costs is stats/sequential.py's.
"""

import random
from collections.abc import Iterable, Sequence

from evalharness.runs.rows.eval import PromptRow
from evalharness.runs.rows.parts import Company, Place

SHARES = (0.25, 0.5, 1.0)
"""Of each suite's prompts: how many have been asked at each look."""
SEED = 0


def look_of(prompts: Iterable[PromptRow], shares: Sequence[float] = SHARES) -> dict[Place, int]:
    """The look, from 0 on, of every prompt. Groups of prompts come in random order, each as a whole.

    So every look is of groups drawn from the suite as if there were no others. A variant is asked with its original.
    """
    groups: dict[str, dict[Company, list[PromptRow]]] = {}
    variants = []
    for prompt in prompts:
        if prompt.of is None:
            groups.setdefault(prompt.suite, {}).setdefault(prompt.company, []).append(prompt)
        else:
            variants.append(prompt)
    found: dict[Place, int] = {}
    for suite, own in groups.items():
        drawn = random.Random(f"{SEED} {suite}").sample(list(own.values()), len(own))
        total, before = sum(map(len, drawn)), 0
        for group in drawn:
            look = next(at for at, share in enumerate(shares) if before < share * total)
            found |= dict.fromkeys((prompt.place for prompt in group), look)
            before += len(group)
    return found | {variant.place: found[variant.suite, str(variant.of)] for variant in variants}
