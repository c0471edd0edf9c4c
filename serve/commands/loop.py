"""`make loop`: one turn from rows to a new adapter, which stays in service only if it is shown to be better for it.

It trains, serves and measures nothing itself: it calls the commands that do, in order, and keeps in one file how far a
turn has come, so that a turn that was cut goes on. What is better and what a loss, verdict and comparison say.
"""

import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from serve.attended import INTERRUPTED, run_attended
from serve.commands import tune
from serve.commands.up import announced, bring_up
from serve.display import console
from serve.errors import Failure, UsageError
from serve.models.checksums import digest
from serve.paths import Paths
from serve.runtimes import keeper
from serve.runtimes.choice import only_one, runtime
from serve.runtimes.tuning import demo_rows
from serve.settings import Settings

NAME = "loop"
HELP = "one turn: rows, variants, an adapter, the verdict; it stays in service only if it passed and lost nothing"

WORDS = {0: "PASS", 1: "FAIL", 3: "INCONCLUSIVE"}
WORSE = 1  # exit code of a comparison in which the new one is shown to be worse


@dataclass(frozen=True)
class Turn:
    """How far a turn has come: what it began with, and what each step that is over has come to."""

    inputs: dict[str, str]
    adapter_before: str
    done: dict[str, str] = field(default_factory=dict)


def main(settings: Settings, paths: Paths) -> int:
    """0 where the new adapter stays, 1 where the one before does (3: for lack of evidence), as of a verdict.

    Raises UsageError or Failure for the first step that does not work; the same command goes on from there.
    """
    if settings.mode.lora or settings.PRECISION == "fp":
        raise UsageError("a turn of the loop serves merged INT4 models: leave MODE and PRECISION as they come")
    file = paths.state / "loop" / "turn.json"
    turn = begun(file, settings, paths)
    for name, step in STEPS.items():
        if name not in turn.done:
            console.print(f"\n[bold]{name}[/bold]")
            turn = replace(turn, done={**turn.done, name: step(settings, paths, turn)})
            write(file, turn)
    return ended(settings, paths, turn, file)


def begun(file: Path, settings: Settings, paths: Paths) -> Turn:
    """The turn that was cut, if it had the same rows and settings; else a new one."""
    given = settings.ROWS and paths.root / Path(settings.ROWS).expanduser()
    if given and not given.is_file():
        raise UsageError(f"ROWS={settings.ROWS}: there is no such file")
    rows = given or (demo_rows(paths) if settings.demo else None)
    inputs = {
        "rows": str(rows or ""),
        "digest": digest(rows) if rows else "",
        "augment": os.environ.get("AUGMENT", ""),
        "base": settings.BASE_MODEL,
        "adapter": settings.ADAPTER,
        "stages": settings.TUNE,
        "suites": settings.SUITES,
    }
    if file.exists():
        before = Turn(**json.loads(file.read_text(encoding="utf-8")))
        if before.inputs == inputs:
            console.print(f"Going on with the turn that was cut after {len(before.done)} of {len(STEPS)} steps.")
            return before
        console.print("The turn that was cut had other rows or settings; a new one begins.")
    shutil.rmtree(file.parent, ignore_errors=True)
    turn = Turn(inputs, pinned(settings, paths))
    write(file, turn)
    return turn


def pinned(settings: Settings, paths: Paths) -> str:
    """ADAPTER, where it is the store's current one by its version: `make tune` makes another the current one."""
    given = paths.root / settings.ADAPTER if settings.ADAPTER else None
    if given and given.is_symlink() and given.parent == paths.models / "adapter":
        return str(given.resolve().relative_to(paths.root.resolve()))
    return settings.ADAPTER


def write(file: Path, turn: Turn) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(turn), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def before(settings: Settings, paths: Paths, turn: Turn) -> str:
    """An eval of what is in service: what the new adapter must not lose anything against."""
    serve(settings, paths, turn.adapter_before)
    return measured("eval", settings, paths)


def augment(_: Settings, paths: Paths, turn: Turn) -> str:
    rows = [turn.inputs["rows"]] if turn.inputs["rows"] else []
    harness(paths, "augment", *rows, *shlex.split(turn.inputs["augment"]))
    return "pool"


def rows(settings: Settings, paths: Paths, _: Turn) -> str:
    """The pool's, once somebody has looked at every variant."""
    target = paths.state / "loop" / "train"
    shutil.rmtree(target, ignore_errors=True)
    harness(paths, "pool", "--write", str(target), "--with-waiting" if settings.UNREVIEWED else "--decided")
    return str(target / "rows.jsonl")


def train(settings: Settings, paths: Paths, turn: Turn) -> str:
    """The new adapter's folder in the store, from the one before."""
    tune.main(settings.model_copy(update={"ROWS": turn.done["rows"], "ADAPTER": turn.adapter_before}), paths)
    version = (paths.models / "adapter" / "current").readlink()
    return str(Path("models") / "adapter" / version)


def up(settings: Settings, paths: Paths, turn: Turn) -> str:
    serve(settings, paths, turn.done["tune"])
    return turn.done["tune"]


def verdict(settings: Settings, paths: Paths, _: Turn) -> str:
    """Its word, and its run's folder."""
    found = runtime(settings, paths).measure("verdict")
    if found.code not in WORDS or not found.folder:
        stopped(found.code, "verdict")
    return f"{WORDS[found.code]} {found.folder}"


def compare(_: Settings, paths: Paths, turn: Turn) -> str:
    """With the adapter before."""
    folder = turn.done["verdict"].split(maxsplit=1)[1]
    about = json.loads((paths.root / folder / "run.json").read_text(encoding="utf-8"))
    new = paths.runs / Path(about["eval"]).name
    words = ["compare", turn.done["before"], str(new.relative_to(paths.root)), "--no-worse"]
    code = run_attended([sys.executable, "-m", "evalharness", *words], paths.root)
    if code not in (0, WORSE):
        stopped(code, "compare")
    return "worse" if code == WORSE else "no worse"


STEPS: dict[str, Callable[[Settings, Paths, Turn], str]] = {
    "before": before,
    "augment": augment,
    "rows": rows,
    "tune": train,
    "up": up,
    "verdict": verdict,
    "compare": compare,
}
"""Each returns what the steps after it need of it."""


def ended(settings: Settings, paths: Paths, turn: Turn, file: Path) -> int:
    """Keeps the new adapter, or serves the one before again, and says why."""
    word, run = turn.done["verdict"].split(maxsplit=1)
    stays = word == "PASS" and turn.done["compare"] == "no worse"
    new, last = turn.done["tune"], turn.adapter_before or "the demo's own"
    lines = [
        f"# A turn of the loop: {'the new adapter stays' if stays else 'all stays as it was'}\n",
        f"- new: `{new}` (how it learned: `{new}/curve.svg`), from {last}",
        f"- verdict against the base: {word} (`{run}/report.html`)",
        f"- compared with {last}: {turn.done['compare']}",
    ]
    if stays:
        lines.append(f"\n`ADAPTER={new}` in .env has `make up` serve it from now on.")
    else:
        console.print("\n[bold]The one before again[/bold]")
        serve(settings, paths, turn.adapter_before)
        in_store(settings, paths, turn.adapter_before)
        why = "lost against the one before" if word == "PASS" else f"ended in {word}"
        lines.append(f"\nIt {why}, so {last} is in service again. `make augment` and `make feedback` bring other rows.")
    report = paths.runs / f"{time.strftime('%Y%m%d-%H%M%S')}-loop" / "turn.md"
    report.parent.mkdir(parents=True)
    report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    file.unlink()
    console.print("\n" + "\n".join(lines).removeprefix("# "), markup=False)
    console.print(f"Report: {report.relative_to(paths.root)}", markup=False)
    return 0 if stays else 3 if word == "INCONCLUSIVE" else 1


def serve(settings: Settings, paths: Paths, adapter: str) -> None:
    wanted = settings.model_copy(update={"ADAPTER": adapter})
    with only_one(paths):
        bring_up(announced(wanted, paths), wanted, paths)


def in_store(settings: Settings, paths: Paths, adapter: str) -> None:
    """Makes an adapter of the store its current one again: the next turn is to begin with what is in service."""
    folder = Path(adapter)
    if folder.parent == Path("models") / "adapter":
        here = runtime(settings, paths)
        keeper.ask(here, "rollback", "--version", folder.name)
        tune.hand_out(here, folder.name, paths)


def measured(kind: str, settings: Settings, paths: Paths) -> str:
    """The run's folder."""
    found = runtime(settings, paths).measure(kind)
    if not found.folder:
        stopped(found.code, kind)
    return str(found.folder)


def harness(paths: Paths, *words: str) -> None:
    code = run_attended([sys.executable, "-m", "evalharness", *words], paths.root)
    if code:
        stopped(code, words[0])


def stopped(code: int, step: str) -> None:
    """Raises what the step's own exit code stands for; its reason was said already."""
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    said = f"the loop stopped at `{step}`, for the reason above; once that is mended, `make loop` goes on there"
    raise UsageError(said) if code == 2 else Failure(said)
