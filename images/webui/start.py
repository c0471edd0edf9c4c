"""Becomes Open WebUI, in its container: settings from the environment → its own.

python3 -m images.webui.start
"""

import sys
from pathlib import Path

from serve.errors import UsageError
from serve.runtimes.docker.starter import become
from serve.services import catalog
from serve.settings import read_settings

if __name__ == "__main__":
    try:
        settings = read_settings(Path("/nonexistent"))  # in a container the environment has them all
        become(catalog.service(catalog.WEBUI), catalog.Target(settings, True, {"webui": Path("/data")}))
    except UsageError as error:
        sys.exit(f"error: {error}")
