"""What Compose is told, and what Docker's answers mean."""

import json
from pathlib import Path

import pytest

from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes import choice
from serve.runtimes.docker import runtime
from serve.runtimes.docker.compose import Compose, version
from serve.runtimes.docker.compose_inputs import harness_words, job_inputs, mounted
from serve.runtimes.docker.jobs import outside
from serve.runtimes.local.runtime import Local
from serve.runtimes.prepare import prepare
from serve.services import catalog
from serve.settings import Settings

ROOT = Path(__file__).parents[5]


@pytest.fixture
def tmp_path(tmp_path):
    """One that others may read, as what containers see must be."""
    tmp_path.chmod(0o755)
    return tmp_path


def test_a_plain_folder_is_mounted_as_it_is(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").touch()
    assert mounted(tmp_path / "model", "BASE_MODEL") == (tmp_path / "model", "")


def test_a_folder_of_a_hubs_cache_is_mounted_with_the_files_that_it_links_to(tmp_path):
    cache = tmp_path / "models--a--b"
    (cache / "blobs").mkdir(parents=True)
    (cache / "blobs" / "1f").touch()
    snapshot = cache / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to("../../blobs/1f")
    assert mounted(snapshot, "BASE_MODEL") == (cache, "snapshots/abc")


def test_what_only_its_owner_may_read_is_refused(tmp_path):
    (tmp_path / "adapter.safetensors").touch(mode=0o600)
    with pytest.raises(UsageError, match=rf"may not be read by containers.*chmod -R a\+rX {tmp_path}"):
        mounted(tmp_path, "ADAPTER")


def test_links_that_lead_all_over_the_disk_are_refused(tmp_path):
    (tmp_path / "config.json").symlink_to("/etc/hostname")
    with pytest.raises(UsageError, match="its links lead to files elsewhere; set ADAPTER"):
        mounted(tmp_path, "ADAPTER")


def test_jobs_are_told_where_in_a_mount_their_model_lies(tmp_path):
    given = job_inputs(tmp_path, tmp_path, tmp_path / "rows.jsonl")
    assert given["BASE_MODEL"] == str(tmp_path)
    assert given["BASE_MODEL_INSIDE"] == ""
    assert given["CALIBRATION"] == str(tmp_path / "rows.jsonl")


def test_a_jobs_line_names_the_persons_own_paths():
    given = {"BASE_MODEL": "/data/base", "ADAPTER": "/data/adapter"}
    line = "merge: /input/adapter: made for another base: /input/base/ has no lm_head"
    assert outside(line, given) == "merge: /data/adapter: made for another base: /data/base/ has no lm_head"


def test_suites_and_a_policy_that_are_files_are_seen_by_the_harness(tmp_path):
    (tmp_path / "mine.yaml").touch()
    (tmp_path / "policy.yaml").touch()
    words = harness_words(Settings(SUITES="general, mine.yaml", POLICY="policy.yaml"), tmp_path)
    assert f"{tmp_path}/mine.yaml:/input/0-mine.yaml:ro" in words
    assert "SUITES=general,/input/0-mine.yaml" in words
    assert "POLICY=/input/1-policy.yaml" in words
    assert harness_words(Settings(), tmp_path) == []


def test_a_task_that_is_a_file_is_seen_with_the_rows_beside_it(tmp_path):
    (tmp_path / "own.yaml").touch()
    words = harness_words(Settings(TASK="own.yaml"), tmp_path)
    assert f"{tmp_path}:/input/task:ro" in words
    assert "TASK=/input/task/own.yaml" in words
    assert harness_words(Settings(TASK="tandem_demo"), tmp_path) == ["--env", "TASK=tandem_demo"]


def test_a_suite_that_is_no_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"yours\.yaml: no such file; set SUITES"):
        harness_words(Settings(SUITES="yours.yaml"), tmp_path)


def test_open_webui_starts_before_the_adapter_that_is_served_is_fetched(monkeypatch):
    monkeypatch.setattr(runtime, "has_nvidia_runtime", lambda: False)
    docker = runtime.Docker(Settings(MODE="lora"), Paths(ROOT))
    assert "ADAPTER_VERSION" not in docker.told(catalog.service(catalog.WEBUI)).variables
    docker.pipeline.fetch(print)
    assert docker.told(catalog.service("base")).variables["ADAPTER_VERSION"]


def test_a_container_would_change_where_one_of_its_settings_has(monkeypatch):
    wanted = {"services": {"base": {"environment": {"MODE": "pair", "VERSION": "v1"}}}}
    there = {"Config": {"Env": ["PATH=/bin", "MODE=pair", "VERSION=v1"]}}
    compose = Compose([], "tandem", {})
    monkeypatch.setattr(Compose, "ask", lambda *_: json.dumps(wanted))
    monkeypatch.setattr(Compose, "inspect", lambda *_: there)
    assert not compose.would_change("base")
    there["Config"]["Env"][-1] = "VERSION=v1-fp"
    assert compose.would_change("base")
    there.clear()
    assert not compose.would_change("base")  # there is none


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({}, "absent"),
        ({"State": {"Status": "running", "Health": {"Status": "healthy"}}}, "ready"),
        ({"State": {"Status": "running", "Health": {"Status": "starting"}}}, "starting"),
        ({"State": {"Status": "running", "Health": {"Status": "unhealthy"}}}, "unhealthy"),
        ({"State": {"Status": "restarting", "Health": {"Status": "starting"}}}, "restarting"),
        ({"State": {"Status": "exited"}}, "exited"),
    ],
)
def test_a_containers_state_is_a_word(record, word):
    assert runtime.state(record) == word


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("26.1.5+dfsg1", (26, 1, 5)), ("v2.24.0", (2, 24, 0)), ("2.26.1-4", (2, 26, 1)), ("25", (25,))],
)
def test_versions_are_read_as_their_makers_write_them(text, numbers):
    assert version(text) == numbers


def test_a_checkout_stays_with_the_runtime_it_runs_on(tmp_path, monkeypatch):
    paths = Paths(tmp_path)
    monkeypatch.setattr(choice, "engine_trouble", lambda: None)
    assert choice.choose(Settings(), paths)[0] == "docker"
    assert choice.choose(Settings(RUNTIME="local"), paths)[0] == "local"
    paths.state.mkdir()
    paths.runtime.write_text("local")
    assert choice.choose(Settings(), paths)[0] == "local"
    with pytest.raises(UsageError, match="runs as local processes; `make down` first"):
        choice.choose(Settings(RUNTIME="docker"), paths)


def test_what_runs_can_be_stopped_whatever_is_set_by_now(tmp_path, monkeypatch):
    paths = Paths(tmp_path)
    paths.state.mkdir()
    paths.runtime.write_text("local")
    monkeypatch.setattr(choice, "engine_trouble", lambda: None)
    assert isinstance(choice.runtime(Settings(RUNTIME="docker"), paths), Local)


def test_without_an_engine_it_is_local_processes_unless_docker_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(choice, "engine_trouble", lambda: "no Docker engine with Compose answers")
    assert choice.choose(Settings(), Paths(tmp_path)) == ("local", "no Docker engine with Compose answers")
    with pytest.raises(UsageError, match="RUNTIME=docker, but no Docker engine"):
        choice.choose(Settings(RUNTIME="docker"), Paths(tmp_path))


def test_an_engine_that_is_gone_under_a_checkout_is_named(tmp_path, monkeypatch):
    paths = Paths(tmp_path)
    paths.state.mkdir()
    paths.runtime.write_text("docker")
    monkeypatch.setattr(choice, "engine_trouble", lambda: "no Docker engine with Compose answers")
    with pytest.raises(UsageError, match=r"runs as containers, but no Docker engine.*start the engine again"):
        choice.choose(Settings(), paths)


def test_secrets_for_containers_lie_in_a_folder_that_only_their_owner_enters(tmp_path):
    paths = Paths(tmp_path)
    prepare(paths)
    prepare(paths)  # a second time changes nothing
    assert paths.secret_files.stat().st_mode & 0o077 == 0
    assert paths.secrets.stat().st_mode & 0o177 == 0
    stated = dict(line.split("=", 1) for line in paths.secrets.read_text().splitlines())
    assert {file.name: file.read_text() for file in paths.secret_files.iterdir()} == stated
    assert paths.runs.is_dir()


def test_the_store_in_its_volume_is_asked_by_a_container_that_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "has_nvidia_runtime", lambda: False)
    command, _ = runtime.Docker(Settings(), Paths(tmp_path)).store_command(["prune", "--delete"])
    words = " ".join(command)
    assert "run --rm --no-deps --no-TTY --entrypoint python quantize-tuned" in words
    assert words.endswith("-m serve.models.keeping --store /models prune --delete")
