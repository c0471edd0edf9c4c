"""Rows of the pool before a person's eyes: each variant beside what it was made of, to accept, edit or reject.

    python -m evalharness review --sample 40

The command alone: what becomes of a row lies in pool/review/reviewing.py, the page in report/templates/review.html.
"""

import argparse
import contextlib
from pathlib import Path

from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.pool import folder
from evalharness.pool.folder import Pool
from evalharness.pool.review import reviewing
from evalharness.runs.jsonl import open_rows
from evalharness.wording import count

NAME = "review"
HELP = "look at the pool's variants on a local page, each beside its origin: accept, edit, reject"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_pool_argument(parser)
    parser.add_argument(
        "--sample",
        type=options.positive,
        metavar="N",
        help="instead: so many rows that the filters dropped or let through, and how often you agree with them",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the sample (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="of the page, on 127.0.0.1 (default: any)")


def main(args: argparse.Namespace) -> int:
    if not len(Pool(args.pool)):
        raise UsageError(f"{args.pool}: no rows yet; `make augment ROWS=train.jsonl` adds some")
    with folder.alone(args.pool):
        _review(args, args.pool)
    return 0


def _review(args: argparse.Namespace, path: Path) -> None:
    from evalharness.pool.review.server import Server
    from evalharness.pool.review.session import Review
    from evalharness.report import page

    pool = Pool(path)
    queue = reviewing.sample(pool, args.sample, args.seed) if args.sample else reviewing.undecided(pool)
    if not queue:
        print(f"{path}: no row waits to be looked at")
        return
    with open_rows(pool.path) as file:
        review = Review(pool, queue, file)
        html = page.render(
            "review.html",
            scripts=("diff.js", "review.js"),
            styles=("review.css",),
            asks_its_server=True,
            pool=str(path),
            sampled=bool(args.sample),
        )
        with Server(review, html, bool(args.sample), args.port) as server:
            print(f"{path}: {count(len(queue), 'row')} to look at, until Ctrl-C; all that you say is kept at once")
            print(f"  {server.url}", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever(poll_interval=0.1)
        print(f"{path}: {', '.join(f'{number} {name}' for name, number in review.counts().items())}")
        if args.sample:
            print(f"  {review.agreement()}")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 1 to 65535")
    return int(text)
