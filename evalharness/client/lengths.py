"""Whether the servers take prompts as long as a suite's. Pure: it knows suites and facts about servers as rows."""

from collections.abc import Iterable, Mapping

from evalharness.errors import UsageError
from evalharness.runs.about import AskedSuite
from evalharness.runs.typed import Json


def check_lengths(suites: Iterable[AskedSuite], servers: Mapping[str, Json]) -> None:
    """Raises UsageError for a suite (as run.json tells of it) that takes a longer served length than a server has.

    `servers` is what server_facts.py read of each: one that does not say how long its prompts may be is let pass.
    """
    for suite in suites:
        needed = suite.get("context", 0)
        for name, facts in servers.items():
            served = facts["maximum length"]
            if served is not None and served < needed:
                raise UsageError(
                    f"{suite['suite']} needs a served length of {needed} tokens, but {name} has {served}; "
                    f"set MAX_MODEL_LEN={needed} and `make up`, or leave that suite out"
                )
