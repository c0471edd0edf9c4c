"""What is deployed, described by pure functions: vLLM's arguments, Open WebUI's environment, the harness's flags."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from serve import credentials, deployment, harness, vllm, webui
from serve.paths import Paths
from serve.settings import Settings

BASE = vllm.Server("base", Path("/m/base/1"), 8001, 2048, 2**30, gpu=False)
TUNED = replace(BASE, name="tuned", model=Path("/m/tuned/1"), port=8002)


@pytest.mark.parametrize("gpu", [False, True])
def test_two_servers_differ_in_weights_name_and_port_alone(gpu):
    base, tuned = (vllm.arguments(replace(server, gpu=gpu)) for server in (BASE, TUNED))
    differing = [(a, b) for a, b in zip(base, tuned, strict=True) if a != b]
    assert differing == [("/m/base/1", "/m/tuned/1"), ("base", "tuned"), ("8001", "8002")]
    assert vllm.environment(BASE, Path("/c"), 8) == vllm.environment(TUNED, Path("/c"), 8)


def test_a_server_states_its_length_its_cache_and_no_checkpoints_own_sampling():
    words = " ".join(vllm.arguments(BASE))
    for stated in ("--max-model-len 2048", "--kv-cache-memory-bytes 1073741824", "--generation-config vllm"):
        assert stated in words
    assert "--host 127.0.0.1" in words


def test_vllm_finds_the_quantization_in_the_checkpoint_itself():
    assert "--quantization" not in vllm.arguments(BASE)


def test_no_argument_carries_a_secret():
    assert "--api-key" not in vllm.arguments(BASE)
    assert vllm.SECRETS == {"VLLM_API_KEY": "{API_KEY}"}


def test_a_new_chat_shows_base_and_tuned_side_by_side():
    environment = webui.environment({"base": "http://b/v1", "tuned": "http://t/v1"}, "a@b", 3000, Path("/d"))
    assert environment["DEFAULT_MODELS"] == "base,tuned"
    assert environment["OPENAI_API_BASE_URLS"] == "http://b/v1;http://t/v1"


def test_open_webui_sends_nothing_of_its_own():
    environment = webui.environment({"base": "http://b/v1"}, "a@b", 3000, Path("/d"))
    for generation in ("TITLE", "TAGS", "FOLLOW_UP", "AUTOCOMPLETE"):
        assert environment[f"ENABLE_{generation}_GENERATION"] == "false"
    assert environment["OFFLINE_MODE"] == "true"
    assert json.loads(environment["DEFAULT_MODEL_METADATA"])["capabilities"]["builtin_tools"] is False


def test_open_webui_listens_on_loopback():
    assert list(webui.arguments(3000)) == ["serve", "--host", "127.0.0.1", "--port", "3000"]


def test_the_endpoints_file_names_the_key_file_and_holds_no_key(tmp_path):
    paths = Paths(tmp_path)
    secrets = credentials.ensure(paths.secrets)
    deployment.write_endpoints(Settings(), paths, [Path("models/base/v1"), Path("models/tuned/v2")])
    text = paths.endpoints.read_text()
    entries = json.loads(text)["endpoints"]
    assert [entry["name"] for entry in entries] == ["base", "tuned"]
    assert [entry["version"] for entry in entries] == ["v1", "v2"]
    assert entries[0]["url"] == "http://127.0.0.1:8001/v1"
    assert not any(secret in text for secret in secrets.values())


def test_the_demo_asks_its_own_suites_and_another_model_the_general_one(tmp_path):
    assert "demo-json" in harness.eval_arguments(Settings(), Paths(tmp_path))[4]
    own = Settings(BASE_MODEL="a/b", ADAPTER="c/d")
    assert harness.eval_arguments(own, Paths(tmp_path))[4] == "general"


def test_base_against_base_reaches_both_measurements(tmp_path):
    itself = Settings(BASE_AGAINST_BASE=True)
    for arguments in (harness.eval_arguments, harness.load_arguments):
        assert "--base-against-base" in arguments(itself, Paths(tmp_path))
        assert "--base-against-base" not in arguments(Settings(), Paths(tmp_path))


def test_secrets_are_made_once_at_random_in_a_file_of_mode_0600(tmp_path):
    first = credentials.ensure(tmp_path / "a.env")
    assert credentials.ensure(tmp_path / "a.env") == first
    assert credentials.ensure(tmp_path / "b.env") != first
    assert (tmp_path / "a.env").stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(credentials.NAMES)


def test_a_secret_that_a_newer_version_needs_is_added_and_the_others_stay(tmp_path):
    (tmp_path / "a.env").write_text("API_KEY=known\n")
    assert credentials.ensure(tmp_path / "a.env")["API_KEY"] == "known"
    assert set(credentials.read(tmp_path / "a.env")) == set(credentials.NAMES)
