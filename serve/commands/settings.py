"""The text of .env.example: every setting with its default."""

from serve.paths import Paths
from serve.settings import Settings, example

NAME = "settings"
HELP = "print every setting with its default, as .env.example"


def main(_: Settings, __: Paths) -> int:
    print(example(), end="")
    return 0
