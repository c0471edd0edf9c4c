"""The command line: `python -m evalharness COMMAND`. One module a command; each owns its flags.

Only the module of the command that is given is imported, and its heavy libraries only when it runs.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from evalharness.commands.line import Parser
from evalharness.errors import Failure, UsageError

SCRIPT = "tandem-eval"  # what pyproject.toml has installed
COMMANDS = {
    "eval": "eval",
    "factorial": "factorial",
    "load": "load",
    "capacity": "capacity",
    "chaos": "chaos",
    "judge": "judge",
    "verdict": "verdict",
    "compare": "compare",
    "suites": "suites",
    "import": "import_",
    "perturb": "perturb",
    "augment": "augment",
    "review": "review",
    "pool": "pool",
    "feedback": "feedback",
    "lm-eval": "lm_eval",
    "simulate": "simulate",
}
"""Each command's module in evalharness.commands, whose NAME it is."""


VERDICT = "verdict"  # its exit codes are verdicts, 1 is FAIL: whatever goes wrong there is 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 is success, 1 a failure, 2 a mistake in what was given, 130 Ctrl-C; the verdict has codes of its own."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    failure = 2 if words[:1] == [VERDICT] else 1
    try:
        return _run(words, failure)
    except (UsageError, Failure) as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else failure
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:  # a place that somebody named, or a full disk
            print(f"tandem: {error.filename}: {error.strerror}", file=sys.stderr)
            return 2
        if words[:1] != [VERDICT]:
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(
            f"tandem: no verdict, for a fault of ours ({what}; {where.filename}, line {where.lineno})", file=sys.stderr
        )
        return failure


def _run(words: Sequence[str], failure: int) -> int:
    installed = Path(sys.argv[0]).name == SCRIPT
    prog = SCRIPT if installed else "python -m evalharness"
    parser = Parser(prog=prog, description="Two endpoints, one comparison.")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in words[:1] if words and words[0] in COMMANDS else COMMANDS:
        command = import_module(f"evalharness.commands.{COMMANDS[name]}")
        own = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.add_arguments(own)
        own.set_defaults(main=command.main)
    args = parser.parse_args(words)
    if "main" not in args:
        parser.print_help()
        return 0
    code = failure
    try:
        code = args.main(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has read enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
