"""What the harness measures, run against what `endpoints.json` names: the same on every runtime."""

import sys
from collections.abc import Sequence

from serve.attended import INTERRUPTED, run_attended
from serve.harness.arguments import ARGUMENTS
from serve.paths import Paths
from serve.settings import Settings

KINDS = tuple(ARGUMENTS)


def measure(kind: str, settings: Settings, paths: Paths) -> int:
    """The exit code: of a verdict 0 PASS, 1 FAIL, 3 INCONCLUSIVE. A verdict is of an eval and a load of its own."""
    for part in ("eval", "load") if kind == "verdict" else ():
        code = measure(part, settings, paths)
        if code:
            # 1 and 3 are verdicts; a measurement that did not happen is neither.
            return code if code == INTERRUPTED else 2
    return ask(ARGUMENTS[kind](settings, paths), paths)


def ask(arguments: Sequence[str], paths: Paths) -> int:
    return run_attended([sys.executable, "-m", "evalharness", *arguments], paths.root)
