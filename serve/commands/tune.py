"""`make tune`: an adapter trained on rows, from ADAPTER or anew, as a version of the store that `make up` can merge.

It trains nothing itself, and decides nothing: that is for serve.runtimes.tuning and the job, images/tune.
"""

import shutil
import tempfile
import time
from pathlib import Path

from serve.commands.export import unpacked
from serve.commands.up import chosen
from serve.display import StepDisplay, console
from serve.models.stages import saved
from serve.models.store import read_manifest
from serve.paths import Paths
from serve.runtimes import keeper, tuning
from serve.runtimes.choice import KINDS
from serve.runtimes.runtime import Runtime
from serve.settings import Settings

NAME = "tune"
HELP = "train an adapter on rows, from ADAPTER or anew, into the store"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError for rows, stages or an adapter that will not do, and for a training that diverges."""
    wanted = tuning.wanted(settings, paths)
    runtime = KINDS[chosen(settings, paths)](settings, paths)
    begun = time.monotonic()
    with StepDisplay() as display:
        version = runtime.tune(wanted, display)
    hand_out(runtime, version, paths)
    folder = Path("models") / "adapter" / "current"
    seconds = time.monotonic() - begun
    console.print(f"Adapter {version} is in {folder} ({seconds:.0f} s); curve.svg there shows how it learned.")
    if words := tokens_saved(paths.root / folder):
        console.print(words)
    console.print(f"`make up ADAPTER={folder}` merges and serves it.")
    return 0


def tokens_saved(adapter: Path) -> str:
    """What the tokens that an adapter added bring; empty where it added none."""
    told = ((read_manifest(adapter) or {}).get("proof") or {}).get("vocabulary")
    return f"{told['tokens']} new tokens: {saved(told['text_before'], told['text_after'])}." if told else ""


def hand_out(runtime: Runtime, version: str, paths: Paths) -> None:
    """Where the store lies in a container's volume, an adapter's files are put here as well: what is given to `make up`
    is of this machine.
    """
    target = paths.models / "adapter" / version
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as drafts:
            archive = Path(drafts) / "archive.tar"
            with archive.open("wb") as out:
                keeper.archive(runtime, out, "export", "adapter", version)
            shutil.move(unpacked(archive), target)
    link = target.with_name("current")
    if not link.is_symlink() or str(link.readlink()) != version:
        draft = target.with_name(".current.draft")
        draft.unlink(missing_ok=True)
        draft.symlink_to(version)
        draft.replace(link)
