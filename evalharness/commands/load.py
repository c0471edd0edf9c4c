"""The `load` subcommand: how fast each endpoint answers, and how much it bears, under the same load.

    python -m evalharness load --users 8 --seconds 20

It puts the pieces in order: probe, rounds, summary, table. What they do is theirs.
"""

import argparse
import random
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

from evalharness.client import fairness, lengths
from evalharness.client.endpoints import Endpoint
from evalharness.client.server_facts import read_servers
from evalharness.commands.options import (
    add_endpoint_arguments,
    add_run_arguments,
    add_suites_argument,
    chosen_endpoints,
    chosen_suites,
    hand_on,
)
from evalharness.load.probe import probe
from evalharness.load.profile import MOST_ROUNDS, LoadProfile, plan_round, turns
from evalharness.load.rounds import run_round
from evalharness.runs.folder import create_run, write_concluded
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows import Error, Messages, RequestRow, RoundRow
from evalharness.suites.schema import Suite

NAME = "load"
HELP = "measure latency and capacity of both endpoints under the same load (Locust)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_endpoint_arguments(parser)
    add_suites_argument(parser)
    load = parser.add_argument_group("load")
    for setting, kind, meaning in (
        ("users", int, "asking at once, without pause"),
        ("seconds", float, f"measured of each endpoint, in up to {MOST_ROUNDS} rounds"),
        ("warmup_seconds", float, "before each round, not counted"),
        ("output_tokens", int, "length of every answer"),
        ("seed", int, "of the prompts' order and of the bootstrap"),
    ):
        load.add_argument(
            "--" + setting.replace("_", "-"),
            type=kind,
            default=getattr(LoadProfile, setting),
            metavar="N",
            help=f"{meaning} (default: %(default)s)",
        )
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Measures, writes the run folder and prints the table. Raises UsageError before any load is put on."""
    profile = LoadProfile(**{f.name: getattr(args, f.name) for f in fields(LoadProfile)})
    endpoints, suites = chosen_endpoints(args), chosen_suites(args)
    for endpoint in endpoints:
        probe(endpoint, profile.output_tokens)
    servers = read_servers(endpoints)
    lengths.check_lengths((suite.about() for suite in suites), servers)
    fair = fairness.record(servers)
    for line in fairness.lines(fair):
        print(line)
    about = {
        "settings": {**profile.about(), "base_against_base": args.base_against_base},
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "suites": [suite.about() for suite in suites],
        "versions": {"locust": version("locust")},
        "fairness": fair,
    }
    folder = create_run(args.runs, NAME, about)
    put_load_on(endpoints, prompts_in_turn(suites, profile.seed), profile, folder)

    # numpy is imported here: the rest of the command line starts without it
    from evalharness.load.summary import summarise
    from evalharness.report.load_terminal import show

    summary = summarise(
        profile,
        [endpoint.name for endpoint in endpoints],
        list(read_rows(folder / "requests.jsonl", RequestRow)),
        list(read_rows(folder / "rounds.jsonl", RoundRow)),
    )
    write_concluded(folder / "summary.json", summary)
    show(summary, folder)
    hand_on(args, folder)
    return 0


def prompts_in_turn(suites: Sequence[Suite], seed: int) -> list[tuple[str, Messages]]:
    """Every prompt of the suites as (suite/id, messages), in the order in which both endpoints are asked."""
    prompts = [
        (f"{suite.suite}/{prompt.id}", [message.model_dump() for message in prompt.messages])
        for suite in suites
        for prompt in suite.prompts
    ]
    random.Random(seed).shuffle(prompts)
    return prompts


def put_load_on(
    endpoints: Sequence[Endpoint], prompts: list[tuple[str, Messages]], profile: LoadProfile, folder: Path
) -> None:
    """Runs every round in turn; requests.jsonl and rounds.jsonl grow as they go."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    length = profile.warmup_seconds + profile.seconds / profile.rounds
    with (
        open_rows(folder / "requests.jsonl") as requests,
        open_rows(folder / "rounds.jsonl") as windows,
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):
        bar = progress.add_task("", total=length * profile.rounds * len(endpoints))
        for turn, (number, index) in enumerate(turns(profile.rounds)):
            endpoint = endpoints[index]
            title = f"{endpoint.name}, round {number} of {profile.rounds}"
            progress.update(bar, description=title)
            began, asked, failed = time.monotonic(), 0, 0
            with closing(run_round(plan_round(endpoint, number, prompts, profile))) as rows:
                for row in rows:
                    if isinstance(row, RoundRow):
                        append_row(windows, row)
                    else:
                        append_row(requests, _redacted(row, endpoint))
                        asked, failed = asked + 1, failed + bool(row.error)
                    progress.update(bar, completed=turn * length + min(length, time.monotonic() - began))
            progress.update(bar, completed=(turn + 1) * length)
            console.print(f"{title}: {asked} requests, {failed} failed", markup=False, highlight=False)


def _redacted(row: RequestRow, endpoint: Endpoint) -> RequestRow:
    """Without the key: some servers repeat the one they refuse."""
    if row.error is None:
        return row
    return replace(row, error=Error(kind=row.error.kind, detail=endpoint.redacted(row.error.detail)[:300]))
