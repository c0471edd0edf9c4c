"""What a start decides of its servers, once: made from configurations and what the machine has, and handed on as data.

Whoever runs a server reads it, as a process of this machine or in a container, and turns it into arguments. plan.py and
host.py know what fits.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from serve.errors import UsageError
from serve.models.sources import Sources
from serve.planning import cards, host, plan
from serve.planning.configurations import configurations
from serve.planning.plan import Limits
from serve.settings import Settings

VARIABLE = "PLAN"  # of the file that it is written to, which Compose makes the environment of a server's container
# All settings that it hangs on, but the models themselves.
DECIDED_BY = (
    "MODE",
    "PRECISION",
    "GPTQ_GROUP_SIZE",
    "MAX_MODEL_LEN",
    "KV_CACHE_GIB",
    "GPU_MEMORY_GIB",
    "BASE_GPUS",
    "TUNED_GPUS",
    "SERVER_MEMORY",
)
PREPARE = "run `python3 -m serve.runtimes.prepare`"


@dataclass(frozen=True)
class Decision:
    """`gpu`: whether it is for GPUs. `settings` are those that it hangs on."""

    gpu: bool
    limits: Limits
    settings: Mapping[str, Any]


def decide(
    settings: Settings,
    sources: Sources,
    gpu: bool,
    server_memory: int | None = None,
    available_gib: float | None = None,
) -> Decision:
    """What every server is given: the one place where KV_CACHE_GIB gets its value.

    `server_memory` is what each server's container may have of the host's memory, in bytes, `available_gib` what all
    may; None: no such bound. Raises UsageError for what cannot fit.
    """
    config, adapter = configurations(settings, sources)
    present = cards.present(settings) if gpu else None
    limits = plan.limits(settings, config, adapter, present)
    host.check(settings, host.need(settings, config, adapter, present), server_memory, available_gib)
    return Decision(gpu, limits, deciding(settings))


def deciding(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in DECIDED_BY}


def write(decision: Decision, file: Path) -> None:
    """One line of JSON as one variable: Compose makes a container anew where its environment is another."""
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(f"{VARIABLE}='{json.dumps(asdict(decision))}'\n")
    draft.replace(file)


def read(file: Path) -> Limits:
    """The limits of a decision that was written to this file."""
    return parse(dotenv_values(file)[VARIABLE] or "").limits


def parse(text: str) -> Decision:
    stated = json.loads(text)
    return Decision(**{**stated, "limits": Limits(**stated["limits"])})


def handed_on(text: str, settings: Settings, gpu: bool) -> Limits:
    """The limits of a decision in a container, whose settings and hardware must be those that it was made for.

    Raises UsageError where there is none, and where it was made for others.
    """
    if not text:
        raise UsageError(f"nothing says what this server is given; {PREPARE} first, with the settings of this start")
    made = parse(text)
    other = next((name for name, now in deciding(settings).items() if made.settings.get(name) != now), None)
    if other:
        was, now = made.settings.get(other), getattr(settings, other)
        raise UsageError(f"planned with {other}={shown(was)}, and started with {other}={shown(now)}; {PREPARE} again")
    if made.gpu != gpu:
        planned, seen = ("a GPU", "none is seen here") if made.gpu else ("the CPU", "a GPU is seen here")
        raise UsageError(f"planned for {planned}, and {seen}; start with the Compose file that fits, or {PREPARE}")
    return made.limits


def shown(value: object) -> str:
    return "" if value is None else str(value)
