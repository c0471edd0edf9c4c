"""Every family that is served, with every quantizer: merged and quantized by the jobs, told what `make up` tells them.

The models are tiny. One server starts, for the family that no other test has answer: the demo is a Llama, and
test_own_model.py serves a Qwen2.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from serve.hardware import has_nvidia_gpu
from serve.models.store import Store
from serve.models.vllm_0_32 import SUPPORTED
from serve.paths import Paths
from serve.runtimes.jobs import Jobs, merge_command, quantize_command, recipe_words
from serve.runtimes.local.jobs import LocalJobRunner, environment_of
from serve.runtimes.pipeline import version
from serve.settings import Settings
from tests.e2e.serving import answered, cpu_server, serving
from tests.newcomer import Checkout

QUANTIZERS = get_args(Settings.model_fields["QUANTIZER"].annotation)
# One table for embedding and output, or two; or two because of what the adapter does to one.
EMBEDDINGS = {"tied": (True, "plain"), "untied": (False, "plain"), "untied by the adapter": (True, "the embedding")}
MODELS = list(itertools.product(SUPPORTED, EMBEDDINGS))


@pytest.fixture(scope="module")
def folders(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """A folder for each model, with base and adapter in it."""
    python = str(checkout.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    root = tmp_path_factory.mktemp("families")
    folders = {model: root / " ".join(model).replace(" ", "-") for model in MODELS}
    wanted = {str(folders[family, embeddings]): [family, *EMBEDDINGS[embeddings]] for family, embeddings in MODELS}
    tokenizer = str(checkout.root / "images" / "demo" / "base")
    done = checkout.run(python, "-m", "tests.e2e.jobs.tiny", tokenizer, json.dumps(wanted))
    assert done.code == 0, done.said
    return folders


@dataclass(frozen=True)
class Outcome:
    """Of a run of a job: its exit code, the last line that it said, and the store it was to write to."""

    code: int
    said: str
    store: Store

    @property
    def checkpoint(self) -> Path:
        assert self.code == 0, self.said
        return self.store.folder("tuned", version(self.said))


Made = dict[tuple[str, str, str], Outcome]


@pytest.fixture(scope="module")
def made(checkout: Checkout, folders: dict[tuple[str, str], Path]) -> Made:
    """What became of each model with each quantizer."""
    prompts = map(json.loads, (checkout.root / "images" / "quantize" / "calibration.jsonl").read_text().splitlines())
    calibration = folders[MODELS[0]].with_name("calibration.jsonl")  # as texts, which nobody has to answer first
    calibration.write_text("".join(json.dumps({"text": row["messages"][0]["content"]}) + "\n" for row in prompts))
    paths, stores = Paths(checkout.root), {model: folder / "models" for model, folder in folders.items()}
    jobs = Jobs(paths)

    def run(name: str, loads: str, commands: list[list[str]]) -> list[Outcome]:
        file = calibration.with_name(f"{name}.json")
        (python, _, module, *_), *_ = commands
        file.write_text(json.dumps([words[3:] for words in commands]))
        several = checkout.root / "tests" / "e2e" / "jobs" / "several.py"
        command = [python, str(several), module, loads, str(file)]
        ended = json.loads(jobs.run(name, command, paths.log(name), print))
        return [Outcome(code, said, Store(store)) for (code, said), store in zip(ended, stores.values(), strict=True)]

    python = paths.environment("merge") / "bin" / "python"
    run(
        "merge",
        "peft,transformers",
        [merge_command(python, folders[m] / "base", folders[m] / "adapter", stores[m], []) for m in MODELS],
    )
    outcomes: Made = {}
    for quantizer in QUANTIZERS:
        settings = Settings(QUANTIZER=quantizer)
        LocalJobRunner(settings, paths, has_nvidia_gpu(), jobs).prepare("quantize").act(print)
        python = environment_of("quantize", settings, paths, has_nvidia_gpu()).python
        recipe = recipe_words(quantizer, settings.GPTQ_GROUP_SIZE, calibration)
        commands = [
            quantize_command(python, store / "merged" / "current", "tuned", store, recipe, settings.GPTQ_KL_LIMIT)
            for store in stores.values()
        ]
        loads = {"auto-gptq": "transformers,auto_gptq"}.get(quantizer, "transformers")  # gptqmodel begins threads
        for model, outcome in zip(MODELS, run(f"quantize-{quantizer}", loads, commands), strict=True):
            outcomes[*model, quantizer] = outcome
    return outcomes


@pytest.mark.parametrize("quantizer", QUANTIZERS)
@pytest.mark.parametrize(("family", "embeddings"), MODELS)
def test_a_model_is_merged_and_quantized(made: Made, family: str, embeddings: str, quantizer: str) -> None:
    checkpoint = made[family, embeddings, quantizer].checkpoint
    config = json.loads((checkpoint / "config.json").read_text())
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    assert config["model_type"] == family
    assert config["tie_word_embeddings"] is (embeddings == "tied")
    assert config["quantization_config"]["quant_method"] == "gptq"
    assert manifest["parameters"]["engine"] == quantizer
    assert manifest["proof"]["linear_saved"] > 0.6


def test_a_mistral_at_int4_is_served_by_vllm_and_answers_a_chat(made: Made, checkout: Checkout, tmp_path: Path) -> None:
    server = cpu_server(made["mistral", "untied", QUANTIZERS[0]].checkpoint, 256, 2**26)
    with serving(checkout, server, tmp_path / "log") as said:
        assert "MistralForCausalLM" in said
        told = {"max_tokens": 8, "ignore_eos": True}  # its weights are random
        answer = answered(server, "/v1/chat/completions", messages=[{"role": "user", "content": "Hello?"}], **told)
    assert answer["usage"]["completion_tokens"] == 8
    assert isinstance(answer["choices"][0]["message"]["content"], str)


def test_the_table_on_the_page_is_what_came_out(made: Made, checkout: Checkout) -> None:
    names = [f"`{quantizer}`" for quantizer in QUANTIZERS]
    rows = [["family", "embedding and output head", *names], ["---"] * (2 + len(names))]
    for family, embeddings in MODELS:
        codes = [made[family, embeddings, quantizer].code for quantizer in QUANTIZERS]
        rows.append([family, embeddings, *("fails" if code else "passes" for code in codes)])
    table = "".join(f"|{'|'.join(row)}|\n" for row in rows)
    assert table in (checkout.root / "serve" / "README.md").read_text().replace(" |", "|").replace("| ", "|")
