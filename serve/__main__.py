"""The command line behind the Makefile: `python -m serve up`, and so on. `make` alone lists every target.

A UsageError is one line and exit code 2, a Failure one line and exit code 1; a traceback would be a bug. Only the
module of the command that is given is imported.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from serve.attended import INTERRUPTED
from serve.errors import Failure, UsageError
from serve.paths import Paths

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing has begun: Ctrl-C while libraries load ends it, no more
from serve.settings import Settings, nearest, read_settings

ROOT = Path(__file__).parents[1]

COMMANDS = {
    "up": "up",
    "plan": "plan",
    "preflight": "preflight",
    "prepare": "prepare",
    "down": "down",
    "status": "status",
    "blind": "blind",
    "logs": "logs",
    "eval": "eval",
    "load": "load",
    "capacity": "capacity",
    "chaos": "chaos",
    "verdict": "verdict",
    "factorial": "factorial",
    "lm-eval": "lm_eval",
    "augment": "augment",
    "feedback": "feedback",
    "tune": "tune",
    "loop": "loop",
    "versions": "versions",
    "rollback": "rollback",
    "prune": "prune",
    "export": "export",
    "clean": "clean",
    "settings": "settings",
}
"""Each command's module in serve.commands, whose NAME it is."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell has it for what it starts in the background
            signal.signal(number, signal.default_int_handler)
    try:
        act = chosen(sys.argv[1:])
        code: int = act(read_settings(ROOT / ".env"), Paths(ROOT))
    except UsageError as error:
        for line in str(error).splitlines():
            print(f"tandem: {line}", file=sys.stderr)
        return 2
    except Failure as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(f"tandem: {error.filename}: {error.strerror}", file=sys.stderr)  # a place that a setting names
        return 2
    except KeyboardInterrupt:
        print("\ntandem: interrupted; the same command goes on from where it was", file=sys.stderr)
        return INTERRUPTED
    return code


def chosen(words: Sequence[str]) -> Callable[[Settings, Paths], int]:
    """What to do. Raises UsageError for words that are not just one command: what else there is to say are settings."""
    if not {"-h", "--help"}.intersection(words):
        if not words:
            raise UsageError("name a command; `make` alone lists them")
        if words[0] not in COMMANDS:
            raise UsageError(f"{words[0]}: there is no such command{nearest(words[0], COMMANDS)}; `make` lists them")
        if words[1:]:
            raise UsageError(f"{words[0]}: takes no {words[1]!r}; settings stand in .env or before the command")
    parser = argparse.ArgumentParser(prog="python -m serve", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in words[:1] if words[0] in COMMANDS else COMMANDS:
        command = import_module(f"serve.commands.{COMMANDS[name]}")
        commands.add_parser(command.NAME, help=command.HELP, description=command.HELP).set_defaults(main=command.main)
    act: Callable[[Settings, Paths], int] = parser.parse_args(words).main
    return act


if __name__ == "__main__":
    sys.exit(main())
