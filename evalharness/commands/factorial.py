"""Tuning told from quantization: base and tuned, in full precision and in INT4, asked the same prompts.

    python -m evalharness factorial --endpoints FILE --precision int4
    python -m evalharness factorial --endpoints FILE --precision fp --resume RUN

Few machines hold four servers, so they may be asked in as many passes as it takes: a run folder keeps what it has been
told, and answers are known by the name of who gave them (base-fp, base-int4, tuned-fp, tuned-int4).
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evalharness import wording
from evalharness.client import lengths
from evalharness.client.endpoints import Endpoint
from evalharness.commands import asked, options
from evalharness.errors import UsageError
from evalharness.runs.about import About, read_about
from evalharness.runs.folder import write_concluded, write_json
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.eval import Graded
from evalharness.runs.typed import Json

NAME = "factorial"
COMPARED = ("model", "quantization")  # what the four may differ in: it is what the run is about
HELP = "tell what tuning does from what quantization does: four endpoints, in any number of passes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_endpoint_arguments(parser)
    parser.add_argument(
        "--precision",
        choices=("fp", "int4"),
        help="what the endpoints called base and tuned serve in this pass; without it, --url names them in full",
    )
    asked.add_asking_arguments(parser, resume="go on with this run, with these or other endpoints")


def main(args: argparse.Namespace) -> int:
    from evalharness.analysis import factorial
    from evalharness.client import asking, asking_run
    from evalharness.client.server_facts import read_servers
    from evalharness.report.terminal import eval as eval_terminal

    endpoints = named(options.given_endpoints(args), args.precision)
    suites = [] if args.resume else options.chosen_suites(args)
    about = [suite.about() for suite in suites]
    if args.resume:
        about = joined(read_about(args.resume, NAME), endpoints, {})["suites"]  # before anybody is asked
    for endpoint in endpoints:
        asking.probe(endpoint)
    servers = read_servers(endpoints)
    lengths.check_lengths(about, servers)
    folder = asked.run_folder(args, NAME, suites, endpoints, servers)
    run = joined(read_about(folder, NAME), endpoints, servers)
    write_json(folder / "run.json", run)
    eval_terminal.show_fairness(run)
    jobs = asking_run.unanswered(folder, run, endpoints)
    again = asked.to_go_on(args, NAME, folder, [])
    if not args.resume_command:
        again = f"the flags of those endpoints and: {again}"
    asked.ask(folder, jobs, args.concurrency, again)
    left = factorial.missing(run, read_rows(folder / "answers.jsonl", Graded))
    if left:
        print(f"Still to be asked: {wording.listing(left)}. Once they are served, go on with {again}")
        options.hand_on(args, folder)
        return 0
    summary = factorial.summarise(run, read_rows(folder / "answers.jsonl", Graded))
    write_concluded(folder / "summary.json", summary)
    eval_terminal.show_factorial(summary)
    if asking_run.unanswered(folder, run, [Endpoint(**one) for one in run["endpoints"]]):  # in whichever pass
        print(f"Ask again what ended in an error with {again}")
    print(f"Everything asked and answered: {folder}")
    options.hand_on(args, folder)
    return 0


def named(endpoints: Sequence[Endpoint], precision: str | None) -> list[Endpoint]:
    """The endpoints under the names that they have in a factorial run. Raises UsageError for any other."""
    from evalharness.analysis.factorial import NAMES

    called = [replace(one, name=f"{one.name}-{precision}") if precision else one for one in endpoints]
    for endpoint in called:
        if endpoint.name not in NAMES:
            raise UsageError(f"{endpoint.name}: none of {wording.listing(NAMES)}; --precision adds the second part")
    return called


def joined(run: About, endpoints: Sequence[Endpoint], servers: Mapping[str, Json]) -> About:
    """run.json of a run that these endpoints join, or come back to.

    Raises UsageError when one comes back as another model, or its server as another server. It may have moved: a
    machine that serves two of the four at a time starts each anew.
    """
    from evalharness.analysis.factorial import NAMES
    from evalharness.runs import fairness

    known = {endpoint["name"]: endpoint for endpoint in run["endpoints"]}
    read: dict[str, Json] = dict(run["fairness"]["read"])
    for endpoint in endpoints:
        before, now = known.get(endpoint.name, endpoint.public()), endpoint.public()
        different = [part for part in ("model", "version") if before[part] != now[part]]
        different += fairness.changed(read.get(endpoint.name, {}), servers.get(endpoint.name, {}))
        if different:
            raise UsageError(f"{endpoint.name} was asked with another {wording.listing(different)}: start a new run")
        known[endpoint.name] = now
    read |= servers
    return {
        **run,
        "endpoints": [known[name] for name in NAMES if name in known],
        "fairness": fairness.record({name: read[name] for name in NAMES if name in read}, COMPARED),
    }
