"""`make feedback`: what people said of the answers in Open WebUI, fetched with the account that `up` made there."""

import sys

from serve.attended import run_attended
from serve.errors import UsageError
from serve.harness.arguments import feedback_arguments
from serve.paths import Paths
from serve.settings import Settings

NAME = "feedback"
HELP = "people's chats and votes in Open WebUI: rows to learn from, votes for the verdict"


def main(settings: Settings, paths: Paths) -> int:
    """On any runtime it is asked from this machine, as a browser is: Open WebUI answers on loopback."""
    if not paths.secrets.exists():
        raise UsageError(f"{paths.secrets}: not there; `make up` starts Open WebUI and writes its password there")
    program = [sys.executable, "-m", "evalharness", *feedback_arguments(settings, paths)]
    return run_attended(program, paths.root)
