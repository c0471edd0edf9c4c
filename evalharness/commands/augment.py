"""More rows to train on: given ones go into the pool, get variants, and what is not fit to learn from is dropped.

    python -m evalharness augment train.jsonl --kinds names,typos --suites demo-json

The command alone: rows lie in pool/rows.py, kinds in pool/variants, filters in pool/filters.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.checks.as_json import is_schema, strict_json
from evalharness.client.endpoints import Endpoint, read_key
from evalharness.commands import options
from evalharness.commands.pool import tell
from evalharness.errors import Failure, UsageError
from evalharness.perturb.rewriting import Languages
from evalharness.pool import exchange, folder
from evalharness.pool.filters import meaning, presidio, private
from evalharness.pool.filters.filtering import Filter, Limits
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow
from evalharness.pool.variants import augmenting, by_model, templates
from evalharness.pool.variants.augmenting import MAKE, MOST_SHARE, MOST_VARIANTS, SAYS, Wanted
from evalharness.runs.typed import Json
from evalharness.suites.files import load_suites, shipped
from evalharness.wording import count, listing

if TYPE_CHECKING:
    from evalharness.pool.variants import asking

NAME = "augment"
HELP = "add rows to the pool, make variants of them, drop copies, leaks into suites, personal data"

_ASKED = list(by_model.SAYS)

Read = tuple[Path, list[PoolRow], exchange.LeftOut]
"""A file, its rows, and what in it is none."""

Filled = tuple[Path, list[templates.Axes], int]
"""A file of templates, and what templates.load gave of it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="rows: Alpaca, ShareGPT, OpenAI messages, Open WebUI chats"
    )
    options.add_pool_argument(parser)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    kinds = "\n".join(f"  {name:16}  {says}" for name, says in {**SAYS, **by_model.SAYS}.items())
    parser.epilog = f"kinds of variants:\n{kinds}"
    default = f"some of those below (default: all but {listing(_ASKED)})"
    parser.add_argument("--kinds", type=_kinds, default=list(MAKE), metavar="A,B", help=default)
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
    options.add_rewriting_arguments(parser, _ASKED)
    filters = parser.add_argument_group("filters")
    options.add_kept_out_argument(filters)
    filters.add_argument(
        "--languages", type=lambda text: text.split(","), default=[], metavar="A,B", help="of answers (default: any)"
    )
    filters.add_argument(
        "--schema", type=Path, metavar="FILE", help="JSON Schema that answers of rows tagged json must follow"
    )
    filters.add_argument(
        "--presidio",
        action="store_true",
        help="also the kinds of personal data with a form that presidio-analyzer knows, where it is installed",
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
        metavar="SHARE",
        default=Limits.likeness,
        help="of a variant's question to its origin's at least, ROUGE-L (default: %(default)s)",
    )
    filters.add_argument(
        "--bleu",
        type=_share,
        metavar="SHARE",
        default=Limits.bleu,
        help="the same by BLEU (default: %(default)s, any)",
    )
    filters.add_argument(
        "--embeddings",
        nargs=2,
        metavar=("URL", "MODEL"),
        help="an OpenAI-compatible base URL, /v1 included, and its embedding model: variants must mean what their "
        "origin does (default: nobody is asked)",
    )
    filters.add_argument("--embeddings-key", type=Path, metavar="FILE", help="its API key, alone in a file")
    filters.add_argument(
        "--meaning",
        type=_share,
        metavar="SHARE",
        default=Limits.meaning,
        help="the least cosine of the embeddings of a variant's question and its origin's (default: %(default)s)",
    )


def main(args: argparse.Namespace) -> int:
    endpoints = options.rewriting_endpoints(args, [kind for kind in args.kinds if kind in _ASKED], _ASKED)
    suites = load_suites(args.suites or shipped())
    personal = _with_presidio() if args.presidio else private.found
    schema, closeness = _schema(args.schema), _closeness(args)
    limits = Limits(
        suites, args.characters, args.languages, args.likeness, schema, personal, args.bleu, closeness, args.meaning
    )
    judge = Filter(limits)
    wanted = Wanted(args.kinds, args.variants, args.share, args.rate, args.seed, args.exactly)
    read = [(file, *exchange.read(file, args.licence, args.tags)) for file in args.files]
    filled = [(file, *templates.load(file)) for file in args.templates]
    if not (read or filled or len(Pool(args.pool))):
        raise UsageError(f"{args.pool}: no rows yet; name a file with some: `make augment ROWS=train.jsonl`")
    with folder.alone(args.pool):
        _take(args, read, filled)
        pool = Pool(args.pool)
        _filter(args.pool, judge, len(pool), pool)  # first what is given: nothing is made of a row that goes
        maker = _maker(args, endpoints) if endpoints else None
        try:
            while made := _augment(args.pool, wanted, maker):  # what is dropped of them is made up for
                _filter(args.pool, judge, len(made), made)
        except KeyboardInterrupt:
            print("tandem: interrupted, all so far is kept in the pool; the same command goes on", file=sys.stderr)
            raise
        finally:
            for line in maker.told(_ASKED) if maker else ():
                print(line)
    tell(args.pool, Pool(args.pool))
    _check_reached(args.pool, wanted)
    return 0


def _take(args: argparse.Namespace, read: Sequence[Read], filled: Sequence[Filled]) -> None:
    """Adds what the files gave."""
    for file, rows, left_out in read:
        print(f"{file}: {count(folder.add(args.pool, _new(rows, Pool(args.pool))), 'new row')} of {len(rows)}")
        for reason, places in left_out.items():
            print(f"  left out: {len(places)} with {reason}")
    for file, axes, most in filled:
        made = templates.rows(axes, most, args.seed, args.tags, args.licence)
        print(f"{file}: {count(folder.add(args.pool, _new(made, Pool(args.pool))), 'new row')} of its templates")


def _maker(args: argparse.Namespace, endpoints: Sequence[Endpoint]) -> "asking.Maker":
    from evalharness.pool.variants import asking
    from evalharness.report.terminal.progress import progress

    languages = Languages(args.language, args.through)
    return asking.Maker(args.pool, endpoints, languages, args.concurrency, lambda many: progress(many, "variants"))


def _new(rows: Iterable[PoolRow], pool: Pool) -> Iterator[PoolRow]:
    seen = set[str]()
    for row in rows:
        if row.id not in pool and row.id not in seen:
            seen.add(row.id)
            yield row


def _augment(path: Path, wanted: Wanted, maker: "asking.Maker | None") -> list[PoolRow]:
    """The variants that are new."""
    known, given = dict[str, bool](), list[PoolRow]()
    for row in Pool(path):
        known[row.id] = row.state in ("accepted", "waiting")
        given += augmenting.of_given([row])
    made = list((maker.variants if maker else augmenting.variants)(given, known, wanted))
    folder.add(path, made)
    return made


def _filter(path: Path, judge: Filter, many: int, rows: Iterable[PoolRow]) -> None:
    from evalharness.report.terminal.progress import progress

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


def _with_presidio() -> Callable[[str], Sequence[str]]:
    others = presidio.finder()
    return lambda text: [*private.found(text), *others(text)]


def _closeness(args: argparse.Namespace) -> Callable[[str, str], float] | None:
    if not args.embeddings:
        if args.embeddings_key:
            raise UsageError("--embeddings-key: goes with --embeddings")
        return None
    url, model = args.embeddings
    options.check_url("--embeddings", url)
    key = read_key(args.embeddings_key, None) if args.embeddings_key else ""
    found = meaning.closeness(Endpoint("embeddings", url.rstrip("/"), model, key=key))
    found("?", "?")  # whether anybody is there shows before the work, not behind it
    return found


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
    names, there_are = text.split(","), [*MAKE, *_ASKED]
    for name in names:
        if name not in there_are:
            raise argparse.ArgumentTypeError(f"{name!r}: there is no such kind; there are {', '.join(there_are)}")
    return list(dict.fromkeys(names))


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share, at least 0 and below 1")
    return share
