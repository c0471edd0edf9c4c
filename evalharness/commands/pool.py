"""What is in the pool, and its rows for other programs.

    python -m evalharness pool --write train/ --format openai

The command alone: rows lie in pool/rows.py, formats in pool/exchange.py.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.pool import exchange
from evalharness.pool.filters.filtering import kind_of
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow, State
from evalharness.wording import count

NAME = "pool"
HELP = "what is in the pool of training rows; write the accepted ones for other programs"

_WAITING = "undecided ones do not train; --with-waiting writes them too"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_pool_argument(parser)
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="rows.jsonl there, and LLaMA-Factory's own file")
    parser.add_argument(
        "--format", choices=exchange.WRITERS, default="openai", help="of the rows written (default: %(default)s)"
    )
    parser.add_argument(
        "--for",
        dest="method",
        choices=exchange.METHODS,
        default="sft",
        help="sft: rows that say how to answer; dpo: pairs of answers; kto: answers liked or not (default: sft)",
    )
    undecided = parser.add_mutually_exclusive_group()
    undecided.add_argument(
        "--with-waiting", action="store_true", help="also variants that nobody has looked at (default: accepted alone)"
    )
    undecided.add_argument("--decided", action="store_true", help="nothing at all while variants wait to be looked at")


def main(args: argparse.Namespace) -> int:
    pool = Pool(args.pool)
    if not len(pool):
        raise UsageError(f"{args.pool}: no rows yet; `make augment ROWS=train.jsonl` adds some")
    tell(args.pool, pool)
    if not args.write:
        return 0
    states: tuple[State, ...] = ("accepted", "waiting") if args.with_waiting else ("accepted",)
    waiting = sum(row.state == "waiting" for row in pool)
    if args.decided and waiting:
        raise UsageError(
            f"{args.pool}: {count(waiting, 'variant')} wait to be looked at; `make review` shows them, --with-waiting "
            "(UNREVIEWED=1) takes them unseen"
        )
    fit = Counter(row.state for row in pool if exchange.METHODS[args.method](row))
    if not sum(fit[state] for state in states):
        raise UsageError(f"{args.pool}: no accepted row for {args.method}; {_WAITING}")
    if (args.write / exchange.FILE).exists():
        raise UsageError(f"--write {args.write}: there is a {exchange.FILE} already; name another folder")
    rows = (row for row in pool if exchange.METHODS[args.method](row) and row.state in states)
    print(f"{args.write}: {count(exchange.write(args.write, args.format, rows, args.method), 'row')} ({args.format})")
    if fit["waiting"] and not args.with_waiting:
        print(f"  {_WAITING}")
    return 0


def tell(path: Path, pool: Iterable[PoolRow]) -> None:
    """A line for each kind of row, one for each reason that rows were dropped for."""
    states, dropped = Counter[tuple[str, str]](), Counter[str]()
    for row in pool:
        states[row.kind, row.state] += 1
        if row.state == "dropped" and row.reason:
            dropped[kind_of(row.reason)] += 1
    print(f"{path}: {count(states.total(), 'row')}")
    for kind in dict.fromkeys(kind for kind, _ in states):
        own = [f"{number} {state}" for (name, state), number in sorted(states.items()) if name == kind]
        print(f"  {kind:12} {', '.join(own)}")
    if dropped:
        print("  dropped, each with its reason in the pool:")
    for reason, number in dropped.most_common():
        print(f"    {number:6} {reason}")
