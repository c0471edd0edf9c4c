"""In its container: one measurement of the servers of the same network.

python -m images.harness.start eval
"""

import os
import sys
from pathlib import Path

from serve.errors import Failure, UsageError
from serve.harness.measure import KINDS, Measured, measure
from serve.models.store import Store
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.services import catalog, endpoints
from serve.settings import read_settings

HERE = Path("/opt/tandem")  # laid out as a checkout is
KEY = "/run/secrets/API_KEY"
FOLDER_FILE = os.environ.get("FOLDER_FILE")  # where `make` on the host wants to read which folder was written


def main(kind: str) -> Measured:
    settings, paths = read_settings(Path("/nonexistent")), Paths(HERE)  # the environment has all settings
    urls = {variant: catalog.inside_url(settings, variant) for variant in VARIANTS}
    adapter_version = os.environ.get("ADAPTER_VERSION") or "-"
    store = Store(paths.models)
    versions = endpoints.versions(settings, store, adapter_version)
    quantizations = {variant: endpoints.quantization(settings, store, variant) for variant in VARIANTS}
    tool_parser = endpoints.tool_parser(settings, store)
    endpoints.write_endpoints(paths.endpoints, urls, versions, quantizations, tool_parser, KEY)
    return measure(kind, settings, paths)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: {' | '.join(KINDS)}")
    try:
        measured = main(sys.argv[1])
        if measured.folder and FOLDER_FILE:
            (HERE / FOLDER_FILE).write_text(measured.folder)
        sys.exit(measured.code)
    except (UsageError, Failure) as error:
        print(f"tandem: {error}", file=sys.stderr)
        sys.exit(2)  # 1 would be a verdict: FAIL
