"""`make logs`: the end of every log, then what is added, until Ctrl-C."""

from contextlib import suppress

from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.settings import Settings

NAME = "logs"
HELP = "the servers' logs; follows them on a terminal"


def main(settings: Settings, paths: Paths) -> int:
    with suppress(KeyboardInterrupt):  # the way to end it
        runtime(settings, paths).show_logs()
    return 0
