"""Becomes one service of the catalogue in its own container, with the secrets that Compose put there as files.

Its counterpart on the local runtime is serve.runtimes.local.starter.
"""

import os
import sys
from pathlib import Path

from serve.services.catalog import Service, Target

SECRETS = Path("/run/secrets")


def become(service: Service, target: Target) -> None:
    """Does not return: this process is the service from then on."""
    process = service.process(target)
    known = {file.name: file.read_text() for file in SECRETS.iterdir()}
    added = {name: template.format(**known) for name, template in service.secrets.items()}
    os.environ |= {**process.variables, **added}
    os.execv(sys.executable, [sys.executable, "-m", *process.words])  # noqa: S606 - becomes the service
