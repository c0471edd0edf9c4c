"""`make versions`: what is in the store, and what was in force when."""

from collections.abc import Mapping, Sequence
from typing import Any

from serve.display import console, table
from serve.models.verdicts import verdicts
from serve.paths import Paths
from serve.runtimes import keeper
from serve.runtimes.choice import runtime
from serve.settings import Settings

NAME = "versions"
HELP = "every stored version: size, proofs, what was in force when, and the verdict on it"
EVENTS = 12  # the newest that are shown; the rest stays in models/<variant>/history.jsonl


def main(settings: Settings, paths: Paths) -> int:
    here = runtime(settings, paths)
    stored = keeper.ask(here, "versions")
    if not stored:
        console.print("No version is stored yet; `make up` makes the first.")
        return 0
    judged = verdicts(paths.runs)
    table(("variant", "version", "", "size", "made", "proof", "verdict"), [row(one, judged) for one in stored])
    kept = sum(one["bytes"] for one in stored)
    merged = sum(one["bytes"] for one in stored if one["variant"] == "merged")
    console.print(f"\n{megabytes(kept)} in all, {megabytes(merged)} of it merged, which `make up` can make again.\n")
    events = keeper.ask(here, "events")[-EVENTS:]
    rows = [
        (when(event["at"]), event["variant"], event["version"], event["how"], event["instead_of"] or "-")
        for event in reversed(events)
    ]
    table(("in force since", "variant", "version", "how", "instead of"), rows)
    return 0


def row(stored: Mapping[str, Any], judged: Mapping[str, tuple[str, str]]) -> Sequence[str]:
    marks = {"whole": "not whole", "withdrawn": "rolled back"}
    mark = "current" if stored["current"] else marks["withdrawn"] if stored["withdrawn"] else ""
    word, run = judged.get(stored["version"], ("-", ""))
    return (
        stored["variant"],
        stored["version"],
        mark if stored["whole"] else marks["whole"],
        megabytes(stored["bytes"]),
        when(stored["created"])[:10],
        proof(stored["proof"]),
        f"{word} {run}".strip(),
    )


def proof(measured: Mapping[str, Any]) -> str:
    """A manifest's proof in a few words."""
    if "stages" in measured:
        return "; ".join(learnt(name, stage) for name, stage in measured["stages"].items())
    if "kl_per_token" in measured:
        return f"KL {measured['kl_per_token']:.2g}"
    if "perplexity_after" in measured:
        return f"perplexity {measured['perplexity_after']:.4g}"
    return f"top-1 {measured['same_top_token']:.1%}" if "same_top_token" in measured else "-"


def learnt(name: str, stage: Mapping[str, Any]) -> str:
    """Of a stage of training, what became of the loss on rows held out."""
    if "held_out_after" not in stage:
        return name
    return f"{name}: held out {stage['held_out_before']:.3g} → {stage['held_out_after']:.3g}"


def when(stamp: str) -> str:
    """To the minute, in UTC, of an ISO 8601 time."""
    return stamp[:16].replace("T", " ")


def megabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
