"""The secrets of a deployment: made once, random, in one file with mode 0600. Processes get them in their environment,
containers as files (runtimes/prepare.py). No secret is ever on a command line, in a configuration file or in a log.
"""

import os
import secrets
from pathlib import Path

from serve.errors import UsageError

NAMES = ("API_KEY", "WEBUI_PASSWORD", "WEBUI_SECRET_KEY", "BLIND_SECRET")


def ensure(path: Path) -> dict[str, str]:
    """The secrets of a file, made and written where they are missing. Raises UsageError for one that was damaged:
    the password is that of an account that stands, so it is not made anew in silence."""
    known = read(path)
    if path.exists() and not known.get("WEBUI_PASSWORD"):
        raise UsageError(f"{path}: damaged; mend it, there is no WEBUI_PASSWORD, or delete it for new secrets")
    missing = [name for name in NAMES if name not in known]
    if missing:
        # 32 characters: Open WebUI takes a key of exactly 44 for a raw Fernet key.
        known |= {name: secrets.token_hex(16) for name in missing}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in known.items())
        draft.replace(path)
    return known


def read(path: Path) -> dict[str, str]:
    """Lines NAME=value; empty where there is no file. Raises UsageError for one that was damaged."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    if any("\ufffd" in line or "=" not in line for line in lines):
        raise UsageError(f"{path}: damaged; mend it, each line is NAME=value, or delete it for new secrets")
    return dict(line.split("=", 1) for line in lines)
