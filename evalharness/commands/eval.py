"""The same prompts to two endpoints, every answer kept, and what the pairs say.

    python -m evalharness eval --suites general --url base=http://…/v1 --url tuned=http://…/v1

The command alone: how a run is planned and asked lies in client/asking_run.py, what is made of it in
analysis/summary.py.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.client import lengths, threads
from evalharness.client.endpoints import Endpoint
from evalharness.commands import asked, options
from evalharness.errors import UsageError
from evalharness.runs.about import About, read_about
from evalharness.runs.folder import write_concluded
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows import Graded, PromptRow
from evalharness.runs.typed import Json
from evalharness.suites.schema import Suite
from evalharness.wording import listing

if TYPE_CHECKING:
    from evalharness.client.asking_run import Job
    from evalharness.runs.summaries import EvalSummary

NAME = "eval"
HELP = "ask both endpoints the same prompts and compare how often each is right"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_endpoint_arguments(parser)
    asked.add_asking_arguments(parser, resume="ask only what this run has no answer to")
    parser.add_argument(
        "--looks",
        action="store_true",
        help="ask a quarter of each suite, then half, then all, and stop once the default policy finds every suite "
        "settled; the intervals pay for the looks",
    )


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
    if not args.resume:
        suites = _fitting(suites, servers)
        jobs = asking_run.plan(suites, endpoints)
    about = read_about(args.resume, NAME)["suites"] if args.resume else [suite.about() for suite in suites]
    lengths.check_lengths(about, servers)
    if args.resume:
        asking_run.check_servers(args.resume, servers)
    folder = asked.run_folder(args, NAME, suites, endpoints, servers)
    run = read_about(folder, NAME)
    flags = [*options.endpoint_flags(args), "--concurrency", str(args.concurrency)]
    again = asked.to_go_on(args, NAME, folder, flags)
    eval_terminal.show_fairness(run)
    eval_terminal.show_plan(run)
    if run["settings"].get("looks"):
        summary = _in_looks(folder, run, jobs, args.concurrency, again)
    else:
        asked.ask(folder, jobs, args.concurrency, again)
        summary = summarise(run, read_rows(folder / "answers.jsonl", Graded))
    write_concluded(folder / "summary.json", summary)
    eval_terminal.show_result(summary)
    if any(count for suite in summary.suites for count in suite.errors.values()):
        print(f"Ask again what ended in an error: {again}")
    print(f"Everything asked and answered: {folder}")
    options.hand_on(args, folder)
    return 0


def _in_looks(folder: Path, run: About, jobs: "Sequence[Job]", concurrency: int, again: str) -> "EvalSummary":
    """Asks look by look what is left of each, until every suite is settled or everything is asked."""
    from evalharness.analysis.summary import summarise
    from evalharness.client.looks import look_of
    from evalharness.stats.sequential import confidences
    from evalharness.verdict.criteria.quality import quality
    from evalharness.verdict.policy import FOLDER, read_policy

    shares, policy = run["settings"]["looks"], read_policy(FOLDER / "default.yaml")
    looks = look_of(read_rows(folder / "prompts.jsonl", PromptRow), shares)
    for look, confidence in enumerate(confidences(shares)):
        asked.ask(folder, [job for job in jobs if looks[job.prompt.place] == look], concurrency, again)
        so_far = Counter(suite for (suite, _), own in looks.items() if own <= look)
        summary = summarise(run, read_rows(folder / "answers.jsonl", Graded), confidence, so_far)
        unsettled = [reason.subject for reason in quality(summary, policy) if reason.outcome == "unsettled"]
        said = f"not settled yet: {listing(unsettled)}" if unsettled else "everything is settled"
        print(f"look {look + 1} of {len(shares)}, {so_far.total()} prompts: {said}", file=sys.stderr)
        if not unsettled:
            break
    return summary


def _fitting(suites: Sequence[Suite], servers: Mapping[str, Json]) -> list[Suite]:
    """The suites as far as the servers are long enough for them; what is left out is said."""
    fit = lengths.fitting(suites, servers)
    for suite, cut in zip(suites, fit, strict=True):
        if cut is not suite:
            print(f"tandem: {suite.suite}: {cut.title}", file=sys.stderr)
    return fit


def _complaint(endpoint: Endpoint) -> Iterator[tuple[Endpoint, UsageError]]:
    """What keeps this endpoint from being asked, if anything does."""
    from evalharness.client import asking

    try:
        asking.probe(endpoint)
    except UsageError as error:
        yield endpoint, error
