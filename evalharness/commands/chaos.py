"""The `chaos` subcommand: load on both endpoints while somebody breaks a server, and what their users saw of it.

    python -m evalharness chaos --users 8

It breaks nothing itself and knows no server: what was done is told on standard input, a line of JSON for each fault
when it is over ({"fault": "frozen", "server": "tuned", "began": 1.5, "ended": 11.5}, in seconds since 1970). Where that
ends, the load does.
"""

import argparse
import sys
from dataclasses import asdict, replace
from importlib.metadata import version

from evalharness.commands.load import redacted
from evalharness.commands.options import (
    add_endpoint_arguments,
    add_run_arguments,
    add_suites_argument,
    chosen_endpoints,
    chosen_suites,
    hand_on,
)
from evalharness.errors import Failure, UsageError
from evalharness.load.probe import probe
from evalharness.load.profile import DEFAULT, plan_load, prompts_in_turn, within_limits
from evalharness.load.steady import steady_load
from evalharness.runs.folder import create_run, write_json
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.load import FaultRow, RequestRow
from evalharness.runs.typed import parsed

NAME = "chaos"
HELP = "keep load on both endpoints while somebody breaks a server, and say what users saw"
PATIENCE_SECONDS = 30.0  # for the next byte: longer than any fault that ends by itself, shorter than most people's


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_endpoint_arguments(parser)
    add_suites_argument(parser)
    for setting, meaning in (
        ("users", "asking at once, of each endpoint"),
        ("output_tokens", "length of every answer"),
    ):
        parser.add_argument(
            "--" + setting.replace("_", "-"),
            type=int,
            default=getattr(DEFAULT, setting),
            metavar="N",
            help=f"{meaning} (default: %(default)s)",
        )
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Raises UsageError before any load is put on, and Failure where a request and its row do not match."""
    profile = within_limits(replace(DEFAULT, users=args.users, output_tokens=args.output_tokens))
    endpoints, suites = chosen_endpoints(args), chosen_suites(args)
    for endpoint in endpoints:
        probe(endpoint, profile.output_tokens)
    about = {
        "settings": {"users": profile.users, "output_tokens": profile.output_tokens},
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "suites": [suite.about() for suite in suites],
        "versions": {"locust": version("locust")},
    }
    folder = create_run(args.runs, NAME, about)
    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    plan = replace(
        plan_load(endpoints, prompts_in_turn(suites, profile.seed), profile), patience_seconds=PATIENCE_SECONDS
    )
    with open_rows(folder / "requests.jsonl") as requests, open_rows(folder / "faults.jsonl") as faults:

        def take(row: RequestRow) -> None:
            append_row(requests, redacted(row, by_name[row.endpoint]))

        with steady_load(plan, take) as load:
            for line in sys.stdin:
                append_row(faults, told(line))

    from evalharness.load.outages import accounts, outages
    from evalharness.report.terminal.chaos import show

    rows = list(read_rows(folder / "requests.jsonl", RequestRow))
    found = outages(rows, list(read_rows(folder / "faults.jsonl", FaultRow)), tuple(by_name))
    counted = accounts(rows, load.asked)
    write_json(
        folder / "outages.json",
        {
            "schema": 1,
            "outages": [asdict(outage) for outage in found],
            "accounts": {name: asdict(account) for name, account in counted.items()},
        },
    )
    show(found, counted, folder)
    hand_on(args, folder)
    wrong = [name for name, account in counted.items() if not account.whole]
    if wrong:
        raise Failure(f"{folder}: requests of {', '.join(wrong)} were lost or counted twice")
    return 0


def told(line: str) -> FaultRow:
    try:
        return parsed(FaultRow, line.encode())
    except ValueError:
        raise UsageError(f"standard input: not a fault: {line.strip()[:200]}") from None
