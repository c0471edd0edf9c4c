"""Paired comparison of two models: how far apart, how sure, and what could have been seen at all.

Everything in here is pure: counts, scores or p-values in, numbers out. It knows nothing of suites, endpoints or
files. `python -m evalharness simulate` shows how far its promises hold.

    score.py       the one formula all intervals of a paired difference end in
    pairs.py       one answer a prompt, right or wrong
    clustered.py   several answers a prompt, or scores that are not only right and wrong
    intraclass.py  how alike the prompts of one group are
    contrasts.py   tuning and quantization told apart
    repeats.py     several answers a prompt: what varies within it, what between prompts
    votes.py       a judge's wins, losses and ties
    multiple.py    several tests of which any one would count
    sequential.py  looks at a run that is not over yet
    power.py       before a run: what it can see, how many prompts it takes
"""

from evalharness.stats.levels import ALPHA, CONFIDENCE, POWER
from evalharness.stats.pairs import Pairs, difference_interval, mcnemar
from evalharness.stats.power import smallest_difference

__all__ = ["ALPHA", "CONFIDENCE", "POWER", "Pairs", "difference_interval", "mcnemar", "smallest_difference"]
