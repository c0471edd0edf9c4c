"""The flags that several subcommands share: which endpoints, which suites, where runs lie.

It turns flags into endpoints and suites, and knows nothing of what is done with them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from evalharness.client.endpoints import ENDPOINTS_FILE, Endpoint, against_itself, read_endpoints, read_key
from evalharness.errors import UsageError
from evalharness.suites.files import load_suites, shipped
from evalharness.suites.schema import Suite
from evalharness.wording import listing

RUNS = Path("runs")
POOL = Path("pool")


def add_endpoint_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("endpoints")
    where = group.add_mutually_exclusive_group()
    where.add_argument(
        "--endpoints",
        type=Path,
        metavar="FILE",
        help=f"the deployment's endpoints (default: {ENDPOINTS_FILE})",
    )
    where.add_argument(
        "--url",
        action="append",
        metavar="NAME=URL",
        help="an OpenAI-compatible base URL, /v1 included; give it twice, the base first",
    )
    group.add_argument(
        "--model",
        action="append",
        metavar="NAME=MODEL",
        help="what the API at that --url calls its model (default: NAME)",
    )
    group.add_argument("--key-file", type=Path, metavar="FILE", help="the API key of both --url, alone in a file")
    group.add_argument(
        "--base-against-base",
        action="store_true",
        help="the first endpoint against itself: must come out as no difference",
    )


def add_suites_argument(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--suites",
        type=lambda text: text.split(","),
        metavar="A,B",
        help="shipped suites or paths of suite files (default: the demo suites; with --url: general)",
    )


def add_kept_out_argument(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--suites",
        type=lambda text: text.split(","),
        metavar="A,B",
        help="of which no row may be a copy, shipped ones or paths (default: all that ship)",
    )


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=Path, default=RUNS, metavar="FOLDER", help="default: %(default)s")
    parser.add_argument(
        "--folder-file", type=Path, metavar="FILE", help="write the run's folder there too, for the program that asked"
    )


def add_pool_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pool", type=Path, default=POOL, metavar="FOLDER", help="default: %(default)s")


def add_rewriting_arguments(parser: argparse.ArgumentParser, kinds: Sequence[str]) -> None:
    """Who makes the kinds of variant that take a model, and in which languages."""
    group = parser.add_argument_group(f"who makes {listing(kinds)}")
    group.add_argument(
        "--deployed",
        action="append",
        metavar="NAME",
        help=f"an endpoint of {ENDPOINTS_FILE}, such as base; of two, the second translates back and answers",
    )
    group.add_argument(
        "--url",
        action="append",
        help="or an OpenAI-compatible base URL, /v1 included; two likewise",
    )
    group.add_argument("--model", action="append", help="what the API there calls its model; one for each --url")
    group.add_argument("--key-file", type=Path, action="append", metavar="FILE", help="its API key, alone in a file")
    group.add_argument("--concurrency", type=positive, default=8, metavar="N", help="questions at a time (default: 8)")
    group.add_argument(
        "--language", default="English", help="of the questions, to translate back into (default: %(default)s)"
    )
    group.add_argument(
        "--through",
        default="Chinese",
        metavar="LANGUAGE",
        help="that back-translation goes through (default: %(default)s)",
    )


def rewriting_endpoints(args: argparse.Namespace, asked: Sequence[str], kinds: Sequence[str]) -> list[Endpoint]:
    """Who makes those of the kinds that are `asked` for; none where none is. Raises UsageError when a flag is missing,
    or not needed."""
    given = [flag for flag in ("deployed", "url", "model", "key_file") if getattr(args, flag)]
    if not asked:
        if given:
            raise UsageError(f"--{given[0].replace('_', '-')}: goes with --kinds {' or '.join(kinds)}")
        return []
    urls, models, keys = args.url or [], args.model or [], args.key_file or []
    if "deployed" in given and len(given) == 1:
        return _deployed(args.deployed)
    if not urls or len(models) != len(urls) or args.deployed:
        raise UsageError(
            f"--kinds {asked[0]}: a model makes it; name one with --deployed, or with --url and --model, both as often"
        )
    if len(urls) > 2 or len(keys) not in (0, 1, len(urls)):
        raise UsageError("--url: one or two of them, and a --key-file for both or for each")
    for url in urls:
        check_url("--url", url)
    secrets = [read_key(file, None) for file in keys] or [""]
    return [
        Endpoint(name, url.rstrip("/"), model, key=secrets[min(at, len(secrets) - 1)])
        for at, (name, url, model) in enumerate(zip(("rewriter", "second rewriter"), urls, models, strict=False))
    ]


def _deployed(names: Sequence[str]) -> list[Endpoint]:
    found = {endpoint.name: endpoint for endpoint in read_endpoints(ENDPOINTS_FILE)}
    for name in names:
        if name not in found:
            raise UsageError(f"--deployed {name}: there is no such endpoint; there are {', '.join(found)}")
    if len(names) > 2:
        raise UsageError("--deployed: one or two of them")
    return [found[name] for name in names]


def hand_on(args: argparse.Namespace, folder: Path) -> None:
    """Tells whoever asked for it which folder was written, once the run is whole."""
    if args.folder_file:
        args.folder_file.write_text(str(folder), encoding="utf-8")


def positive(text: str) -> int:
    """A flag's value that must be a whole number above 0."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def given_endpoints(args: argparse.Namespace) -> list[Endpoint]:
    """The endpoints of the flags or of the endpoints file, however many. Raises UsageError, also for a name twice."""
    if args.url:
        endpoints = _from_urls(args)
    elif args.model or args.key_file:
        raise UsageError("--model and --key-file go with --url; an endpoints file has its own")
    else:
        endpoints = read_endpoints(args.endpoints or ENDPOINTS_FILE)
    names = [endpoint.name for endpoint in endpoints]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{_source(args)}: two endpoints are called {name}; rows are told apart by that name")
    return endpoints


def chosen_endpoints(args: argparse.Namespace) -> list[Endpoint]:
    """The two endpoints to compare, the base first.

    Raises UsageError when the flags, or the endpoints file, do not name exactly two different ones (one does
    for --base-against-base).
    """
    endpoints, source = given_endpoints(args), _source(args)
    if args.base_against_base and endpoints:
        return against_itself(endpoints)
    if len(endpoints) != 2:
        raise UsageError(f"{source}: a comparison takes two endpoints, this names {len(endpoints)}")
    first, second = endpoints
    if (first.url, first.model) == (second.url, second.model):
        raise UsageError(
            f"{source}: {first.name} and {second.name} are both {first.model} at {first.url}; to compare it with "
            "itself, say --base-against-base"
        )
    return endpoints


def chosen_suites(args: argparse.Namespace) -> list[Suite]:
    """The suites of --suites, or the default ones, all valid. Raises UsageError."""
    default = ["general"] if args.url else [name for name in shipped() if name.startswith("demo-")]
    return load_suites(args.suites or default)


def check_url(flag: str, url: str) -> None:
    """Raises UsageError for what is no address of a server, or holds a password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        whole = 0 < max(map(len, host.split("."))) < 64 and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:  # such as http://[::1/v1, or a port of 99999
        parts, whole = urlsplit(""), False
    if parts.username is not None:
        raise UsageError(f"{flag}: a URL is written into the run; give the key with --key-file")
    if parts.scheme not in ("http", "https") or not whole:
        raise UsageError(f"{flag}: not an http:// or https:// address")


def endpoint_flags(args: argparse.Namespace) -> list[str]:
    """The endpoint flags as they were given, for a command that a person can repeat."""
    flags = ["--endpoints", str(args.endpoints)] if args.endpoints else []
    for flag, given in (("--url", args.url), ("--model", args.model)):
        for pair in given or []:
            flags += [flag, pair]
    if args.key_file:
        flags += ["--key-file", str(args.key_file)]
    return flags + (["--base-against-base"] if args.base_against_base else [])


def _source(args: argparse.Namespace) -> str:
    return "--url" if args.url else str(args.endpoints or ENDPOINTS_FILE)


def _from_urls(args: argparse.Namespace) -> list[Endpoint]:
    urls = _pairs("--url", args.url)
    models = dict(_pairs("--model", args.model or []))
    names = [name for name, _ in urls]
    for stranger in models.keys() - set(names):
        raise UsageError(f"--model {stranger}=…: no --url is called {stranger} (there is {', '.join(names)})")
    for name, url in urls:
        check_url(f"--url {name}", url)
    key = read_key(args.key_file, None) if args.key_file else ""
    return [Endpoint(name, url.rstrip("/"), models.get(name, name), key=key) for name, url in urls]


def _pairs(flag: str, given: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in given]
    for (name, _, value), text in zip(pairs, given, strict=True):
        if not name or not value:
            raise UsageError(f"{flag} {text}: write NAME={flag.removeprefix('--').upper()}")
    return [(name, value) for name, _, value in pairs]
