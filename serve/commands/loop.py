"""`make loop`: one turn from rows to a new adapter, which stays in service only if it is shown to be better for it.

It trains, serves and measures nothing itself: it calls the commands that do, in order, and keeps in one file how far a
turn has come, so that a turn that was cut goes on. What is better and what a loss, verdict and comparison say.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from serve.attended import INTERRUPTED, run_attended
from serve.commands import tune
from serve.commands.up import announced, bring_up
from serve.display import console
from serve.errors import Failure, UsageError
from serve.harness import turn_report
from serve.harness.arguments import augment_arguments, words_of
from serve.harness.turn_report import Came
from serve.models.checksums import digest
from serve.paths import Paths
from serve.runtimes import keeper, tuning
from serve.runtimes.choice import only_one, runtime
from serve.settings import Settings

NAME = "loop"
HELP = "one turn: rows, variants, an adapter, the verdict; it stays in service only if it passed and lost nothing"

WORDS = {0: "PASS", 1: "FAIL", 3: "INCONCLUSIVE"}
WORSE = 1  # exit code of a comparison in which the new one is shown to be worse


@dataclass(frozen=True)
class Turn:
    """How far a turn has come: what it began with, when (UTC), and what each step that is over has come to, in which
    time. `store_before`: the store's current adapter as it began; empty: there was none.
    """

    inputs: dict[str, str]
    adapter_before: str
    store_before: str = ""
    begun: str = ""
    done: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def main(settings: Settings, paths: Paths) -> int:
    """0 where the new adapter stays, 1 where the one before does (3: for lack of evidence), as of a verdict.

    Raises UsageError or Failure for the first step that does not work; the same command goes on from there.
    """
    check(settings, paths)
    file = paths.state / "loop" / "turn.json"
    with only_one(paths, NAME):
        turn = begun(file, settings, paths)
        for number, (name, step) in enumerate(STEPS.items(), 1):
            if name not in turn.done:
                console.print(f"\n[bold]{name}[/bold], step {number} of {len(STEPS)}")
                since = time.monotonic()
                turn = replace(turn, done={**turn.done, name: step(settings, paths, turn)})
                turn = replace(turn, seconds={**turn.seconds, name: round(time.monotonic() - since, 1)})
                write(file, turn)
        return ended(settings, paths, turn, file)


def check(settings: Settings, paths: Paths) -> None:
    """Raises UsageError for what a later step would refuse, before the first."""
    if settings.mode.lora or settings.PRECISION == "fp":
        raise UsageError("a turn of the loop serves merged INT4 models: leave MODE and PRECISION as they come")
    if tuning.anew(settings):
        raise UsageError("ADAPTER=none: a turn begins with the adapter in service; `make tune` begins one, set ADAPTER")
    _, stages = tuning.stages(settings, paths)
    tuning.check_sources(settings, paths, stages)
    words_of("AUGMENT", os.environ.get("AUGMENT", ""))


def begun(file: Path, settings: Settings, paths: Paths) -> Turn:
    """The turn that was cut, if it had the same rows and settings; else a new one."""
    given = settings.ROWS and paths.root / Path(settings.ROWS).expanduser()
    if given:
        check_rows(settings, given)
    rows = given or (tuning.demo_rows(paths) if settings.demo else None)
    inputs = {
        "rows": str(rows or ""),
        "digest": digest(rows) if rows else "",
        "augment": os.environ.get("AUGMENT", ""),
        "base": settings.BASE_MODEL,
        "adapter": settings.ADAPTER,
        "stages": settings.TUNE,
        "suites": settings.SUITES,
    }
    cut = read(file) if file.exists() else None
    if cut and cut.inputs == inputs:
        console.print(f"Going on with the turn that was cut after {len(cut.done)} of {len(STEPS)} steps.")
        return cut
    if cut:
        console.print("The turn that was cut had other rows or settings; a new one begins.")
        in_store(settings, paths, cut.store_before)  # what it trained was never judged
    turn = Turn(inputs, pinned(settings, paths), current(paths), f"{datetime.now(UTC):%Y%m%dT%H%M%S}")
    shutil.rmtree(file.parent, ignore_errors=True)
    write(file, turn)
    return turn


def check_rows(settings: Settings, given: Path) -> None:
    """Raises UsageError for what is no file of rows at all, before hours go by. Their form is for `augment` to read."""
    if not given.is_file():
        raise UsageError(f"ROWS={settings.ROWS}: there is no such file")
    try:
        text = given.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"ROWS={settings.ROWS}: not text; set it to a file of rows, one a line") from None
    if not text.strip():
        raise UsageError(f"ROWS={settings.ROWS}: nothing in it; set it to a file of rows, one a line")


def read(file: Path) -> Turn:
    """Raises UsageError for a file that was damaged, or that another version of Tandem wrote."""
    try:
        return Turn(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise UsageError(
            f"{file}: how far the last turn came cannot be read; delete it, and a new one begins"
        ) from None


def pinned(settings: Settings, paths: Paths) -> str:
    """ADAPTER, where it is the store's current one by its version: `make tune` makes another the current one."""
    given = paths.root / settings.ADAPTER if settings.ADAPTER else None
    if given and given.is_symlink() and given.parent == paths.models / "adapter":
        return str(given.resolve().relative_to(paths.root.resolve()))
    return settings.ADAPTER


def current(paths: Paths) -> str:
    """The version of the store's current adapter; empty where there is none."""
    link = paths.models / "adapter" / "current"
    return str(link.readlink()) if link.is_symlink() else ""


def write(file: Path, turn: Turn) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(turn), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def before(settings: Settings, paths: Paths, turn: Turn) -> str:
    """An eval of what is in service: what the new adapter must not lose anything against."""
    serve(settings, paths, turn.adapter_before)
    return measured("eval", settings, paths)


def augment(settings: Settings, paths: Paths, turn: Turn) -> str:
    """No row may be a copy of what the verdict will ask."""
    rows = [turn.inputs["rows"]] if turn.inputs["rows"] else []
    harness(paths, *augment_arguments(settings, rows, words_of("AUGMENT", turn.inputs["augment"])))
    return "pool"


def rows(settings: Settings, paths: Paths, _: Turn) -> str:
    """The pool's, once somebody has looked at every variant."""
    target = paths.state / "loop" / "train"
    shutil.rmtree(target, ignore_errors=True)
    harness(paths, "pool", "--write", str(target), "--with-waiting" if settings.UNREVIEWED else "--decided")
    return str(target / "rows.jsonl")


def train(settings: Settings, paths: Paths, turn: Turn) -> str:
    """The new adapter's folder in the store, from the one before."""
    wanted = settings.model_copy(update={"ROWS": turn.done["rows"], "ADAPTER": turn.adapter_before})
    with without_servers(wanted, paths):
        tune.main(wanted, paths)
    return str(Path("models") / "adapter" / current(paths))


@contextmanager
def without_servers(settings: Settings, paths: Paths) -> Iterator[None]:
    """Where the training needs the memory that they hold. The next step serves what was trained; where there is none,
    what served before does so again.
    """
    here, stopped = runtime(settings, paths), list[str]()
    stopping = False
    try:
        if tuning.crowded(settings, paths, here.gpu):
            with only_one(paths):
                stopping = True
                stopped = here.stop_servers()
                stopping = False
        if stopped:
            console.print(f"Stopped meanwhile, for the memory that training needs: {' and '.join(stopped)}.")
        yield
    except BaseException:
        if stopping or stopped:
            serve_again(settings, paths, settings.ADAPTER)
        raise


def serve_again(settings: Settings, paths: Paths, adapter: str) -> None:
    """What served before; where that fails too, it hides nothing of why it had to be."""
    console.print("\nServing again what did before; if this is cut, `make up` does it.")
    try:
        serve(settings, paths, adapter)
    except (UsageError, Failure) as trouble:
        console.print(f"It is not served: {trouble}")


def verdict(settings: Settings, paths: Paths, turn: Turn) -> str:
    """Its word, and its run's folder. What is judged is served here: a turn that goes on may find anything running.
    What cannot be served, such as one whose proof fails, leaves the adapter before in service."""
    try:
        serve(settings, paths, turn.done["tune"])
    except (UsageError, Failure):
        serve_again(settings, paths, turn.adapter_before)
        raise
    found = runtime(settings, paths).measure("verdict")
    if found.code not in WORDS or not found.folder:
        stopped(found.code, "verdict")
    return f"{WORDS[found.code]} {found.folder}"


def compare(_: Settings, paths: Paths, turn: Turn) -> str:
    """With the adapter before."""
    folder = turn.done["verdict"].split(maxsplit=1)[1]
    new = turn_report.judged_eval(paths.root / folder).relative_to(paths.root)
    words = ["compare", turn.done["before"], str(new), "--no-worse"]
    code = run_attended([sys.executable, "-m", "evalharness", *words], paths.root)
    if code not in (0, WORSE):
        stopped(code, "compare")
    return "worse" if code == WORSE else "no worse"


STEPS: dict[str, Callable[[Settings, Paths, Turn], str]] = {
    "before": before,
    "augment": augment,
    "rows": rows,
    "tune": train,
    "verdict": verdict,
    "compare": compare,
}
"""Each returns what the steps after it need of it."""


def ended(settings: Settings, paths: Paths, turn: Turn, file: Path) -> int:
    """Keeps the new adapter, or serves the one before again, and says why. Cut on the way, it comes to the same."""
    word, run = turn.done["verdict"].split(maxsplit=1)
    came = Came(
        word, run, turn.done["compare"] == "worse", turn.done["tune"], turn.adapter_before, turn.done["before"],
        turn.seconds,
    )  # fmt: skip
    if not came.stays:
        console.print("\n[bold]The one before again[/bold]")
        serve(settings, paths, turn.adapter_before)
        in_store(settings, paths, turn.store_before)
    report = turn_report.write(paths, f"{turn.begun}-loop", came)
    file.unlink()
    console.print("\n" + report.read_text(encoding="utf-8").removeprefix("# "), markup=False)
    console.print(f"Report: {report.relative_to(paths.root)}", markup=False)
    return 0 if came.stays else 3 if word == "INCONCLUSIVE" else 1


def serve(settings: Settings, paths: Paths, adapter: str) -> None:
    wanted = settings.model_copy(update={"ADAPTER": adapter})
    with only_one(paths):
        bring_up(announced(wanted, paths), wanted, paths)


def in_store(settings: Settings, paths: Paths, version: str) -> None:
    """Makes an adapter of the store its current one again, or none (empty): ADAPTER=models/adapter/current is to name
    none that was refused.
    """
    if not version:
        (paths.models / "adapter" / "current").unlink(missing_ok=True)
    elif version != current(paths):
        here = runtime(settings, paths)
        keeper.ask(here, "rollback", "--version", version)
        tune.hand_out(here, version, paths)


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
