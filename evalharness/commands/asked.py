"""What `eval` and `factorial` have in common: their flags, a run's folder, and asking what is left of it.

It knows nothing of what is made of the answers.
"""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.client.endpoints import Endpoint
from evalharness.commands import options
from evalharness.runs.typed import Json
from evalharness.suites.schema import Suite

if TYPE_CHECKING:
    from evalharness.client.asking_run import Job


def add_asking_arguments(parser: argparse.ArgumentParser, resume: str) -> None:
    """`resume` says what --resume does."""
    what = parser.add_mutually_exclusive_group()
    options.add_suites_argument(what)
    what.add_argument("--resume", type=Path, metavar="RUN", help=resume)
    parser.add_argument(
        "--resume-command", metavar="TEXT", help="what to tell a person to type to go on; {run} is the run's folder"
    )
    parser.add_argument(
        "--concurrency", type=options.positive, default=8, metavar="N", help="prompts at a time (default: 8)"
    )
    options.add_run_arguments(parser)


def run_folder(
    args: argparse.Namespace,
    kind: str,
    suites: Sequence[Suite],
    endpoints: Sequence[Endpoint],
    servers: Mapping[str, Json],
) -> Path:
    """The folder of --resume, else a new one."""
    from evalharness.client import asking_run, looks

    settings = {"concurrency": args.concurrency, "base_against_base": args.base_against_base}
    if getattr(args, "looks", False) and not args.base_against_base:  # a test of itself has no end before its end
        settings["looks"] = looks.SHARES
    folder: Path = args.resume or asking_run.begin(args.runs, kind, settings, suites, endpoints, servers)
    return folder


def to_go_on(args: argparse.Namespace, kind: str, folder: Path, flags: Sequence[str]) -> str:
    """What a person types to go on with this run: as was told by --resume-command, else our own command line."""
    own = shlex.join([sys.executable, "-m", "evalharness", kind, "--resume", "{run}", *flags])
    return str(args.resume_command or own).replace("{run}", shlex.quote(str(folder)))


def ask(folder: Path, jobs: "Sequence[Job]", concurrency: int, again: str) -> None:
    """Asks, with a progress bar, and keeps every answer as it comes. `again` is what to type after Ctrl-C."""
    from evalharness.client import asking_run
    from evalharness.report.terminal.progress import progress

    (folder / "summary.json").unlink(missing_ok=True)  # of a resumed run: it is not of the answers to come
    try:
        with progress(len(jobs)) as prompt_done:
            asking_run.write_answers(folder, asking_run.ask(jobs, concurrency), prompt_done)
    except KeyboardInterrupt:
        print(f"tandem: interrupted, every answer so far is kept; go on with: {again}", file=sys.stderr)
        raise
