"""Whether the servers take prompts as long as a suite's. Pure: it knows suites and facts about servers as rows."""

from collections.abc import Iterable, Mapping

from evalharness.errors import UsageError
from evalharness.runs.about import AskedSuite
from evalharness.runs.typed import Json
from evalharness.suites.schema import Suite


def fitting(suites: Iterable[Suite], servers: Mapping[str, Json]) -> list[Suite]:
    """The suites without the prompts that take a longer served length than a server has; a title says how many.

    A suite of which nothing would be left stays as it is, for check_lengths to refuse.
    """
    lengths = [facts["maximum length"] for facts in servers.values() if facts["maximum length"] is not None]
    return [_cut(suite, min(lengths)) if lengths else suite for suite in suites]


def _cut(suite: Suite, served: int) -> Suite:
    kept = [prompt for prompt in suite.prompts if suite.needed(prompt) <= served]
    left_out = len(suite.prompts) - len(kept)
    if not left_out or not kept:
        return suite
    said = f"{left_out} of {len(suite.prompts)} prompts left out, longer than the {served} tokens served"
    return suite.model_copy(update={"prompts": kept, "title": f"{suite.title} ({said})"})


def check_lengths(suites: Iterable[AskedSuite], servers: Mapping[str, Json]) -> None:
    """Raises UsageError for a suite (as run.json tells of it) that takes a longer served length than a server has.

    `servers` is what server_facts.py read of each: one that does not say how long its prompts may be is let pass.
    """
    for suite in suites:
        check_length(suite["suite"], suite.get("context", 0), servers, ", or leave that suite out")


def check_length(what: str, needed: int, servers: Mapping[str, Json], or_else: str = "") -> None:
    """The same for anything that takes so many tokens, prompt and answer together."""
    for name, facts in servers.items():
        served = facts["maximum length"]
        if served is not None and served < needed:
            raise UsageError(
                f"{what} needs a served length of {needed} tokens, but {name} has {served}; "
                f"set MAX_MODEL_LEN={needed} and `make up`{or_else}"
            )
