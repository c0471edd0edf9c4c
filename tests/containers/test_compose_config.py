"""What Compose itself makes of the files and the settings. It needs Docker's command line, no engine."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from serve.hardware import GIB
from serve.paths import Paths
from serve.planning import decision
from serve.planning.plan import Limits
from serve.runtimes.docker.compose import Compose
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


def test_another_plan_is_another_environment_for_which_compose_makes_a_server_anew(tmp_path: Path) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose on this machine")
    paths = Paths(tmp_path)
    shutil.copytree(ROOT / "compose", tmp_path / "compose")
    paths.state.mkdir()
    settings = Settings()
    compose = Compose(project_files(settings, tmp_path / "compose", gpu=False), "tandem-planned", {})

    def told(service: str) -> str | None:
        described = json.loads(compose.ask("config", "--format", "json", service))["services"][service]
        return dict(described["environment"]).get(decision.VARIABLE)

    assert told("base") is None
    for cache in (GIB, 2 * GIB):
        made = decision.Decision(False, Limits(cache, memory_share=0.459), decision.deciding(settings))
        decision.write(made, paths.plan)
        for service in ("base", "tuned"):
            assert decision.handed_on(told(service) or "", settings, gpu=False) == made.limits
    assert told("webui") is None
