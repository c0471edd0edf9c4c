"""What the harness measures, run against what `endpoints.json` names: the same on every runtime."""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serve.attended import INTERRUPTED, run_attended
from serve.harness.arguments import ARGUMENTS
from serve.paths import Paths
from serve.settings import Settings

KINDS = tuple(ARGUMENTS)


@dataclass(frozen=True)
class Measured:
    """How a measurement ended: the exit code, and the run's folder as it lies in the checkout (None: not whole).

    The exit code of a verdict is 0 for PASS, 1 for FAIL, 3 for INCONCLUSIVE.
    """

    code: int
    folder: str | None = None


def measure(kind: str, settings: Settings, paths: Paths) -> Measured:
    """A verdict is of an eval and a load of its own, whatever else has been measured meanwhile."""
    evidence: list[str] = []
    for part in ("eval", "load") if kind == "verdict" else ():
        measured = measure(part, settings, paths)
        if not measured.folder:
            return Measured(INTERRUPTED if measured.code == INTERRUPTED else 2)
        evidence += [f"--{part}", measured.folder]
    return ask([*ARGUMENTS[kind](settings, paths), *evidence], paths)


def ask(arguments: Sequence[str], paths: Paths) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "run"
        program = [sys.executable, "-m", "evalharness", *arguments, "--folder-file", str(told)]
        code = run_attended(program, paths.root)
        if told.exists():
            return Measured(code, told.read_text(encoding="utf-8"))
        return Measured(without_a_run(code))


def without_a_run(code: int) -> int:
    """The exit code where no run was written whole: 1 and 3 are verdicts, and there is none."""
    return 2 if code in (1, 3) else code
