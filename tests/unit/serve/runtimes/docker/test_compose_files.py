"""The Compose files say what the settings say, and nothing that runs is let out of its bounds."""

import re
from pathlib import Path

import pytest
import yaml

from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.docker.compose_inputs import NOT_FOR_COMPOSE, project_files, variables
from serve.settings import Settings, shown

FOLDER = Path(__file__).parents[5] / "compose"
FILES = sorted(FOLDER.glob("*.yaml"))
# What is no setting: explained where it stands.
ITS_OWN = {"BASE_MODEL_INSIDE", "ADAPTER_INSIDE", "BASE_VERSION", "TUNED_VERSION", "ADAPTER_VERSION", "HARNESS_USER"}
# Compose takes a folder or file where the setting is empty.
STANDS_FOR_EMPTY = {
    "BASE_MODEL": "../images/demo/base",
    "ADAPTER": "../images/demo/adapter",
    "CALIBRATION": "../images/demo/calibration.jsonl",
    "PIP_CONF": "/dev/null",
    "CA_BUNDLE": "/dev/null",
    "WHEELHOUSE": "docker-image://scratch",
}


def mentioned() -> list[tuple[str, str, str]]:
    """(file, variable, default) of every variable in every file."""
    return [
        (file.name, name, default)
        for file in FILES
        for name, default in re.findall(r"\$\{(\w+)(?::-([^}]*))?\}", without_comments(file.read_text()))
    ]


def without_comments(text: str) -> str:
    return re.sub(r"(?m)(^|\s)#.*$", "", text)


def loader() -> type[yaml.SafeLoader]:
    """YAML with Compose's own tags, which take out what an earlier file has."""

    class Loader(yaml.SafeLoader): ...

    Loader.add_constructor("!reset", lambda *_: None)
    Loader.add_constructor("!override", override)
    return Loader


def override(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    sequence = isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True) if sequence else loader.construct_mapping(node, deep=True)


def read(name: str) -> dict:
    return yaml.load((FOLDER / name).read_text(), Loader=loader())  # noqa: S506 - a safe loader with two tags more


def test_every_variable_is_a_setting_or_explained():
    assert {name for _, name, _ in mentioned()} <= set(Settings.model_fields) | ITS_OWN


@pytest.mark.parametrize(("file", "name", "default"), mentioned())
def test_every_variable_has_the_settings_default(file, name, default):
    expected = "" if name in ITS_OWN else shown(Settings.model_fields[name].default)
    if name == "HARNESS_USER":
        expected = "10001:10001"
    assert default in (expected, STANDS_FOR_EMPTY.get(name, expected)), f"{file}: {name}"


def test_every_setting_of_a_container_reaches_compose():
    given = variables(Settings(), Path("/checkout"))
    for _, name, _ in mentioned():
        assert name in given or name in ITS_OWN or name in NOT_FOR_COMPOSE


def test_a_setting_is_handed_on_as_compose_writes_it():
    given = variables(Settings(BASE_AGAINST_BASE=True, PIP_CONF="site/pip.conf"), Path("/checkout"))
    assert given["BASE_AGAINST_BASE"] == "true"
    assert given["PIP_CONF"] == "/checkout/site/pip.conf"
    assert given["KV_CACHE_GIB"] == given["WHEELHOUSE"] == ""
    assert "HF_TOKEN" not in given


@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
@pytest.mark.parametrize("gpu", [True, False])
def test_every_mode_has_its_files(mode, gpu):
    files = project_files(Settings(MODE=mode), FOLDER, gpu)
    assert all(file.exists() for file in files)
    assert {"compose.yaml", "gpu.yaml" if gpu else "cpu.yaml"} <= {file.name for file in files}


def test_full_precision_has_its_file_in_every_mode():
    assert "fp.yaml" in {file.name for file in project_files(Settings(PRECISION="fp"), FOLDER, gpu=False)}
    assert "fp.yaml" not in {file.name for file in project_files(Settings(), FOLDER, gpu=False)}
    stated = read("fp.yaml")["services"]
    merging = {*read("compose.yaml")["services"]["merge"]["command"]} - {*stated.pop("merge")["command"]}
    assert {word.partition("=")[0] for word in merging} == {"--engine", "--group-size", "--calibration"}
    assert {name: described["environment"]["PRECISION"] for name, described in stated.items()} == dict.fromkeys(
        ("base", "tuned", "harness", "lm-eval"), "fp"
    )


@pytest.mark.parametrize("service", sorted(read("compose.yaml")["services"]))
def test_every_service_is_contained(service):
    described = read("compose.yaml")["services"][service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["init"] is True
    assert described["pids_limit"] and described["mem_limit"]
    assert described["logging"]["options"]["max-size"]
    assert not described.get("privileged") and not described.get("cap_add")


@pytest.mark.parametrize("variant", ["base", "tuned"])
def test_a_server_has_the_plan_and_every_setting_that_it_hangs_on(variant):
    """So that Compose makes its container anew where one is another, and a plan for others is refused."""
    described = read("compose.yaml")["services"][variant]
    assert described["env_file"] == [{"path": "../.tandem/plan.env", "required": False}]
    assert (FOLDER / described["env_file"][0]["path"]).resolve() == Paths(FOLDER.parent).plan
    stated = described["environment"] | read("fp.yaml")["services"][variant]["environment"]
    assert set(decision.DECIDED_BY) <= set(stated)


@pytest.mark.parametrize("variant", ["base", "tuned"])
def test_a_server_that_is_split_over_gpus_is_given_each_of_them(variant):
    """The NVIDIA runtime reads a list with commas; in `device_ids` it would be the name of one card."""
    for name in (variant, f"quantize-{variant}"):
        service = read("gpu.yaml")["services"][name]
        assert service["runtime"] == "nvidia" and "deploy" not in service
        assert service["environment"]["NVIDIA_VISIBLE_DEVICES"] == f"${{{variant.upper()}_GPUS:-0}}"
        assert "compute" in service["environment"]["NVIDIA_DRIVER_CAPABILITIES"]


def test_only_the_web_ui_is_published_and_only_on_loopback():
    services = read("compose.yaml")["services"]
    assert {name for name, described in services.items() if described.get("ports")} == {"webui"}
    assert all(port.startswith("127.0.0.1:") for port in services["webui"]["ports"])
    assert read("compose.yaml")["networks"]["servers"] == {"internal": True}
    assert {name for name, described in services.items() if "edge" in described.get("networks", [])} == {"webui"}


def test_jobs_have_no_network_and_are_not_started_again():
    services = read("compose.yaml")["services"]
    for job in ("merge", "quantize-base", "quantize-tuned"):
        assert services[job]["network_mode"] == "none"
        assert services[job]["restart"] == "no"


def test_no_secret_is_in_an_environment():
    for file in FILES:
        for described in (read(file.name)["services"] or {}).values():
            names = set((described or {}).get("environment", {}))
            assert not {name for name in names if "KEY" in name or "PASSWORD" in name or "TOKEN" in name}
