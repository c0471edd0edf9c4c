"""`make lm-eval`: base and tuned are asked a task of lm-evaluation-harness."""

from serve.commands.measure import measure
from serve.paths import Paths
from serve.settings import Settings

NAME = "lm-eval"
HELP = "ask base and tuned a task of lm-evaluation-harness"


def main(settings: Settings, paths: Paths) -> int:
    return measure(NAME, settings, paths)
