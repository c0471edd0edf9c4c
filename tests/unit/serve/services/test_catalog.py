"""What is deployed, described by pure functions: vLLM's arguments, Open WebUI's environment, the harness's flags."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.suites.files import shipped
from serve.hardware import GIB
from serve.harness import arguments as harness_arguments
from serve.models.store import Store
from serve.models.vllm_0_32 import lora_step
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.planning import plan
from serve.services import catalog, credentials, endpoints, vllm, webui
from serve.settings import DEMO_SUITES, OWN_SUITES, Settings

BASE = vllm.Server("base", Path("/m/base/1"), 8001, 2048, 2**30, gpu=False)
TUNED = replace(BASE, name="tuned", model=Path("/m/tuned/1"), port=8002)


@pytest.mark.parametrize("gpu", [False, True])
def test_two_servers_differ_in_weights_name_and_port_alone(gpu):
    base, tuned = (vllm.arguments(replace(server, gpu=gpu)) for server in (BASE, TUNED))
    differing = [(a, b) for a, b in zip(base, tuned, strict=True) if a != b]
    assert differing == [("/m/base/1", "/m/tuned/1"), ("base", "tuned"), ("8001", "8002")]
    assert vllm.variables(BASE, Path("/c"), 8) == vllm.variables(TUNED, Path("/c"), 8)


def test_a_server_states_its_length_its_cache_and_no_checkpoints_own_sampling():
    words = " ".join(vllm.arguments(BASE))
    for stated in ("--max-model-len 2048", "--kv-cache-memory-bytes 1073741824", "--generation-config vllm"):
        assert stated in words
    assert "--host 127.0.0.1" in words


def test_on_cpu_engine_and_worker_are_one_process_which_waits_for_none_by_spinning():
    words, environment = " ".join(vllm.arguments(BASE)), vllm.variables(BASE, Path("/c"), 8)
    assert "--distributed-executor-backend uni" in words
    assert environment["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"
    gpu = replace(BASE, gpu=True)
    assert "--distributed-executor-backend" not in vllm.arguments(gpu)
    assert "VLLM_ENABLE_V1_MULTIPROCESSING" not in vllm.variables(gpu, Path("/c"), 8)


def test_on_gpus_a_server_states_what_the_plan_says():
    server = replace(BASE, gpu=True, gpus=(1, 3), max_num_seqs=120, max_num_batched_tokens=2048, memory_share=0.46)
    words = " ".join(vllm.arguments(server))
    for stated in (
        "--kv-cache-memory-bytes 536870912",  # of each of the two
        "--max-num-seqs 120",
        "--max-num-batched-tokens 2048",
        "--gpu-memory-utilization 0.46",
        "--tensor-parallel-size 2",
    ):
        assert stated in words
    environment = vllm.variables(server, Path("/c"), 8)
    assert (environment["CUDA_VISIBLE_DEVICES"], environment["CUDA_DEVICE_ORDER"]) == ("1,3", "PCI_BUS_ID")


def test_in_mode_lora_the_adapter_is_the_servers_second_model_in_the_room_of_the_next_rank():
    server = replace(BASE, lora=vllm.Lora("tuned", Path("/m/adapter, the second"), 20))
    words = vllm.arguments(server)
    module = json.loads(words[words.index("--lora-modules") + 1])
    assert module == {"name": "tuned", "path": "/m/adapter, the second"}
    assert words[words.index("--max-lora-rank") + 1] == "32"
    assert "--enable-lora" not in vllm.arguments(BASE)
    assert [lora_step(rank) for rank in (1, 2, 16, 300, 512)] == [1, 8, 16, 320, 512]


def test_on_cpu_a_second_slot_for_adapters_stays_empty_for_requests_that_want_none():
    """Else the base would answer as tuned does, where requests to both are computed together."""
    lora = vllm.Lora("tuned", Path("/m/adapter"), 16)
    for gpu, slots in ((True, "1"), (False, "2")):
        words = vllm.arguments(replace(BASE, lora=lora, gpu=gpu))
        assert words[words.index("--max-loras") + 1] == slots


def test_in_mode_swap_a_server_can_be_put_to_sleep():
    server = replace(BASE, sleep=True)
    assert "--enable-sleep-mode" in vllm.arguments(server)
    assert vllm.variables(server, Path("/c"), 8)["VLLM_SERVER_DEV_MODE"] == "1"
    assert "VLLM_SERVER_DEV_MODE" not in vllm.variables(BASE, Path("/c"), 8)


@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
def test_settings_and_limits_make_the_server_of_each_mode(mode):
    settings, limits = Settings(MODE=mode, BASE_GPUS="0,1", TUNED_GPUS="0,1"), plan.Limits(GIB, 16, 120, 2048, 0.4)
    adapter = Path("/m/adapter") if mode == "lora" else None
    server = endpoints.server(settings, "base", Path("/m"), limits, True, adapter)
    assert (server.kv_cache_bytes, server.max_num_seqs, server.memory_share) == (GIB, 120, 0.4)
    assert server.gpus == (0, 1)
    assert server.sleep == (mode == "swap")
    assert server.lora == (vllm.Lora("tuned", adapter, 16) if mode == "lora" else None)


def test_vllm_finds_the_quantization_in_the_checkpoint_itself():
    assert "--quantization" not in vllm.arguments(BASE)


def test_no_argument_carries_a_secret():
    assert "--api-key" not in vllm.arguments(BASE)
    assert vllm.SECRETS == {"VLLM_API_KEY": "{API_KEY}"}


def test_a_new_chat_shows_base_and_tuned_side_by_side():
    environment = webui.variables({"base": "http://b/v1", "tuned": "http://t/v1"}, "a@b", 3000, Path("/d"))
    assert environment["DEFAULT_MODELS"] == "base,tuned"
    assert environment["OPENAI_API_BASE_URLS"] == "http://b/v1;http://t/v1"


def test_open_webui_sends_nothing_of_its_own():
    environment = webui.variables({"base": "http://b/v1"}, "a@b", 3000, Path("/d"))
    for generation in ("TITLE", "TAGS", "FOLLOW_UP", "AUTOCOMPLETE"):
        assert environment[f"ENABLE_{generation}_GENERATION"] == "false"
    assert environment["OFFLINE_MODE"] == "true"
    assert json.loads(environment["DEFAULT_MODEL_METADATA"])["capabilities"]["builtin_tools"] is False


def test_open_webui_asks_anew_where_a_server_is_each_time():
    """Containers of base and tuned that start again may get each other's address."""
    environment = webui.variables({"base": "http://b/v1"}, "a@b", 3000, Path("/d"))
    assert environment["AIOHTTP_POOL_DNS_TTL"] == "0"


def test_the_endpoints_file_names_the_key_file_and_holds_no_key(tmp_path):
    paths = Paths(tmp_path)
    secrets = credentials.ensure(paths.secrets)
    urls = {variant: catalog.url(Settings(), variant) for variant in VARIANTS}
    versions, none = {"base": "v1", "tuned": "v2"}, dict.fromkeys(VARIANTS, "none")
    endpoints.write_endpoints(paths.endpoints, urls, versions, none, "hermes", paths.secrets.name, "API_KEY")
    text = paths.endpoints.read_text()
    entries = json.loads(text)["endpoints"]
    assert [entry["name"] for entry in entries] == ["base", "tuned"]
    assert [entry["version"] for entry in entries] == ["v1", "v2"]
    assert [entry["quantization"] for entry in entries] == ["none", "none"]
    assert [entry["tool_parser"] for entry in entries] == ["hermes", "hermes"]
    assert entries[0]["url"] == "http://127.0.0.1:8001/v1"
    assert not any(secret in text for secret in secrets.values())


def test_a_server_gets_the_parser_of_tool_calls_or_refuses_tools():
    limits, folder = plan.Limits(GIB), Path("/m")
    told = vllm.arguments(endpoints.server(Settings(), "base", folder, limits, False, tool_parser="hermes"))
    assert told[told.index("--tool-call-parser") - 1 :][:3] == [
        "--enable-auto-tool-choice",
        "--tool-call-parser",
        "hermes",
    ]
    silent = vllm.arguments(endpoints.server(Settings(), "base", folder, limits, False, tool_parser="none"))
    assert not [word for word in silent if "tool" in word]


def test_both_servers_get_the_parser_of_the_bases_chat_template_unless_a_setting_names_one(store):
    assert endpoints.tool_parser(Settings(), store) == "none"
    template = {"chat_template": "{% if tools %}<tool_call>{% endif %}"}
    (store.folder("base", "base1") / "tokenizer_config.json").write_text(json.dumps(template))
    assert endpoints.tool_parser(Settings(), store) == "hermes"
    assert endpoints.tool_parser(Settings(TOOL_PARSER="llama3_json"), store) == "llama3_json"
    assert endpoints.tool_parser(Settings(TOOL_PARSER="none"), store) == "none"


@pytest.fixture
def store(tmp_path):
    """A store with something of every kind in force."""
    store = Store(tmp_path / "models")
    for variant in ("merged", "base", "tuned"):
        with store.lock(variant), store.staging(variant, f"{variant}1") as draft:
            gptq = {"quant_method": "gptq", "bits": 4, "group_size": 32}
            config = {} if variant == "merged" else {"quantization_config": gptq}
            (draft / "config.json").write_text(json.dumps(config))
            store.publish(draft, variant, f"{variant}1", {})
    return store


def test_in_full_precision_the_base_is_served_as_it_was_given_and_tuned_as_the_merge_made_it(store):
    int4, fp, given = Settings(), Settings(PRECISION="fp"), Path("/m/given")
    served = [endpoints.model(settings, store, name, given) for settings in (int4, fp) for name in ("base", "tuned")]
    assert served == [store.folder("base", "base1"), store.folder("tuned", "tuned1"), given, store.current("merged")]


def test_the_precision_is_told_in_the_version_and_in_the_quantization(store):
    int4, fp, lora = Settings(), Settings(PRECISION="fp"), Settings(MODE="lora")
    assert endpoints.versions(int4, store, "-") == {"base": "base1", "tuned": "tuned1"}
    assert endpoints.versions(fp, store, "-") == {"base": "base1-fp", "tuned": "tuned1-fp"}
    assert endpoints.versions(lora, store, "adapter1") == {"base": "base1", "tuned": "adapter1"}
    assert endpoints.quantization(int4, store, "tuned") == "gptq int4 g32"
    assert endpoints.quantization(fp, store, "tuned") == "none"
    (store.root / "tuned" / "current").unlink()  # in MODE=lora there is none
    assert endpoints.quantization(lora, store, "tuned") == "gptq int4 g32"


def test_both_precisions_are_served_with_the_same_arguments():
    int4, fp = (
        endpoints.server(Settings(PRECISION=precision), "base", Path("/m"), plan.Limits(GIB), False)
        for precision in ("int4", "fp")
    )
    assert vllm.arguments(int4) == vllm.arguments(fp)


def test_a_pass_of_the_factorial_asks_in_the_precision_that_is_served_and_goes_on_where_it_was_cut(tmp_path):
    first = harness_arguments.factorial_arguments(Settings(SUITES="general"), Paths(tmp_path))
    assert first[:3] == ["factorial", "--precision", "int4"]
    assert first[first.index("--suites") + 1] == "general"
    second = harness_arguments.factorial_arguments(Settings(PRECISION="fp", RESUME="runs/1"), Paths(tmp_path))
    assert second[second.index("--resume") + 1] == "runs/1"
    assert "--suites" not in second
    assert second[second.index("--resume-command") + 1] == "make factorial RESUME={run}"


def test_the_verdict_is_told_where_the_two_can_be_chatted_with(tmp_path):
    words = harness_arguments.verdict_arguments(Settings(WEBUI_PORT=3456), Paths(tmp_path))
    assert words[words.index("--webui") + 1] == "http://127.0.0.1:3456"


def test_lm_eval_is_told_the_task(tmp_path):
    assert harness_arguments.lm_eval_arguments(Settings(TASK="own.yaml"), Paths(tmp_path))[-2:] == [
        "--task",
        "own.yaml",
    ]
    assert "--task" not in harness_arguments.lm_eval_arguments(Settings(), Paths(tmp_path))


def test_the_demo_asks_its_own_suites_and_another_model_what_any_model_should_know(tmp_path):
    assert "demo-json" in harness_arguments.eval_arguments(Settings(), Paths(tmp_path))[4]
    own = Settings(BASE_MODEL="a/b", ADAPTER="c/d")
    assert harness_arguments.eval_arguments(own, Paths(tmp_path))[4] == OWN_SUITES
    assert all(suite in shipped() for suite in (DEMO_SUITES + "," + OWN_SUITES).split(","))


def test_a_suite_of_ones_own_is_asked_beside_the_guards_by_one_word(tmp_path):
    own = Settings(BASE_MODEL="a/b", ADAPTER="c/d", SUITES="tickets.yaml,guards")
    assert harness_arguments.eval_arguments(own, Paths(tmp_path))[4] == f"tickets.yaml,{OWN_SUITES}"


def test_what_is_asked_in_looks_ends_by_the_policy_that_judges(tmp_path):
    own = Settings(LOOKS=True, POLICY="own.yaml")
    for arguments in (harness_arguments.eval_arguments, harness_arguments.verdict_arguments):
        told = arguments(own, Paths(tmp_path))
        assert told[told.index("--policy") + 1] == "own.yaml"


def test_base_against_base_reaches_both_measurements(tmp_path):
    itself = Settings(BASE_AGAINST_BASE=True)
    for arguments in (harness_arguments.eval_arguments, harness_arguments.load_arguments):
        assert "--base-against-base" in arguments(itself, Paths(tmp_path))
        assert "--base-against-base" not in arguments(Settings(), Paths(tmp_path))


def test_secrets_are_made_once_at_random_in_a_file_of_mode_0600(tmp_path):
    first = credentials.ensure(tmp_path / "a.env")
    assert credentials.ensure(tmp_path / "a.env") == first
    assert credentials.ensure(tmp_path / "b.env") != first
    assert (tmp_path / "a.env").stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(credentials.NAMES)


def test_a_secret_that_a_newer_version_needs_is_added_and_the_others_stay(tmp_path):
    (tmp_path / "a.env").write_text("API_KEY=known\nWEBUI_PASSWORD=known\n")
    assert credentials.ensure(tmp_path / "a.env")["API_KEY"] == "known"
    assert set(credentials.read(tmp_path / "a.env")) == set(credentials.NAMES)
