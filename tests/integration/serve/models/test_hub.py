"""Models of the hub, against a hub of our own on loopback: what is said before, and what is downloaded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import constants

from serve.models.sources import model_sources
from serve.runtimes.jobs import fetch_command
from serve.runtimes.preflight import findings
from serve.settings import Settings
from tests.hub import Hub, served
from tests.unit.serve.models.published import sparse_adapter, sparse_model

ROOT = Path(__file__).parents[4]
DEMO = ROOT / "images" / "demo"
TINY, MINE = "TinyLlama/TinyLlama-1.1B", "me/mine"  # 2.2 GB of weights, in a file without content


def run(hub, folder, *command, **settings):
    """A command of ours, pointed at a hub, with a cache of its own in a folder; what it said, and its code."""
    variables = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(folder / "home"),
        "HF_HUB_OFFLINE": "0",
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout, done.returncode


def preflight(hub, folder, **settings):
    given = {"RUNTIME": "local", "BASE_MODEL": TINY, "ADAPTER": MINE, **settings}
    return run(hub, folder, sys.executable, "-m", "serve", "preflight", **given)


@pytest.fixture
def hub(tmp_path):
    base = sparse_model(tmp_path / "TinyLlama", "TinyLlama-1.1B")
    with served(Hub({TINY: base, MINE: sparse_adapter(tmp_path / "mine", "TinyLlama-1.1B")})) as here:
        yield here


@pytest.fixture
def refusals(hub, tmp_path, monkeypatch):
    """What is refused of a pair of the hub."""
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)

    def refused(**settings):
        given = Settings(**{"BASE_MODEL": TINY, "ADAPTER": MINE, **settings})
        sources = model_sources(given, ROOT)
        machine = SimpleNamespace(gpu=False, server_memory=None)
        return findings(given, sources, machine, running=False, disk=None).refusals

    return refused


def test_a_pair_of_the_hub_is_looked_at_without_its_weights(hub, tmp_path):
    said, code = preflight(hub, tmp_path)
    assert code == 0, said
    assert "Download: 2.2 GB." in said
    assert "Nothing stands in the way" in said
    weights = {name: sent for name, sent in hub.sent.items() if name.endswith(".safetensors")}
    assert len(weights) == 2
    assert sum(weights.values()) < 5e6  # of 2.2e9; what a closed connection had taken on its way counts
    assert not list((tmp_path / "home").rglob("*.safetensors"))


def test_an_adapter_of_the_hub_made_for_another_base_is_refused_by_both_names(refusals, hub, tmp_path):
    hub.repositories["me/other"] = sparse_adapter(tmp_path / "other", "Llama-3.2-1B")
    for named in ("me/other", "me/mine, me/other"):
        (line,) = refusals(ADAPTER=named)
        assert line.startswith("me/other: made for another base: ")
        assert f"in {TINY}, but" in line
    assert not list(tmp_path.glob("cache/**/*.safetensors"))


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda folder: (folder / "model-00000.safetensors").write_bytes(b"\xff" * 64), "damaged or cut short"),
        (lambda folder: os.truncate(folder / "model-00000.safetensors", 10**6), "damaged or cut short"),
        (lambda folder: (folder / "model-00000.safetensors").unlink(), "is missing"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "mamba"}'), "model type 'mamba'"),
        (lambda folder: (folder / "chat_template.jinja").unlink(), "no chat template"),
    ],
)
def test_what_is_wrong_with_a_base_of_the_hub_is_said_by_its_name(refusals, hub, broken, told):
    broken(hub.repositories[TINY])
    (line,) = refusals()
    assert line.startswith(TINY)
    assert told in line


def test_pickled_weights_on_the_hub_are_refused_without_being_asked_for(refusals, hub):
    folder = hub.repositories[MINE]
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    (line,) = refusals()
    assert line.startswith("me/mine/adapter_model.bin: pickled weights can run code when loaded")
    assert not hub.sent["me/mine/adapter_model.bin"]


def test_what_its_owner_must_grant_and_what_is_not_there_are_told_apart(refusals, hub):
    hub.gated = TINY
    assert refusals() == [f"BASE_MODEL={TINY}: its owner must grant you access; then set HF_TOKEN"]
    assert refusals(BASE_MODEL="no/body") == ["BASE_MODEL=no/body: no such folder, and no such model on the hub"]


def test_weights_are_downloaded_once_and_serve_where_the_hub_is_out_of_reach(tmp_path):
    base = shutil.copytree(DEMO / "base", tmp_path / "demo")
    shutil.copyfile(base / "model.safetensors", base / "consolidated.safetensors")
    (base / "onnx").mkdir()
    (base / "onnx" / "model.safetensors").touch()
    with served(Hub({"tandem/demo": base, MINE: DEMO / "adapter"})) as hub:
        for setting, name in (("BASE_MODEL", "tandem/demo"), ("ADAPTER", MINE)):
            said, code = run(hub, tmp_path, *fetch_command(setting, name))
            assert code == 0, said
            fetched = Path(said.splitlines()[-1])
            assert {path.name for path in fetched.rglob("*.safetensors")} == {
                "BASE_MODEL": {"model.safetensors"},
                "ADAPTER": {"adapter_model.safetensors"},
            }[setting]
        before = hub.sent.copy()
        said, code = preflight(hub, tmp_path, BASE_MODEL="tandem/demo")
        assert (code, hub.sent) == (0, before), said
        assert "Download" not in said
    said, code = preflight(hub, tmp_path, BASE_MODEL="tandem/demo")
    assert code == 0, said
