"""A row's question as perturb reads it; read once while one kind after the other is tried on it."""

from functools import lru_cache

from evalharness.perturb import prose
from evalharness.perturb.prose import Prose
from evalharness.pool.rows import PoolRow


def asked(row: PoolRow) -> Prose:
    return _read(row.question)


@lru_cache(maxsize=4)
def _read(question: str) -> Prose:
    return prose.read(question, [])
