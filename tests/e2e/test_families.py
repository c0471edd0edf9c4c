"""Every family that is served, with every quantizer: merged and quantized by the jobs as `make up` runs them.

The models are tiny. One server starts, for the family that no other test has answer: the demo is a Llama, and
test_own_model.py serves a Qwen2.
"""

import itertools
import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest
import requests

from serve.hardware import has_nvidia_gpu
from serve.models.store import Store
from serve.models.vllm_0_32 import SUPPORTED
from serve.paths import Paths
from serve.runtimes.jobs import Jobs
from serve.runtimes.local.jobs import LocalJobRunner
from serve.runtimes.pipeline import version
from serve.settings import Settings
from tests.e2e.test_plan_against_vllm import KEY, cpu_server, serving
from tests.newcomer import Checkout

QUANTIZERS = get_args(Settings.model_fields["QUANTIZER"].annotation)
# One table for embedding and output, or two; or two because of what the adapter does to one.
EMBEDDINGS = {"tied": (True, "plain"), "untied": (False, "plain"), "untied by the adapter": (True, "the embedding")}
MODELS = list(itertools.product(SUPPORTED, EMBEDDINGS))


def silent(_: str) -> None:
    pass


def job_runner(folder: Path, deployment: Checkout, **settings: Any) -> LocalJobRunner:
    """A folder with models of its own, and the code and environments of the deployment."""
    (folder / ".tandem").mkdir(parents=True, exist_ok=True)
    for shared in ("images", "serve", ".tandem/environments"):
        if not (folder / shared).exists():
            (folder / shared).symlink_to(deployment.root / shared)
    paths = Paths(folder)
    return LocalJobRunner(Settings(**settings), paths, has_nvidia_gpu(), Jobs(paths))


@pytest.fixture(scope="module")
def folders(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """A folder for each model, with base and adapter in it."""
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    root = tmp_path_factory.mktemp("families")
    folders = {model: root / " ".join(model).replace(" ", "-") for model in MODELS}
    wanted = {str(folders[family, embeddings]): [family, *EMBEDDINGS[embeddings]] for family, embeddings in MODELS}
    tokenizer = str(deployment.root / "images" / "demo" / "base")
    done = deployment.run(python, "-m", "tests.e2e.tiny", tokenizer, json.dumps(wanted))
    assert done.code == 0, done.said
    return folders


@pytest.fixture(scope="module")
def made(deployment: Checkout, folders: dict[tuple[str, str], Path]) -> dict[tuple[str, str, str], Future[Path]]:
    """What became of each model with each quantizer: the folder of the checkpoint, or what went wrong."""
    prompts = map(json.loads, (deployment.root / "images" / "quantize" / "calibration.jsonl").read_text().splitlines())
    calibration = folders[MODELS[0]].with_name("calibration.jsonl")  # as texts, which nobody has to answer first
    calibration.write_text("".join(json.dumps({"text": row["messages"][0]["content"]}) + "\n" for row in prompts))
    outcomes: dict[tuple[str, str, str], Future[Path]] = {(*model, q): Future() for model in MODELS for q in QUANTIZERS}

    def make(family: str, embeddings: str) -> None:
        folder, merged = folders[family, embeddings], False
        for quantizer in QUANTIZERS:
            runner = job_runner(folder, deployment, QUANTIZER=quantizer, CALIBRATION=str(calibration))
            outcome = outcomes[family, embeddings, quantizer]
            try:
                merged = merged or bool(runner.merge(folder / "base", folder / "adapter", silent))
                made = version(runner.quantize("tuned", None, silent))
                outcome.set_result(Store(runner.paths.models).folder("tuned", made))
            except Exception as error:
                outcome.set_exception(error)

    for quantizer in QUANTIZERS:
        for name in ("merge", "quantize"):
            job_runner(folders[MODELS[0]], deployment, QUANTIZER=quantizer).prepare(name).act(silent)
    with ThreadPoolExecutor(2) as pool:  # a job has half the cores
        list(pool.map(make, *zip(*MODELS, strict=True)))
    return outcomes


@pytest.mark.parametrize("quantizer", QUANTIZERS)
@pytest.mark.parametrize(("family", "embeddings"), MODELS)
def test_a_model_is_merged_and_quantized(
    made: dict[tuple[str, str, str], Future[Path]], family: str, embeddings: str, quantizer: str
) -> None:
    checkpoint = made[family, embeddings, quantizer].result()
    config = json.loads((checkpoint / "config.json").read_text())
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    assert config["model_type"] == family
    assert config["tie_word_embeddings"] is (embeddings == "tied")
    assert config["quantization_config"]["quant_method"] == "gptq"
    assert manifest["parameters"]["engine"] == quantizer
    assert manifest["proof"]["linear_saved"] > 0.6


def test_a_mistral_at_int4_is_served_by_vllm_and_answers_a_chat(
    made: dict[tuple[str, str, str], Future[Path]], deployment: Checkout, tmp_path: Path
) -> None:
    server = cpu_server(made["mistral", "untied", QUANTIZERS[0]].result(), 256, 2**26)
    with serving(deployment, server, tmp_path / "log") as said:
        assert "MistralForCausalLM" in said
        body = {"model": server.name, "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 8}
        body |= {"ignore_eos": True}  # its weights are random
        url, headers = f"http://127.0.0.1:{server.port}/v1/chat/completions", {"Authorization": f"Bearer {KEY}"}
        answer = requests.post(url, json=body, headers=headers, timeout=60).json()
    assert answer["usage"]["completion_tokens"] == 8
    assert isinstance(answer["choices"][0]["message"]["content"], str)


def test_the_table_on_the_page_is_what_came_out(
    made: dict[tuple[str, str, str], Future[Path]], deployment: Checkout
) -> None:
    names = [f"`{quantizer}`" for quantizer in QUANTIZERS]
    rows = [["family", "embedding and output head", *names], ["---"] * (2 + len(names))]
    for family, embeddings in MODELS:
        failed = [made[family, embeddings, quantizer].exception() for quantizer in QUANTIZERS]
        rows.append([family, embeddings, *("fails" if error else "passes" for error in failed)])
    table = "".join(f"|{'|'.join(row)}|\n" for row in rows)
    assert table in (deployment.root / "serve" / "README.md").read_text().replace(" |", "|").replace("| ", "|")
