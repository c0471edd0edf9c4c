"""`make capacity`: how much base and tuned each bear at a service level."""

from serve.commands.measure import measure
from serve.paths import Paths
from serve.settings import Settings

NAME = "capacity"
HELP = "how many requests a second base and tuned each bear at an agreed service level"


def main(settings: Settings, paths: Paths) -> int:
    return measure(NAME, settings, paths)
