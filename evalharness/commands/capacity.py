"""The `capacity` subcommand: how much load each endpoint bears at an agreed service level.

    python -m evalharness capacity --slo local --seconds 300

It puts the pieces in order: probes of base and tuned in turn on the same seeds, until both capacities are known or the
time is up; summary, table, page. What they do is theirs.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalharness.client import lengths
from evalharness.client.endpoints import Endpoint
from evalharness.client.server_facts import read_servers
from evalharness.commands.options import (
    add_endpoint_arguments,
    add_run_arguments,
    add_suites_argument,
    chosen_endpoints,
    chosen_suites,
    endpoint_flags,
    hand_on,
    positive,
)
from evalharness.errors import UsageError
from evalharness.load.probe import probe as probe_endpoint
from evalharness.load.profile import Target, prompts_in_turn
from evalharness.runs import fairness
from evalharness.runs.folder import create_run, read_json, write_concluded
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.capacity import ServerRow

if TYPE_CHECKING:
    from evalharness.load.arrivals import Arrivals
    from evalharness.load.capacity.plan import Plan
    from evalharness.load.capacity.search import Range

NAME = "capacity"
HELP = "how many requests a second, or users, each endpoint bears at an agreed service level"
ARRIVALS = "poisson"
SECONDS, OUTPUT_TOKENS, PRECISION = 300.0, 64, 0.1
LOWEST, HIGHEST = 0.05, 10_000.0  # requests a second; of users, one and
MOST_USERS = 4096.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_endpoint_arguments(parser)
    add_suites_argument(parser)
    asked = parser.add_argument_group("capacity")
    asked.add_argument(
        "--slo", default="local", metavar="NAME", help="a shipped service level, or a file (default: local)"
    )
    asked.add_argument(
        "--arrivals",
        default=ARRIVALS,
        metavar="NAME",
        help="poisson, constant, closed (levels are users), or a trace: a .csv file (default: %(default)s)",
    )
    asked.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="N", help="of probing at most (default: %(default)s)"
    )
    asked.add_argument("--start", type=float, default=4.0, metavar="N", help="the first level (default: %(default)s)")
    asked.add_argument(
        "--precision",
        type=float,
        default=PRECISION,
        metavar="SHARE",
        help="half of what a capacity's interval may be wide (default: %(default)s of it)",
    )
    asked.add_argument(
        "--output-tokens", type=positive, default=OUTPUT_TOKENS, metavar="N", help="default: %(default)s"
    )
    asked.add_argument("--input-tokens", metavar="N", help="prompts of this length, or range (64-512), not the suites'")
    asked.add_argument(
        "--turns", type=positive, default=1, metavar="N", help="of a conversation (default: %(default)s)"
    )
    asked.add_argument(
        "--cache",
        choices=("cold", "warm"),
        default="cold",
        help="cold: no prompt profits from an earlier one; warm: all may (default: %(default)s)",
    )
    asked.add_argument("--processes", type=positive, default=1, metavar="N", help="of the load generator (default: 1)")
    asked.add_argument("--seed", type=int, default=0, metavar="N", help="of the arrivals (default: %(default)s)")
    asked.add_argument("--resume", type=Path, metavar="RUN", help="go on with this run, with the same flags")
    asked.add_argument("--repeat-command", metavar="TEXT", help=argparse.SUPPRESS)
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Measures, writes the run folder, prints the table. Raises UsageError, also where what was measured is refused."""
    from evalharness.load.arrivals.named import PROCESSES, named
    from evalharness.load.capacity.slo import read_service_level

    check(args)
    agreed, process = read_service_level(args.slo), named(args.arrivals)
    if not (process.closed or agreed.bounds_a_wait):
        raise UsageError(
            f"--slo {args.slo}: with a limit on tpot alone any queue, however long, keeps the level; add one on ttft "
            "or e2e, or take --arrivals closed, where users bound the queue"
        )
    endpoints = chosen_endpoints(args)
    for endpoint in endpoints:
        probe_endpoint(endpoint, args.output_tokens)
    servers = read_servers(endpoints)
    fair = fairness.record(servers)
    for line in fairness.lines(fair):
        print(line)
    plan, suites = planned(args, endpoints, process, servers)
    settings = {
        name: getattr(args, name)
        for name in ("slo", "arrivals", "start", "precision", "output_tokens", "input_tokens", "turns", "cache", "seed")
    }
    same = {
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "service level": asdict(agreed),
        "trace": None if args.arrivals in PROCESSES else sha256(Path(args.arrivals).read_bytes()).hexdigest(),
    }
    folder = (
        resumed(args.resume, settings, same)
        if args.resume
        else create_run(
            args.runs,
            NAME,
            {
                "settings": {**settings, "base_against_base": args.base_against_base},
                **same,
                "suites": suites,
                "fairness": fair,
                "command": repeating(args),
            },
        )
    )

    from evalharness.load.capacity.summary import summarise
    from evalharness.load.capacity.turns import Turns
    from evalharness.report.capacity_page import page
    from evalharness.report.terminal.capacity import Progress, show

    within = ranged(args, process)
    turns = Turns(folder, endpoints, agreed, process, plan, within, args.output_tokens, args.seed)
    try:
        with Progress(agreed, process.unit) as progress:
            whole = turns.run(args.seconds, args.processes, progress)
    except KeyboardInterrupt:
        again = f"RESUME={folder}" if args.repeat_command else f"--resume {folder}"
        print(
            f"tandem: interrupted, every probe so far is kept; the same command goes on with {again}", file=sys.stderr
        )
        raise

    summary = summarise(
        agreed,
        [endpoint.name for endpoint in endpoints],
        turns.rows,
        args.arrivals,
        process.unit,
        args.cache == "warm",
        args.precision,
        whole,
    )
    counted = list(read_rows(folder / "server.jsonl", ServerRow))
    (folder / "capacity.html").write_text(page(summary, counted, read_json(folder / "run.json")), encoding="utf-8")
    write_concluded(folder / "summary.json", summary)
    show(summary, folder)
    hand_on(args, folder)
    return 0


def check(args: argparse.Namespace) -> None:
    """Raises UsageError for a figure that makes no sense."""
    for flag, value, least, most in (
        ("--seconds", args.seconds, 1, 86400),
        ("--start", args.start, LOWEST, HIGHEST),
        ("--precision", args.precision, 0.01, 0.5),
        ("--output-tokens", args.output_tokens, 2, 8192),
        ("--processes", args.processes, 1, 64),
        ("--seed", args.seed, 0, 2**32 - 1),
    ):
        if not least <= value <= most:
            raise UsageError(f"{flag} {value}: must lie between {least:g} and {most:g}")
    if args.turns > 1 and args.cache == "cold":
        raise UsageError("--turns: turns of a conversation share their beginning; --cache warm lets the server use it")
    if args.input_tokens and (args.turns > 1 or args.arrivals.endswith(".csv")):
        raise UsageError("--input-tokens: prompts of conversations and of a trace have their own lengths")


def planned(
    args: argparse.Namespace, endpoints: Sequence[Endpoint], process: "Arrivals", servers: Mapping[str, Any]
) -> tuple["Plan", list[Any]]:
    """What the load generator has to know, and what the run folder says of the suites."""
    from evalharness.load.arrivals.trace import Trace
    from evalharness.load.capacity import questions
    from evalharness.load.capacity.counting import counter
    from evalharness.load.capacity.plan import Plan

    targets = [Target(endpoint.name, endpoint.url, endpoint.model, endpoint.headers) for endpoint in endpoints]
    salt, warm = str(time.time_ns()), args.cache == "warm"
    traced = isinstance(process, Trace)
    if not traced and not args.input_tokens:
        suites = chosen_suites(args)
        lengths.check_lengths((suite.about() for suite in suites), servers)
        asked = questions.of_suites(prompts_in_turn(suites, args.seed), args.output_tokens, args.turns)
        return Plan(targets, [asked, asked], args.arrivals, salt, warm), [suite.about() for suite in suites]
    fillers = [questions.filler(counter(endpoint)) for endpoint in endpoints]
    least = questions.shortest(fillers)
    if isinstance(process, Trace):
        shortest = min(one.prompt_tokens or 0 for one in process.requests)
        if shortest < least:
            raise UsageError(f"{args.arrivals}: a prompt of {shortest} tokens; a chat has {least} at least here")
        longest = max((one.prompt_tokens or 0) + (one.output_tokens or 0) for one in process.requests)
        lengths.check_length(f"{args.arrivals}: its longest request", longest, servers)
        return Plan(targets, [[], []], args.arrivals, salt, warm, fillers), []
    wanted = questions.Lengths.of(args.input_tokens)
    if wanted.least < least:
        raise UsageError(f"--input-tokens {args.input_tokens}: a chat has {least} at least here")
    longest = wanted.most + args.output_tokens
    lengths.check_length(f"--input-tokens {args.input_tokens} with {args.output_tokens} of output", longest, servers)
    own = [wanted.questions(filler, args.output_tokens, args.seed) for filler in fillers]
    return Plan(targets, own, args.arrivals, salt, warm), []


def ranged(args: argparse.Namespace, process: "Arrivals") -> "Range":
    from evalharness.load.capacity.search import Range

    if process.closed:
        return Range(max(1.0, round(args.start)), 1.0, MOST_USERS, args.precision, whole=True)
    return Range(args.start, LOWEST, HIGHEST, args.precision)


def resumed(folder: Path, settings: Mapping[str, Any], same: Mapping[str, Any]) -> Path:
    """The folder of a run of the same settings, of which `same` is what it was. Raises UsageError."""
    about = read_json(folder / "run.json")
    before = about.get("settings", {})
    for name, value in settings.items():
        if before.get(name) != value:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{folder}: it was begun with {flag} {before.get(name)}, not {value}; resume it as it was")
    for name, value in same.items():
        if about.get(name) != value:
            raise UsageError(
                f"{folder}: not of the same {name} any more, and probes of both would be taken for one capacity; leave "
                "--resume (RESUME) out to begin anew"
            )
    return folder


def repeating(args: argparse.Namespace) -> str:
    """The command that measures the same again."""
    if args.repeat_command:
        return f"{args.repeat_command} CAPACITY_SLO={args.slo} CAPACITY_SECONDS={args.seconds:g}"
    words = ["python", "-m", "evalharness", NAME, *endpoint_flags(args)]
    words += ["--suites", ",".join(args.suites)] if args.suites else []
    for flag in (
        "slo",
        "arrivals",
        "seconds",
        "start",
        "precision",
        "output_tokens",
        "input_tokens",
        "turns",
        "cache",
        "processes",
        "seed",
    ):
        value = getattr(args, flag)
        if value is not None:
            words += ["--" + flag.replace("_", "-"), f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join(words)
