"""In its container: one measurement of the servers of the same network.

python -m images.harness.start eval
"""

import os
import sys
from pathlib import Path

from serve import deployment, measuring
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.settings import read_settings
from serve.store import Store

HERE = Path("/opt/tandem")  # laid out as a checkout is
KEY = "/run/secrets/API_KEY"


def main(kind: str) -> int:
    settings, paths = read_settings(Path("/nonexistent")), Paths(HERE)  # the environment has all settings
    urls = {variant: deployment.inside_url(settings, variant) for variant in deployment.VARIANTS}
    adapter_version = os.environ.get("ADAPTER_VERSION") or "-"
    store = Store(paths.models)
    versions = deployment.versions(settings, store, adapter_version)
    quantizations = {variant: deployment.quantization(settings, store, variant) for variant in deployment.VARIANTS}
    deployment.write_endpoints(paths.endpoints, urls, versions, quantizations, KEY)
    return measuring.measure(kind, settings, paths)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in measuring.KINDS:
        sys.exit(f"usage: {' | '.join(measuring.KINDS)}")
    try:
        sys.exit(main(sys.argv[1]))
    except (UsageError, Failure) as error:
        print(f"tandem: {error}", file=sys.stderr)
        sys.exit(2)  # 1 would be a verdict: FAIL
