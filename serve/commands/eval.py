"""`make eval`: base and tuned are asked the prompt suites."""

from serve.commands.measure import measure
from serve.paths import Paths
from serve.settings import Settings

NAME = "eval"
HELP = "ask base and tuned the prompt suites"


def main(settings: Settings, paths: Paths) -> int:
    return measure(NAME, settings, paths)
