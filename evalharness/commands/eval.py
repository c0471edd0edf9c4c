"""The same prompts to two endpoints, every answer kept, and what the pairs say.

    python -m evalharness eval --suites general --url base=http://…/v1 --url tuned=http://…/v1

The command alone: how a run is planned and asked lies in client/asking_run.py, what is made of it in
analysis/summary.py.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from evalharness.client import lengths, threads
from evalharness.client.endpoints import Endpoint
from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.runs.folder import read_json, write_json
from evalharness.runs.rows import read_rows

NAME = "eval"
HELP = "ask both endpoints the same prompts and compare how often each is right"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_endpoint_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    options.add_suites_argument(what)
    what.add_argument("--resume", type=Path, metavar="RUN", help="ask only what this run has no answer to")
    parser.add_argument(
        "--resume-command", metavar="TEXT", help="what to tell a person to type to resume; {run} is the run's folder"
    )
    parser.add_argument(
        "--concurrency", type=options.positive, default=8, metavar="N", help="prompts at a time (default: 8)"
    )
    options.add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from evalharness.client import asking_run
    from evalharness.client.server_facts import read_servers

    suites = [] if args.resume else options.chosen_suites(args)
    endpoints = options.chosen_endpoints(args)
    jobs = asking_run.rest(args.resume, endpoints) if args.resume else asking_run.plan(suites, endpoints)
    probes = threads.results(endpoints if jobs else [], lambda: _complaint, len(endpoints))
    # What computes takes a second to import, about as long as the servers take to answer.
    from evalharness.analysis.summary import summarise
    from evalharness.report import eval_terminal

    complaints = dict(probes)
    for endpoint in endpoints:
        if endpoint in complaints:
            raise complaints[endpoint]
    servers = read_servers(endpoints) if jobs else {}
    asked = read_json(args.resume / "run.json")["suites"] if args.resume else [suite.about() for suite in suites]
    lengths.check_lengths(asked, servers)
    if args.resume:
        asking_run.check_servers(args.resume, servers)
    folder = args.resume or asking_run.begin(args, suites, endpoints, servers)
    run = read_json(folder / "run.json")
    flags = [*options.endpoint_flags(args), "--concurrency", str(args.concurrency)]
    command = shlex.join([sys.executable, "-m", "evalharness", NAME, "--resume", "{run}", *flags])
    again = (args.resume_command or command).replace("{run}", shlex.quote(str(folder)))
    (folder / "summary.json").unlink(missing_ok=True)  # of a resumed run: it is not of the answers to come
    eval_terminal.show_fairness(run)
    eval_terminal.show_plan(run)
    try:
        with eval_terminal.progress(len(jobs)) as prompt_done:
            asking_run.write_answers(folder, asking_run.ask(jobs, args.concurrency), prompt_done)
    except KeyboardInterrupt:
        print(f"tandem: interrupted, every answer so far is kept; go on with: {again}", file=sys.stderr)
        raise
    summary = summarise(run, read_rows(folder / "answers.jsonl"))
    write_json(folder / "summary.json", summary)
    eval_terminal.show_result(summary)
    if any(count for suite in summary["suites"] for count in suite["errors"].values()):
        print(f"Ask again what ended in an error: {again}")
    print(f"Everything asked and answered: {folder}")
    options.hand_on(args, folder)
    return 0


def _complaint(endpoint: Endpoint) -> Iterator[tuple[Endpoint, UsageError]]:
    """What keeps this endpoint from being asked, if anything does."""
    from evalharness.client import asking

    try:
        asking.probe(endpoint)
    except UsageError as error:
        yield endpoint, error
