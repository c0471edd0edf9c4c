"""`make rollback`: the tuned model before this one, or the version that TO names, is in force again and answers."""

import os
import time

from serve.commands import blind, status
from serve.display import StepDisplay, console
from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes import keeper
from serve.runtimes.choice import in_use, only_one, runtime
from serve.settings import Settings

NAME = "rollback"
HELP = "put the version before this one in force again, serve it, wait until it answers"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError where there is nothing to go back to; then nothing has changed."""
    if settings.mode.lora:
        raise UsageError("MODE=lora serves ADAPTER as it is: set ADAPTER to the one before, and run `make up`")
    if settings.PRECISION == "fp":
        raise UsageError("PRECISION=fp serves what the merge made last: set PRECISION=int4 to roll back")
    version = os.environ.get("TO", "")
    with only_one(paths):
        begun = time.monotonic()
        here = runtime(settings, paths)
        done = keeper.ask(here, "rollback", *(["--version", version] if version else []))
        console.print(f"{done['variant']}: {done['to']} is in force, instead of {done['from'] or 'none'}.")
        if not in_use(paths):
            console.print("Nothing runs; `make up` starts it.")
            return 0
        with StepDisplay() as display:
            here.serve_again({variant: done[variant] for variant in settings.mode.servers}, display)
        blind.put_in_if_it_can_be(here, settings, paths)
        console.print(f"It is served and answers ({time.monotonic() - begun:.0f} s).\n")
    return status.main(settings, paths)
