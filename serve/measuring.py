"""Eval, load and verdict, run by the harness against what `endpoints.json` names: the same on every runtime."""

import sys
from collections.abc import Sequence

from serve import harness
from serve.attended import INTERRUPTED, run_attended
from serve.paths import Paths
from serve.settings import Settings

KINDS = ("eval", "load", "verdict")


def measure(kind: str, settings: Settings, paths: Paths) -> int:
    """The exit code: of a verdict 0 PASS, 1 FAIL, 3 INCONCLUSIVE."""
    if kind == "eval":
        return ask(harness.eval_arguments(settings, paths), paths)
    if kind == "load":
        return ask(harness.load_arguments(settings, paths), paths)
    for part in ("eval", "load"):
        code = measure(part, settings, paths)
        if code:
            # 1 and 3 are verdicts; a measurement that did not happen is neither.
            return code if code == INTERRUPTED else 2
    return ask(harness.verdict_arguments(settings, paths), paths)


def ask(arguments: Sequence[str], paths: Paths) -> int:
    return run_attended([sys.executable, "-m", "evalharness", *arguments], paths.root)
