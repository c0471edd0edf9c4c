"""Becomes Open WebUI, in its container: settings from the environment → its own.

python3 -m images.webui.start
"""

import os
import sys
from pathlib import Path

from serve.errors import UsageError
from serve.services import catalog, webui
from serve.settings import read_settings

PORT = 8080
SECRETS = Path("/run/secrets")


def main() -> None:
    settings = read_settings(Path("/nonexistent"))  # in a container the environment has them all
    models = {variant: catalog.inside_url(settings, variant) for variant in catalog.VARIANTS}
    secrets = {file.name: file.read_text() for file in SECRETS.iterdir()}
    os.environ |= webui.variables(models, settings.WEBUI_EMAIL, settings.WEBUI_PORT, Path("/data"))
    os.environ |= {name: template.format(**secrets) for name, template in webui.SECRETS.items()}
    os.environ["STATIC_DIR"] = "/tmp/static"  # noqa: S108 - written anew at every start, beside its read-only package
    command = ["uvicorn", "open_webui.main:app", "--host", "0.0.0.0", "--port", str(PORT)]  # noqa: S104 - as published
    os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - becomes the server


if __name__ == "__main__":
    try:
        main()
    except UsageError as error:
        sys.exit(f"error: {error}")
