"""Several tests at once: what to make of their p-values when any one of them would count.

Where all must hold, nothing needs adjusting: a PASS asks every criterion of every suite, so a model that deserves none
passes no more often than it passes the one it should fail (the intersection-union test; Berger RL (1982),
Multiparameter hypothesis testing and acceptance sampling, Technometrics 24:295-300). Where one of several is enough to
conclude something, each further test is one more chance to conclude it by accident: so with the harness's test of
itself, which fails on a difference in any suite. A FAIL by purpose takes one failed criterion too, and is not adjusted:
it names the criterion, whose interval stands on its own, and keeping a model out is the careful side.
"""

from collections.abc import Sequence

from scipy.special import stdtrit


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted so that any one below alpha is by accident in at most alpha of all cases.

    Holm S (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    6:65-70. In the order given; the tests may depend on each other in any way.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def widening(tests: int, confidence: float, groups: int) -> float:
    """How many times as far an interval reaches that holds the truth in all of so many tests at once (Bonferroni).

    `groups` is how many groups of prompts it rests on, two at least. The same holds in the one test that is chosen for
    its result, as the best of many models is.
    """
    tail = (1 - confidence) / 2
    return float(stdtrit(groups - 1, 1 - tail / tests) / stdtrit(groups - 1, 1 - tail))
