"""What a training does, as data: the adapter's shape, tokens that are added, the stages it goes through.

It comes from a YAML file, and knows nothing of trl or of what rows hold. The command reads it to refuse early, the job
to train.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import ceil, isfinite
from pathlib import Path
from typing import Any

from serve.errors import UsageError

METHODS = ("sft", "dpo", "kto")


@dataclass(frozen=True)
class Shape:
    """Of an adapter that is begun anew; one that is gone on with keeps its own, but for the dropout.

    `target_modules`: names of layers, or `all-linear`.
    """

    r: int = 16
    alpha: int = 32
    dropout: float = 0.1
    target_modules: str | tuple[str, ...] = "all-linear"


@dataclass(frozen=True)
class Vocabulary:
    """Tokens added to the base's: at most so many, learnt from `text`, a file relative to the YAML's folder; empty:
    from the rows of all stages.
    """

    tokens: int = 200
    text: str = ""


@dataclass(frozen=True)
class Gpu:
    """What only a GPU can do. `qlora`: the base in four bits (Dettmers et al., arXiv:2305.14314). `count`: of GPUs,
    which share the rows of each step.
    """

    qlora: bool = False
    gradient_checkpointing: bool = True
    count: int = 1


@dataclass(frozen=True)
class Stage:
    """`rows`: a file, relative to the YAML's folder; empty: the one that ROWS names. `batch`: rows of a step, of which
    `micro_batch` are in memory at once (0: all). `steps` is 0 where `epochs`, passes over the rows, say how long.
    `entity_weight`: the share of an answer's loss that the spans have which its row names under `entities`; 0: that of
    any other token.
    """

    name: str
    rows: str = ""
    method: str = "sft"
    learning_rate: float = 1e-5
    batch: int = 32
    micro_batch: int = 0
    epochs: float = 1
    steps: int = 0
    entity_weight: float = 0

    def at_once(self, gpus: int = 1) -> int:
        """Its rows in the memory of each of so many GPUs."""
        return self.micro_batch or self.batch // gpus

    def length(self, rows: int) -> int:
        """Its steps over so many rows."""
        return self.steps or max(1, ceil(rows * self.epochs / self.batch))


@dataclass(frozen=True)
class Tuning:
    """`held_out`: the share of a stage's rows that it is not trained on, by which it is seen whether it learns.
    `vocabulary`: None: the base's own. `gpu`: None: as the machine is, on one GPU where there is one.
    """

    stages: tuple[Stage, ...]
    adapter: Shape = field(default_factory=Shape)
    vocabulary: Vocabulary | None = None
    gpu: Gpu | None = None
    seed: int = 0
    held_out: float = 0.05
    max_length: int = 1024


def saved(before: int, after: int) -> str:
    """What new tokens bring, in words. `before`, `after`: the tokens of a text without and with them."""
    return f"{after:,} tokens for your text instead of {before:,}: {1 - after / before:.1%} fewer"


PARTS = {"adapter": Shape, "vocabulary": Vocabulary, "gpu": Gpu}


def read_tuning(path: Path) -> Tuning:
    """Raises UsageError, in one line, for what is no such file, with the stage and the name in it that are wrong."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        told, again = yaml.safe_load(text), given_twice(yaml.compose(text, yaml.SafeLoader), set())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; set TUNE to a file with stages") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not YAML ({str(error).splitlines()[0]}); mend it, or set TUNE") from None
    if again:
        raise UsageError(f"{path}, line {again.start_mark.line + 1}: {again.value} is given twice; keep one")
    if not isinstance(told, Mapping) or not isinstance(told.get("stages"), list) or not told["stages"]:
        raise UsageError(f"{path}: no stages in it; set TUNE to a file like images/tune/staged.yaml")
    stages = tuple(stage(one, f"{path}: stage {number}") for number, one in enumerate(told["stages"], 1))
    if len({one.name for one in stages}) < len(stages):
        raise UsageError(f"{path}: two stages of one name; give each its own")
    parts = {name: checked(kind, told[name] or {}, f"{path}: {name}") for name, kind in PARTS.items() if name in told}
    rest = {name: value for name, value in told.items() if name not in parts}
    tuning: Tuning = checked(Tuning, {**rest, **parts, "stages": stages}, str(path))
    if not 0 <= tuning.held_out < 1:
        raise UsageError(f"{path}: held_out is {tuning.held_out}; it is a share, at least 0 and below 1")
    check_shared(tuning, path)
    return tuning


def check_shared(tuning: Tuning, path: Path) -> None:
    """Raises UsageError for a step whose rows several GPUs cannot share."""
    count = tuning.gpu.count if tuning.gpu else 1
    for one in tuning.stages:
        at_once = one.at_once(count)
        if not at_once or one.batch % (at_once * count):
            raise UsageError(
                f"{path}: stage {one.name}: batch {one.batch} is no multiple of {count} GPUs with {at_once or 1} rows "
                "each; set batch, micro_batch or the count of gpu"
            )
        if one.method == "kto" and at_once < 2:
            raise UsageError(
                f"{path}: stage {one.name}: kto compares rows in memory, and needs at least 2 of them; set batch, or "
                "micro_batch"
            )


def given_twice(node: Any, seen: set[int]) -> Any:
    """The node of the first key that its mapping has had before, of which YAML would keep the later; or None."""
    if isinstance(node.value if node else "", str) or id(node) in seen:
        return None
    seen.add(id(node))
    pairs = [pair for pair in node.value if isinstance(pair, tuple)]
    keys = [key.value for key, _ in pairs]
    again = (key for at, (key, _) in enumerate(pairs) if key.value in keys[:at])
    inner = [value for _, value in pairs] if pairs else node.value
    return next(again, None) or next((found for one in inner if (found := given_twice(one, seen))), None)


def stage(told: Any, where: str) -> Stage:
    made: Stage = checked(Stage, told, where)
    if made.method not in METHODS:
        raise UsageError(f"{where}: method is {made.method!r}; it is one of {', '.join(METHODS)}")
    if not made.name or not set(made.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
        raise UsageError(f"{where}: name is {made.name!r}; it has small letters, digits and hyphens")
    if made.micro_batch and made.batch % made.micro_batch:
        raise UsageError(f"{where}: batch {made.batch} is no multiple of micro_batch {made.micro_batch}")
    if made.entity_weight and made.method != "sft":
        raise UsageError(f"{where}: entity_weight is for sft alone; leave it out, or set method to sft")
    return made


def checked(kind: type, told: Any, where: str) -> Any:
    """One of the dataclasses above. Raises UsageError for a name that it has not, and a value of another kind."""
    known = {one.name: one for one in fields(kind)}
    if not isinstance(told, Mapping):
        raise UsageError(f"{where}: not a mapping of names to values")
    for name, value in told.items():
        if name not in known:
            raise UsageError(f"{where}: {name} is no setting of it; there are {', '.join(known)}")
        if not fits(name, value):
            mend = f"; a number is written {float(value):.1e}, with a point" if is_number(value) else ""
            raise UsageError(f"{where}: {name} is {value!r}, which it cannot be{mend}")
    if "name" in known and "name" not in told:
        raise UsageError(f"{where}: it has no name")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})


def is_number(value: Any) -> bool:
    """Whether it is a text that is meant as a number: YAML takes 1e-5 for a text."""
    try:
        return isinstance(value, str) and isfinite(float(value))
    except ValueError:
        return False


def fits(name: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if name in ("r", "alpha", "batch", "max_length", "tokens", "count"):
        return type(value) is int and value > 0
    if name == "seed":  # of numpy's generator
        return type(value) is int and 0 <= value < 2**32
    if name in ("micro_batch", "steps"):
        return type(value) is int and value >= 0
    if name in ("learning_rate", "epochs"):
        return number and value > 0
    if name in ("dropout", "entity_weight"):
        return number and 0 <= value < 1
    if name == "held_out":
        return number
    if name == "target_modules":
        named = [value] if isinstance(value, str) else value
        return isinstance(named, list) and bool(named) and all(isinstance(one, str) and one for one in named)
    if name in ("qlora", "gradient_checkpointing"):
        return isinstance(value, bool)
    return isinstance(value, str) if name in ("name", "rows", "method", "text") else True
