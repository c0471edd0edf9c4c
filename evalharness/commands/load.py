"""The `load` subcommand: how fast each endpoint answers, and how much it bears, under the same load.

    python -m evalharness load --users 8 --seconds 150

It puts the pieces in order: probe, pairs of blocks until the policy's limits are settled, summary, table. What they do
is theirs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

from evalharness.client import lengths
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
from evalharness.load.process import generating
from evalharness.load.profile import DEFAULT, plan_load, prompts_in_turn, within_limits
from evalharness.runs import fairness
from evalharness.runs.folder import create_run, write_concluded
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.rows.parts import Error, Messages
from evalharness.runs.summaries.load import LoadSummary, Profile
from evalharness.runs.typed import as_json
from evalharness.verdict.policy import Policy, read_policy, shipped

NAME = "load"
HELP = "measure latency and capacity of both endpoints under the same load (Locust)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_endpoint_arguments(parser)
    add_suites_argument(parser)
    load = parser.add_argument_group("load")
    for setting, kind, meaning in (
        ("users", int, "asking at once"),
        ("seconds", float, "at most, of both together; it ends sooner if the policy's limits are settled"),
        ("warmup_seconds", float, "at the beginning, not counted"),
        ("output_tokens", int, "length of every answer"),
        ("seed", int, "of the prompts' order and of whose turn it is first"),
    ):
        load.add_argument(
            "--" + setting.replace("_", "-"),
            type=kind,
            default=getattr(DEFAULT, setting),
            metavar="N",
            help=f"{meaning} (default: %(default)s)",
        )
    load.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="whose limits have to be settled (default: the one that the verdict takes)",
    )
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Measures, writes the run folder and prints the table. Raises UsageError before any load is put on."""
    profile = within_limits(Profile(**{f.name: getattr(args, f.name) for f in fields(Profile)}))
    policy = read_policy(args.policy or shipped(args.base_against_base))
    endpoints, suites = chosen_endpoints(args), chosen_suites(args)
    for endpoint in endpoints:
        probe(endpoint, profile.output_tokens)
    servers = read_servers(endpoints)
    lengths.check_lengths((suite.about() for suite in suites), servers)
    fair = fairness.record(servers)
    for line in fairness.lines(fair):
        print(line)
    about = {
        "settings": {**as_json(profile), "base_against_base": args.base_against_base},
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "suites": [suite.about() for suite in suites],
        "versions": {"locust": version("locust")},
        "fairness": fair,
    }
    folder = create_run(args.runs, NAME, about)
    put_load_on(endpoints, prompts_in_turn(suites, profile.seed), profile, policy, folder)

    # numpy is imported here: the rest of the command line starts without it
    from evalharness.report.terminal.load import show

    summary = concluded(folder, profile, [endpoint.name for endpoint in endpoints])
    write_concluded(folder / "summary.json", summary)
    show(summary, folder)
    hand_on(args, folder)
    return 0


def concluded(folder: Path, profile: Profile, names: Sequence[str]) -> LoadSummary:
    """What the rows of a run's folder come to; they are read one by one, and never all in memory."""
    from evalharness.load.collecting import collected
    from evalharness.load.summary import summarise

    rows, blocks = read_rows(folder / "requests.jsonl", RequestRow), read_rows(folder / "blocks.jsonl", BlockRow)
    return summarise(collected(profile, names, rows, blocks))


def put_load_on(
    endpoints: Sequence[Endpoint],
    prompts: list[tuple[str, Messages]],
    profile: Profile,
    policy: Policy,
    folder: Path,
) -> None:
    """Until the policy's limits are settled, or the time is up; requests.jsonl and blocks.jsonl grow as it goes."""
    from evalharness.load.collecting import Collected
    from evalharness.load.running import blocks
    from evalharness.report.terminal.load import Progress
    from evalharness.verdict.criteria.capacity import settled

    by_name = {endpoint.name: endpoint for endpoint in endpoints}
    found = Collected(profile, tuple(by_name))

    def known() -> bool:
        return settled(found.ratios(policy.load), found.requests, policy)

    with (
        open_rows(folder / "requests.jsonl") as requests,
        open_rows(folder / "blocks.jsonl") as blocks_file,
        Progress(found, policy.load) as progress,
        generating(plan_load(endpoints, prompts, profile)) as generator,
    ):
        for rows, block in blocks(generator, found, len(prompts), known):
            for row in rows:
                append_row(requests, redacted(row, by_name[row.endpoint]))
            append_row(blocks_file, block)
            progress.update()


def redacted(row: RequestRow, endpoint: Endpoint) -> RequestRow:
    """Without the key: some servers repeat the one they refuse."""
    if row.error is None:
        return row
    return replace(row, error=Error(kind=row.error.kind, detail=endpoint.redacted(row.error.detail)[:300]))
