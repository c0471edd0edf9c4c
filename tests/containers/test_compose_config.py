"""What Compose makes of the files and settings, against the catalogue. It needs Docker's command line, no engine."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from serve.hardware import GIB
from serve.modes import MODES, ModeName
from serve.paths import Paths
from serve.planning import decision
from serve.planning.plan import Limits
from serve.runtimes.docker.compose import Compose
from serve.runtimes.docker.compose_inputs import project_files
from serve.services import catalog
from serve.services.catalog import Service
from serve.settings import Settings
from tests.newcomer import ROOT

DEPLOYMENTS = [(mode.name, gpu) for mode in MODES.values() for gpu in (False, True) if gpu or not mode.sleep]
ASKED_FOR = {"harness", "lm-eval", "tune"}  # jobs that no `up` runs
each_deployment = pytest.mark.parametrize(("mode", "gpu"), DEPLOYMENTS)


@cache
def merged(mode: ModeName, gpu: bool, given: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Every service of a mode, measuring included, as Compose understands its files."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose on this machine")
    files = [word for file in project_files(Settings(MODE=mode), ROOT / "compose", gpu) for word in ("-f", file)]
    done = subprocess.run(
        ["docker", "compose", *files, "--profile", "*", "config", "--format", "json"],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "MODE": mode, **dict(given)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["services"])


@pytest.mark.parametrize("mode", ["pair", "swap"])
def test_each_server_is_given_the_gpus_that_its_setting_names(mode: ModeName) -> None:
    services = merged(mode, True, (("BASE_GPUS", "0,1"), ("TUNED_GPUS", "2,3")))
    for variant, gpus in {"base": "0,1", "tuned": "2,3"}.items():
        for name in (variant, f"quantize-{variant}"):
            assert services[name]["runtime"] == "nvidia"
            assert services[name]["environment"]["NVIDIA_VISIBLE_DEVICES"] == gpus
            assert "deploy" not in services[name] or "devices" not in str(services[name]["deploy"])


@each_deployment
def test_compose_runs_what_the_catalogue_has_for_the_mode_and_the_jobs_before_it(mode: ModeName, gpu: bool) -> None:
    servers = MODES[mode].servers
    jobs = {f"quantize-{variant}" for variant in servers} | ({"merge"} if "tuned" in servers else set())
    running = {service.name for service in catalog.running(Settings(MODE=mode))}
    assert set(merged(mode, gpu)) == running | jobs | ASKED_FOR


@each_deployment
def test_a_container_is_what_its_entry_in_the_catalogue_says(mode: ModeName, gpu: bool) -> None:
    for service in catalog.running(Settings(MODE=mode)):
        described = merged(mode, gpu)[service.name]
        assert described["image"] == f"tandem-{service.image}"
        assert described["build"]["dockerfile"] == f"images/{service.image}/Dockerfile"
        assert described["environment"]["MODE"] == mode
        # An image with one service needs no name of it.
        alone = sum(other.image == service.image for other in catalog.SERVICES) == 1
        assert described["command"] == (None if alone else [service.name])
        stage = built(service.image, described["build"]["target"])
        assert f'"http://127.0.0.1:{service.inside_port}{service.health}"]' in stage  # its health check
        assert f'ENTRYPOINT ["python3", "-m", "images.{service.image}.start"]' in stage
        published = [(port["host_ip"], port["published"], port["target"]) for port in described.get("ports", [])]
        default = str(Settings.model_fields[service.port].default)
        assert published == ([("127.0.0.1", default, service.inside_port)] if service.published else [])


def built(image: str, target: str) -> str:
    """The lines of an image's Dockerfile that make a target."""
    stages = re.split(r"(?m)^FROM ", (ROOT / "images" / image / "Dockerfile").read_text(encoding="utf-8"))
    return next(stage for stage in stages if stage.splitlines()[0].endswith(f" AS {target}"))


@each_deployment
def test_a_container_has_the_secrets_that_its_service_is_given(mode: ModeName, gpu: bool) -> None:
    for service in catalog.running(Settings(MODE=mode)):
        secrets = {secret["source"] for secret in merged(mode, gpu)[service.name]["secrets"]}
        assert secrets == set(re.findall(r"\{(\w+)\}", " ".join(service.secrets.values()))), service.name


@each_deployment
def test_containers_start_after_what_the_catalogue_says(mode: ModeName, gpu: bool) -> None:
    settings = Settings(MODE=mode)
    names = {service.name for service in catalog.running(settings)}
    for service in catalog.running(settings):
        stated = merged(mode, gpu)[service.name].get("depends_on", {})
        others = {name: about["condition"] for name, about in stated.items() if name in names}
        assert others == expected(service, settings, gpu), service.name


def expected(service: Service, settings: Settings, gpu: bool) -> dict[str, str]:
    """What it starts after; and what it passes requests on to, unless that starts after it."""

    def before(one: Service) -> dict[str, str]:
        return {after.service: f"service_{after.condition}" for after in catalog.predecessors(one, settings, gpu)}

    upstreams = [name for name in service.upstreams(settings.mode) if service.name not in before(catalog.service(name))]
    return dict.fromkeys(upstreams, "service_healthy") | before(service)


@each_deployment
def test_a_server_starts_when_its_model_is_made_and_on_a_gpu_when_every_model_is(mode: ModeName, gpu: bool) -> None:
    services = merged(mode, gpu)

    def all_before(name: str) -> set[str]:
        stated = services[name].get("depends_on", {})
        return set(stated).union(*(all_before(other) for other in stated))

    servers = MODES[mode].servers
    for variant in servers:
        made = {f"quantize-{other}" for other in (servers if gpu else (variant,))}
        assert made <= all_before(variant)
        direct = services[variant]["depends_on"][f"quantize-{variant}"]
        assert direct["condition"] == "service_completed_successfully"


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
    for size in (GIB, 2 * GIB):
        made = decision.Decision(False, Limits(size, memory_share=0.459), decision.deciding(settings))
        decision.write(made, paths.plan)
        for service in ("base", "tuned"):
            assert decision.handed_on(told(service) or "", settings, gpu=False) == made.limits
    assert told("webui") is None
