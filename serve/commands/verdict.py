"""`make verdict`: an eval, a load, and what they come to."""

from serve.commands.measure import measure
from serve.paths import Paths
from serve.settings import Settings

NAME = "verdict"
HELP = "eval, load, and PASS, FAIL or INCONCLUSIVE with the evidence"


def main(settings: Settings, paths: Paths) -> int:
    return measure(NAME, settings, paths)
