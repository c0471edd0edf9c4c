"""What finished runs have tried before: how many tuned models on the same prompts, how many times the same models.

Each is one more chance to find by accident what is not there. It knows run folders; what a chance costs is for stats/
to say.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from evalharness.runs.about import About, read_about
from evalharness.runs.folder import read_json
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.typed import Json

Outcome = tuple[int, int, int]
"""Of a suite: how many prompts both answered, and how many only the first and only the second got right."""


def tried(runs: Iterable[Path], about: About) -> dict[str, int]:
    """Of each suite of an eval run: how many tuned models, its own among them, these runs held against its base on it.

    Asked must have been the same (by the suite's digest). Models are told apart by their versions; whose is not known
    is not counted.
    """
    base, tuned = _versions(about)
    models: dict[str, set[str]] = {suite["digest"]: {tuned} for suite in about["suites"]}
    for folder in runs:
        other = read_about(folder, "eval")
        first, second = _versions(other)
        if first == base and second not in ("", base):
            for suite in other["suites"]:
                models.get(suite["digest"], set()).add(second)
    return {suite["suite"]: len(models[suite["digest"]]) for suite in about["suites"]}


def rounds(earlier: Iterable[Path], about: About, found: EvalSummary) -> int:
    """The how-manieth look at the same two models on suites of these names a summary is, after those of earlier runs.

    More prompts may have been added since, or the same asked anew: whoever asks until it passes has had so many
    chances. A run that came out just as this one in all that both asked was none. Models are the same where their
    versions are known and the same. Of one model against itself looks are not counted.
    """
    versions = _versions(about)
    if not all(versions) or about["settings"].get("base_against_base"):
        return 1
    now = {suite.suite: (suite.paired, suite.right.only_first, suite.right.only_second) for suite in found.suites}
    others = set[tuple[tuple[str, Outcome], ...]]()
    for folder in earlier:
        if _versions(read_about(folder, "eval")) == versions:
            then = _outcomes(read_json(folder / "summary.json"), now)
            if any(now[suite] != outcome for suite, outcome in then.items()):
                others.add(tuple(sorted(then.items())))
    return 1 + len(others)


def _versions(about: About) -> list[str]:
    return [side["version"] for side in about["endpoints"]]


def _outcomes(summary: Json, suites: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """What a summary, of this version or of one before it, says of these suites."""
    return {
        suite["suite"]: (suite["paired"], suite["metrics"][0]["only_first"], suite["metrics"][0]["only_second"])
        for suite in summary["suites"]
        if suite["suite"] in suites
    }
