"""run.json: what was run on what, against whom, and in what the servers differed.

Plain dictionaries of a known shape, which is checked as they are read: other programs read run.json too, and a run may
tell more of itself than is asked for here. It knows nothing of what is made of any of it.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NotRequired, cast

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from evalharness.errors import UsageError
from evalharness.runs.folder import read_json
from evalharness.runs.summaries.parts import Purpose
from evalharness.runs.typed import Json, parsed


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class Host(TypedDict):
    cores: int
    machine: str
    python: str


class PublicEndpoint(TypedDict):
    """All of an endpoint but its key."""

    name: str
    url: str
    model: str
    version: str


class AskedSuite(TypedDict):
    """A suite without its prompts; of these, `variants` are no originals, and the others stand in `groups`.

    `company` is in how large a group the average one stands, `digest` that of all of them. Where each is asked several
    times (`repeats`), `prompts` and `variants` count all that is asked, and a prompt is a group of its repeats.
    """

    suite: str
    version: int | str
    title: str
    purpose: Purpose
    margin: float | None
    prompts: int
    variants: NotRequired[int]
    repeats: NotRequired[int]
    groups: NotRequired[int]
    company: NotRequired[float]
    context: NotRequired[int]
    digest: str


class Difference(TypedDict):
    """`base` and `tuned` in words, of the two endpoints that `between` names."""

    what: str
    base: str
    tuned: str
    matters: bool
    between: Annotated[list[str], Field(min_length=2, max_length=2)]


class Unknown(TypedDict):
    what: str
    endpoints: list[str]


class Fairness(TypedDict):
    """What runs/fairness.py makes of what was read of each server; `allowed` is what a policy adds in memory."""

    read: dict[str, Json]
    differences: list[Difference]
    unknown: list[Unknown]
    allowed: NotRequired[list[str]]


class About(TypedDict):
    """Of an eval, a load or a factorial run."""

    kind: str
    created: Annotated[str, AfterValidator(_moment)]
    host: Host
    settings: dict[str, Any]
    endpoints: list[PublicEndpoint]
    suites: list[AskedSuite]
    fairness: NotRequired[Fairness]


def read_about(folder: Path, kind: str) -> About:
    """Raises UsageError when the folder is not that of a run of this kind, or its run.json tells something else."""
    path = folder / "run.json"
    found = read_json(path)
    if found.get("kind") != kind:
        raise UsageError(f"{folder}: not a run of kind {kind} but of kind {found.get('kind')}")
    try:
        parsed(About, path.read_bytes())
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    return cast(About, found)
