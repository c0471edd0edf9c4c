"""More rows to train on: given ones go into the pool, get variants, and what is not fit to learn from is dropped.

    python -m evalharness augment train.jsonl --kinds names,typos --suites demo-json

The command alone: rows lie in pool/rows.py, kinds in pool/augmenting.py, filters in pool/filtering.py.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from evalharness.checks.as_json import is_schema, strict_json
from evalharness.commands import options
from evalharness.commands.pool import tell
from evalharness.errors import Failure, UsageError
from evalharness.pool import augmenting, exchange, folder, templates
from evalharness.pool.augmenting import MAKE, MOST_SHARE, MOST_VARIANTS, SAYS, Wanted
from evalharness.pool.filtering import Filter, Limits
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow
from evalharness.runs.typed import Json
from evalharness.suites.files import load_suites, shipped
from evalharness.wording import count

NAME = "augment"
HELP = "add rows to the pool, make variants of them, drop copies, leaks into suites, personal data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="rows: Alpaca, ShareGPT, OpenAI messages, Open WebUI chats"
    )
    options.add_pool_argument(parser)
    kinds = "; ".join(f"{name}: {says}" for name, says in SAYS.items())
    parser.add_argument("--kinds", type=_kinds, default=list(MAKE), metavar="A,B", help=f"{kinds} (default: all)")
    parser.add_argument(
        "--variants",
        type=options.positive,
        default=MOST_VARIANTS,
        metavar="N",
        help="of a row at most (default: %(default)s)",
    )
    parser.add_argument(
        "--share",
        type=_share,
        default=MOST_SHARE,
        help="of the whole that variants are at most, at least 0 and below 1 (default: %(default)s)",
    )
    parser.add_argument("--exactly", type=options.positive, metavar="N", help="so many variants, whatever the share")
    parser.add_argument(
        "--rate",
        type=_share,
        default=0.1,
        help="share of a question's words, marks or sentences that a variant changes, at least one "
        "(default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    parser.add_argument("--licence", metavar="NAME", help="of the given rows; each row carries it")
    parser.add_argument(
        "--templates",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="rows out of templates and lists of terms, a YAML file",
    )
    parser.add_argument(
        "--tags",
        type=lambda text: text.split(","),
        default=[],
        metavar="A,B",
        help="of the given rows, beside those that a record has under `tags`: json (the answer is), symmetric or "
        "symmetric:A/B (question and answer may change places), domain:NAME",
    )
    filters = parser.add_argument_group("filters")
    filters.add_argument(
        "--suites",
        type=lambda text: text.split(","),
        metavar="A,B",
        help="of which no row may be a copy, shipped ones or paths (default: all that ship)",
    )
    filters.add_argument(
        "--languages", type=lambda text: text.split(","), default=[], metavar="A,B", help="of answers (default: any)"
    )
    filters.add_argument(
        "--schema", type=Path, metavar="FILE", help="JSON Schema that answers of rows tagged json must follow"
    )
    filters.add_argument(
        "--characters",
        type=options.positive,
        default=Limits.characters,
        metavar="N",
        help="of a row at most (default: %(default)s)",
    )
    filters.add_argument(
        "--likeness",
        type=_share,
        default=Limits.likeness,
        help="of a variant's question to its origin's at least, ROUGE-L (default: %(default)s)",
    )


def main(args: argparse.Namespace) -> int:
    judge = Filter(
        Limits(
            load_suites(args.suites or shipped()), args.characters, args.languages, args.likeness, _schema(args.schema)
        )
    )
    wanted = Wanted(args.kinds, args.variants, args.share, args.rate, args.seed, args.exactly)
    _take(args)
    pool = Pool(args.pool)
    if not len(pool):
        raise UsageError(f"{args.pool}: no rows yet; name a file with some: augment train.jsonl")
    _filter(args.pool, judge, len(pool), pool)  # first what is given: nothing is made of a row that goes
    while made := _augment(args.pool, wanted):  # what is dropped of them is made up for
        _filter(args.pool, judge, len(made), made)
    tell(args.pool, Pool(args.pool))
    _check_reached(args.pool, wanted)
    return 0


def _take(args: argparse.Namespace) -> None:
    """Adds what the files give; before anything is added, every file has been read."""
    read = [(file, *exchange.read(file, args.licence, args.tags)) for file in args.files]
    filled = [(file, *templates.load(file)) for file in args.templates]
    for file, rows, left_out in read:
        print(f"{file}: {count(folder.add(args.pool, _new(rows, Pool(args.pool))), 'new row')} of {len(rows)}")
        for reason, places in left_out.items():
            print(f"  left out: {len(places)} with {reason}")
    for file, axes, most in filled:
        made = templates.rows(axes, most, args.seed, args.tags, args.licence)
        print(f"{file}: {count(folder.add(args.pool, _new(made, Pool(args.pool))), 'new row')} of its templates")


def _new(rows: Iterable[PoolRow], pool: Pool) -> Iterator[PoolRow]:
    seen = set[str]()
    for row in rows:
        if row.id not in pool and row.id not in seen:
            seen.add(row.id)
            yield row


def _augment(path: Path, wanted: Wanted) -> list[PoolRow]:
    """The variants that are new."""
    known, given = dict[str, bool](), list[PoolRow]()
    for row in Pool(path):
        known[row.id] = row.state in ("accepted", "waiting")
        given += augmenting.of_given([row])
    made = list(augmenting.variants(given, known, wanted))
    folder.add(path, made)
    return made


def _filter(path: Path, judge: Filter, many: int, rows: Iterable[PoolRow]) -> None:
    from evalharness.report.progress import progress

    with progress(many, "rows") as done:
        folder.add(path, judge.changed(_counted(rows, done)))


def _counted(rows: Iterable[PoolRow], done: Callable[[], None]) -> Iterator[PoolRow]:
    for row in rows:
        yield row
        done()


def _check_reached(path: Path, wanted: Wanted) -> None:
    """Raises Failure where there are fewer variants than were asked for."""
    if wanted.exactly is None:
        return
    in_use = sum(not row.is_original and row.state in ("accepted", "waiting") for row in Pool(path))
    if in_use < wanted.exactly:
        raise Failure(
            f"{in_use} of the {wanted.exactly} variants that --exactly asks for; more rows, more --kinds or a larger "
            "--variants make more"
        )


def _schema(path: Path | None) -> Json | None:
    if path is None:
        return None
    try:
        schema = strict_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: no JSON ({error})") from None
    if not is_schema(schema):
        raise UsageError(f"{path}: no JSON Schema that answers could be judged by")
    return dict(schema)


def _kinds(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in MAKE:
            raise argparse.ArgumentTypeError(f"{name!r}: there is no such kind; there are {', '.join(MAKE)}")
    return list(dict.fromkeys(names))


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share, at least 0 and below 1")
    return share
