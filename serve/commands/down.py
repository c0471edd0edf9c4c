"""`make down`: everything stopped, every artifact kept."""

from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.settings import Settings

NAME = "down"
HELP = "stop everything; artifacts stay"


def main(settings: Settings, paths: Paths) -> int:
    stopped = runtime(settings, paths).down()
    paths.runtime.unlink(missing_ok=True)
    print("Stopped; models, runs and chats are kept." if stopped else "Nothing was running.")
    return 0
