"""`make prune`: deletes stored versions that are not needed, or damaged, after a yes (or YES=1)."""

from serve.commands.clean import agreed
from serve.commands.versions import megabytes
from serve.display import table
from serve.paths import Paths
from serve.runtimes import keeper
from serve.runtimes.choice import only_one, runtime
from serve.settings import Settings

NAME = "prune"
HELP = "delete stored versions that are not needed or damaged, after asking"


def main(settings: Settings, paths: Paths) -> int:
    here = runtime(settings, paths)
    with only_one(paths):
        found = keeper.ask(here, "prune")
        if not found:
            print("Nothing to prune: every version is whole, and one of those that are kept.")
            return 0
        print(f"This deletes {megabytes(sum(one['bytes'] for one in found))} of stored versions:")
        rows = [(one["variant"], one["version"], megabytes(one["bytes"]), one["why"]) for one in found]
        table(("variant", "version", "size", "why"), rows)
        if agreed(NAME):
            keeper.ask(here, "prune", "--delete")
    return 0
