"""While an image is built: its requirements become the virtual environment /opt/environment.

    python -m images.environment REQUIREMENTS [--override FILE] [--gpu] [--target FOLDER]

Where packages come from is told by the site that builds: a pip.conf and a CA bundle as build secrets, a folder of
wheels as a build context. It knows nothing of what the packages are for, and needs the standard library alone.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from serve.environments import Environment, fetch_uv, install

TARGET = Path("/opt/environment")
WHEELS = Path("/wheels")
SECRETS = Path("/run/secrets")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("requirements", type=Path)
    arguments.add_argument("--override", type=Path)
    arguments.add_argument("--gpu", action="store_true")
    arguments.add_argument("--target", type=Path, default=TARGET)
    given = arguments.parse_args()
    os.environ |= site_settings()
    # A read-only container cannot keep compiled modules, and would compile them at every start.
    os.environ |= {"UV_COMPILE_BYTECODE": "1", "UV_LINK_MODE": "copy"}
    tools = Path("/tmp/uv")  # noqa: S108 - in a stage of the build that is thrown away
    try:
        uv = fetch_uv(tools)
        environment = Environment(given.target, given.requirements, given.override, given.gpu)
        install(environment, uv, tools / "install.log", lambda line: print(line, flush=True))
    except subprocess.CalledProcessError as error:
        sys.exit(f"`{' '.join(map(str, error.cmd))}` failed")
    drop_tests(given.target)


def site_settings() -> dict[str, str]:
    """What this site says of where packages come from, in the variables that pip and uv read; empty where nothing."""
    configuration, authorities = SECRETS / "pip_conf", SECRETS / "ca_bundle"
    settings = {}
    if holds_something(configuration):
        settings["PIP_CONFIG_FILE"] = str(configuration)
    if holds_something(authorities):
        settings |= dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE"), str(authorities))
    if any(WHEELS.glob("*.whl")):
        settings["PIP_FIND_LINKS"] = str(WHEELS)
    return settings


def holds_something(file: Path) -> bool:
    return file.exists() and bool(file.read_bytes().strip())


def drop_tests(environment: Path) -> None:
    """Some libraries ship their own tests, tens of megabytes that nothing imports."""
    numerical = ("numpy", "scipy", "pandas", "sklearn", "sympy", "networkx", "numba", "pyarrow")
    for package in (*numerical, "gevent", "greenlet", "zope", "regex", "websocket"):
        for folder in list(environment.glob(f"lib/python3*/site-packages/{package}/**/tests")):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
