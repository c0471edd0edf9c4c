"""`make factorial`: what tuning does, told from what quantization does, in one command.

Few machines hold four servers. So base and tuned serve INT4 in a first pass and full precision in a second, and are
asked the same prompts; at the end, however it comes, they serve again what the settings say. What is asked and what
follows from it is the harness's business.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import floor

from serve.commands.up import announced, bring_up
from serve.display import console
from serve.errors import UsageError
from serve.hardware import GIB
from serve.models.sources import model_sources
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.choice import KINDS, only_one
from serve.settings import Settings

NAME = "factorial"
HELP = "tell tuning from quantization: INT4 and full precision in turn"


def main(settings: Settings, paths: Paths) -> int:
    """The harness's exit code. Raises UsageError, before anything is started, for what cannot be served in both."""
    name = announced(settings, paths)
    runtime = KINDS[name]
    with only_one(paths):
        runtime(settings.model_copy(update={"PRECISION": "int4"}), paths).check()
        int4, fp = passes(settings, paths, runtime(settings, paths).gpu)
        with full_precision():
            runtime(fp, paths).check()
        console.print("First pass: base and tuned in INT4.")
        bring_up(name, int4, paths)
        serving = int4
        try:
            first = runtime(int4, paths).measure("factorial")
            if not first.folder:
                return first.code
            console.print("\nSecond pass: base and tuned in full precision.")
            serving = fp
            bring_up(name, fp, paths)
            return runtime(fp.model_copy(update={"RESUME": first.folder}), paths).measure("factorial").code
        finally:
            if serving != settings:
                console.print(f"\nBack to PRECISION={settings.PRECISION}; if this is cut, `make up` does it.")
                bring_up(name, settings, paths)


@contextmanager
def full_precision() -> Iterator[None]:
    """Says of a refusal that it is the second pass's: nobody has set PRECISION=fp."""
    try:
        yield
    except UsageError as refusal:
        raise UsageError(f"`make factorial` serves full precision too, and {refusal}") from None


def passes(settings: Settings, paths: Paths, gpu: bool) -> tuple[Settings, Settings]:
    """The settings of both passes. They have the same KV cache: on a GPU, what full precision leaves of it.

    Raises UsageError where it leaves none.
    """
    fp = settings.model_copy(update={"PRECISION": "fp"})
    if gpu and not settings.KV_CACHE_GIB and not settings.mode.lora:
        with full_precision():
            cache_gib = decision.decide(fp, model_sources(settings, paths.root), gpu).limits.kv_cache_bytes / GIB
        fp = fp.model_copy(update={"KV_CACHE_GIB": floor(100 * cache_gib) / 100})
    return fp.model_copy(update={"PRECISION": "int4"}), fp
