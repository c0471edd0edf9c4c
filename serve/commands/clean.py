"""`make clean`: deletes what Tandem made, after a yes (or YES=1)."""

import os
import shutil
import sys

from serve.commands import loop
from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes.choice import only_one, usable
from serve.settings import Settings

NAME = "clean"
HELP = "delete environments, secrets, models and runs, after asking"


def main(settings: Settings, paths: Paths) -> int:
    made = [folder for folder in (paths.state, paths.models, paths.runs) if folder.exists()]
    runtimes = usable(settings, paths)
    elsewhere = [thing for runtime in runtimes for thing in runtime.made_elsewhere()]
    if not made and not elsewhere:
        print("Nothing to delete.")
        return 0
    print("This stops the servers and deletes environments, secrets, chats, models and runs:")
    for thing in (*made, *elsewhere):
        print(f"  {thing}")
    if not agreed(NAME):
        return 0
    with only_one(paths), only_one(paths, loop.NAME):  # what they make would be half gone
        for runtime in runtimes:
            runtime.down()
            runtime.delete_elsewhere()
        for folder in dict.fromkeys((*made, paths.state)):
            if folder.is_symlink():
                folder.unlink()  # and not what it points to
            else:
                shutil.rmtree(folder)
    return 0


def agreed(command: str) -> bool:
    """Whether a person wants gone what was just named. Raises UsageError where there is nobody to ask."""
    if os.environ.get("YES") == "1":
        return True
    if not sys.stdin.isatty():
        raise UsageError(f"nobody to ask here: `make {command} YES=1` deletes them")
    try:
        yes = input("Delete them? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        yes = False
    if not yes:
        print("Kept.")
    return yes
