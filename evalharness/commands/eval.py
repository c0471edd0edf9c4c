"""The same prompts to two endpoints, every answer kept, and what the pairs say.

    python -m evalharness eval --suites general --url base=http://…/v1 --url tuned=http://…/v1

The command alone: how a run is planned and asked lies in client/asking_run.py, what is made of it in
analysis/summary.py.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.client import lengths, threads
from evalharness.client.endpoints import Endpoint
from evalharness.commands import asked, options
from evalharness.errors import UsageError
from evalharness.runs.about import About, read_about
from evalharness.runs.folder import finished_runs, write_concluded
from evalharness.runs.history import rounds, tried
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.eval import Graded, PromptRow
from evalharness.runs.typed import Json
from evalharness.suites.schema import Suite
from evalharness.verdict.policy import read_policy, shipped
from evalharness.wording import listing

if TYPE_CHECKING:
    from evalharness.client.asking_run import Job
    from evalharness.runs.summaries.eval import EvalSummary
    from evalharness.verdict.policy import Policy

NAME = "eval"
HELP = "ask both endpoints the same prompts and compare how often each is right"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_endpoint_arguments(parser)
    asked.add_asking_arguments(parser, resume="ask only what this run has no answer to")
    parser.add_argument(
        "--looks",
        action="store_true",
        help="ask a quarter of each suite, then half, then all, and stop once the policy finds everything settled "
        "that this run can settle; the intervals pay for the looks",
    )
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="what --looks wants settled (default: the shipped default.yaml)"
    )


def main(args: argparse.Namespace) -> int:
    from evalharness.client import asking_run
    from evalharness.client.server_facts import read_servers

    policy = read_policy(args.policy or shipped(args.base_against_base))
    suites = [] if args.resume else options.chosen_suites(args)
    endpoints = options.chosen_endpoints(args)
    jobs = asking_run.rest(args.resume, endpoints) if args.resume else asking_run.plan(suites, endpoints)
    probes = threads.results(endpoints if jobs else [], lambda: _complaint, len(endpoints))
    # What computes takes a second to import, about as long as the servers take to answer.
    from evalharness.report.terminal import eval as eval_terminal

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
        summary = _in_looks(folder, run, jobs, args.concurrency, again, policy)
    else:
        asked.ask(folder, jobs, args.concurrency, again)
        summary = _summarised(folder, run, [1.0])
    write_concluded(folder / "summary.json", summary)
    eval_terminal.show_result(summary)
    if any(count for suite in summary.suites for count in suite.errors.values()):
        print(f"Ask again what ended in an error: {again}")
    print(f"Everything asked and answered: {folder}")
    options.hand_on(args, folder)
    return 0


def _in_looks(
    folder: Path, run: About, jobs: "Sequence[Job]", concurrency: int, again: str, policy: "Policy"
) -> "EvalSummary":
    """Asks look by look what is left of each, until nothing of it is open by this policy or everything is asked."""
    from evalharness.client.looks import look_of
    from evalharness.verdict.verdict import of_answers

    shares = run["settings"]["looks"]
    looks = look_of(read_rows(folder / "prompts.jsonl", PromptRow), shares)
    many = tried(finished_runs(folder.parent, NAME), run)
    for look in range(len(shares)):
        asked.ask(folder, [job for job in jobs if looks[job.prompt.place] == look], concurrency, again)
        so_far = Counter(suite for (suite, _), own in looks.items() if own <= look)
        summary = _summarised(folder, run, shares, look, so_far)
        open_still = [reason.subject for reason in of_answers(summary, policy, many) if reason.outcome == "unsettled"]
        said = f"not settled yet: {listing(list(dict.fromkeys(open_still)))}" if open_still else "everything is settled"
        print(f"look {look + 1} of {len(shares)}, {so_far.total()} prompts: {said}", file=sys.stderr)
        if not open_still:
            break
    return summary


def _fitting(suites: Sequence[Suite], servers: Mapping[str, Json]) -> list[Suite]:
    """The suites as far as the servers are long enough for them; what is left out is said."""
    fit = lengths.fitting(suites, servers)
    for suite, cut in zip(suites, fit, strict=True):
        if cut is not suite:
            print(f"tandem: {suite.suite}: {cut.title}", file=sys.stderr)
    return fit


def _summarised(
    folder: Path, run: About, looks: Sequence[float], look: int = 0, so_far: Mapping[str, int] | None = None
) -> "EvalSummary":
    """The summary as of one of the looks, by intervals that pay for the looks, and for earlier runs of these models."""
    from evalharness.analysis.summary import summarise
    from evalharness.stats.sequential import alpha_of_round, confidences

    rows = list(read_rows(folder / "answers.jsonl", Graded))

    def of(number: int) -> "EvalSummary":
        confidence = confidences(looks, alpha_of_round(number))[look]
        return replace(summarise(run, rows, confidence, so_far), rounds=number)

    earlier = [other for other in finished_runs(folder.parent, NAME) if other.name < folder.name]
    first = of(1)
    number = rounds(earlier, run, first)
    return first if number == 1 else of(number)


def _complaint(endpoint: Endpoint) -> Iterator[tuple[Endpoint, UsageError]]:
    """What keeps this endpoint from being asked, if anything does."""
    from evalharness.client import asking

    try:
        asking.probe(endpoint)
    except UsageError as error:
        yield endpoint, error
