"""The commands of which each is a measurement, asked on the runtime in use."""

from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.settings import Settings


def measure(kind: str, settings: Settings, paths: Paths) -> int:
    """The harness's exit code: of a verdict 0 PASS, 1 FAIL, 3 INCONCLUSIVE."""
    try:
        return runtime(settings, paths).measure(kind).code
    except Failure as error:
        raise UsageError(str(error)) from None  # 1 would be a verdict: FAIL
