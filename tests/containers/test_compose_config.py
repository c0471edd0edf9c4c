"""What Compose itself makes of the files and the settings. It needs Docker's command line, no engine."""

import json
import os
import subprocess

import pytest

from serve.runtimes.docker.compose_inputs import project_files
from serve.settings import Settings
from tests.newcomer import ROOT


@pytest.mark.parametrize("mode", ["pair", "swap"])
def test_each_server_is_given_the_gpus_that_its_setting_names(mode: str) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose on this machine")
    files = [word for file in project_files(Settings(MODE=mode), ROOT / "compose", gpu=True) for word in ("-f", file)]
    done = subprocess.run(
        ["docker", "compose", *files, "config", "--format", "json"],
        env={**os.environ, "BASE_GPUS": "0,1", "TUNED_GPUS": "2,3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    for variant, gpus in {"base": "0,1", "tuned": "2,3"}.items():
        for name in (variant, f"quantize-{variant}"):
            assert services[name]["runtime"] == "nvidia"
            assert services[name]["environment"]["NVIDIA_VISIBLE_DEVICES"] == gpus
            assert "deploy" not in services[name] or "devices" not in str(services[name]["deploy"])
