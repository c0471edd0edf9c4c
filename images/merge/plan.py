"""What a merged checkpoint is made of: which weight of the base goes into which file, and what is done to it there.

It decides whether embedding and output head go on sharing one table. It reads headers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from images.merge.adapted import EMBEDDING, HEAD, NotStreamed
from images.merge.changes import Change, Replacement, same
from images.merge.stream import TYPES, Place, Weight, checkpoint
from serve.errors import UsageError


@dataclass(frozen=True)
class Plan:
    """`shards`: the weights of each file, by the file's name. `tied`: the output head is the embedding."""

    shards: dict[str, list[Weight]]
    tied: bool


def plan(base: Path, shapes: Mapping[str, tuple[int, ...]], changes: Mapping[str, list[Change]], tied: bool) -> Plan:
    """The files of the merged model, called like the base's.

    `shapes` are those of the merged model's weights; `tied`: the base's head is its embedding. Raises NotStreamed where
    the words of a longer vocabulary are nowhere, and UsageError where a weight of the base is.
    """
    sources = checkpoint(base)
    missing = shapes.keys() - sources.keys() - ({HEAD} if tied else set())
    if missing:
        raise UsageError(f"{base}: its files lack {min(missing)}; download BASE_MODEL again, or save it whole")
    tied_still = tied and same(changes.get(EMBEDDING, []), changes.get(HEAD, []))
    if tied:
        sources.pop(HEAD, None)
    shards: dict[str, list[Weight]] = {}
    for name, source in sources.items():
        shard = shards.setdefault(source.path.name, [])
        shard.append(weight(name, source, shapes, changes))
        if name == EMBEDDING and tied and not tied_still:
            shard.append(weight(HEAD, source, shapes, changes))
    return Plan(shards, tied_still)


def weight(
    name: str, source: Place, shapes: Mapping[str, tuple[int, ...]], changes: Mapping[str, list[Change]]
) -> Weight:
    done, shape = changes.get(name, []), shapes.get(name, source.tensor.shape)
    if shape != source.tensor.shape and not (done and isinstance(done[0], Replacement)):
        raise NotStreamed(f"has another number of words for {name.removesuffix('.weight')} and does not bring them")
    if done and source.tensor.dtype not in TYPES:
        raise NotStreamed(f"changes {name}, which is of type {source.tensor.dtype}")
    return Weight(name, source, shape, done)
