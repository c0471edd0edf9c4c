"""`make preflight`: each thing that will fail later, with the setting that mends it, before hours are spent.

It makes and starts nothing; of models named on the hub it downloads all but the weights, and of those the headers.
"""

from serve.commands.up import announced
from serve.display import console
from serve.paths import Paths
from serve.runtimes.choice import KINDS
from serve.settings import Settings

NAME = "preflight"
HELP = "each thing that will fail later, with the setting that mends it; starts nothing"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError with a line for each thing that would keep these settings from being served."""
    runtime = KINDS[announced(settings, paths)](settings, paths)
    found = runtime.preflight()
    for line in (*found.figures, *found.notes()):
        console.print(line)
    found.refuse()
    console.print("Nothing stands in the way of `make up`.")
    return 0
