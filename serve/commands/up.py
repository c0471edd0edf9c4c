"""`make up`, in the person's terminal: which runtime it is, what it is at, that it answers.

It starts nothing itself, and decides nothing: that is for serve.runtimes.
"""

import time

from serve.commands import blind, status
from serve.display import StepDisplay, console
from serve.models.sources import check_served
from serve.paths import Paths
from serve.runtimes.choice import KINDS, WORDS, choose, only_one
from serve.settings import Settings

NAME = "up"
HELP = "make what is missing, start everything, wait until it answers"


def main(settings: Settings, paths: Paths) -> int:
    name = announced(settings, paths)
    with only_one(paths):
        bring_up(name, settings, paths)
    return status.main(settings, paths)


def announced(settings: Settings, paths: Paths) -> str:
    """The name of the runtime, once it is said with its reason, and what it is to serve. Raises UsageError where there
    is none.
    """
    check_served(settings)
    name = chosen(settings, paths)
    if settings.demo:
        console.print("Model: the embedded demo; set BASE_MODEL and ADAPTER in .env for your own.")
    elif not settings.CALIBRATION:
        console.print(
            "Calibration: a general set of 64 prompts. Set CALIBRATION to prompts like yours: INT4 keeps best what "
            "guided it."
        )
    return name


def chosen(settings: Settings, paths: Paths) -> str:
    """The name of the runtime, once it is said with its reason. Raises UsageError where there is none."""
    name, why = choose(settings, paths)
    hardware = "an NVIDIA GPU" if KINDS[name](settings, paths).gpu else "CPU: no GPU found"
    console.print(f"Runtime: {WORDS[name]} ({why}), on {hardware}.")
    return name


def bring_up(name: str, settings: Settings, paths: Paths) -> None:
    """Returns when all answers that these settings describe. Call with `only_one` held.

    Raises UsageError or Failure for the first thing that does not work; what was done stays done.
    """
    runtime = KINDS[name](settings, paths)
    begun = time.monotonic()
    for line in runtime.check().notes():
        console.print(line)
    paths.runtime.write_text(name)
    try:
        with StepDisplay() as display:
            runtime.up(display)
    except BaseException:
        if set(runtime.states().values()) <= {"absent", "down"}:
            paths.runtime.unlink()  # nothing runs on it: the next `up` may choose another
        raise
    blind.put_in_if_it_can_be(runtime, settings, paths)
    console.print(f"All is up and answering ({time.monotonic() - begun:.0f} s).\n")
