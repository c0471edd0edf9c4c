"""The command line: `python -m evalharness COMMAND`. One module a command; each owns its flags.

A command's heavy libraries are imported when it runs, so that --help answers at once.
"""

import argparse
import sys
from collections.abc import Sequence

from evalharness import ab, suite, verdict_command
from evalharness.errors import Failure, UsageError
from evalharness.load import command as load

COMMANDS = (ab, load, verdict_command, suite)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 is success, 1 a failure, 2 a mistake in what was given, 130 Ctrl-C; the verdict has codes of its own."""
    parser = argparse.ArgumentParser(prog="python -m evalharness", description="Two endpoints, one comparison.")
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.add_arguments(own)
        own.set_defaults(main=command.main)
    args = parser.parse_args(arguments)
    if "main" not in args:
        parser.print_help()
        return 0
    try:
        code: int = args.main(args)
    except (UsageError, Failure) as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
