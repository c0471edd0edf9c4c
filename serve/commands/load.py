"""`make load`: load on base and tuned in turn."""

from serve.commands.measure import measure
from serve.paths import Paths
from serve.settings import Settings

NAME = "load"
HELP = "put load on base and tuned in turn"


def main(settings: Settings, paths: Paths) -> int:
    return measure(NAME, settings, paths)
