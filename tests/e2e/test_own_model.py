"""A person's own model, of the other family and with the other quantizer: the same way.

It takes the place of the demo, so conftest.py has it run after all that ask the demo.
"""

import json
import textwrap
from pathlib import Path

import pytest

from serve.models.store import Store
from tests.e2e.test_deployment import chat
from tests.newcomer import Checkout

QWEN2 = """
    import sys
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    tokenizer_folder, base, adapter = sys.argv[1:]
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    model = Qwen2ForCausalLM(Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    ))
    for name, weight in model.named_parameters():  # a trained model's projections have biases that are not zero
        if name.endswith("_proj.bias"):
            torch.nn.init.normal_(weight, std=0.1)
    model.to(torch.bfloat16).save_pretrained(base)
    tokenizer.save_pretrained(base)
    adapted = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    adapted.save_pretrained(adapter)
"""


@pytest.fixture(scope="module")
def own(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A random Qwen2 with tied embeddings and an adapter for it."""
    folder = tmp_path_factory.mktemp("own")
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    made = {"BASE_MODEL": folder / "qwen2", "ADAPTER": folder / "adapter"}
    tokenizer = str(deployment.root / "images" / "demo" / "base")
    done = deployment.run(python, "-c", textwrap.dedent(QWEN2), tokenizer, *map(str, made.values()))
    assert done.code == 0, done.said
    return made


def test_a_qwen2_with_the_other_quantizer_takes_the_same_way(deployment: Checkout, own: dict[str, Path]) -> None:
    settings = [f"{name}={folder}" for name, folder in own.items()]
    up = deployment.make("up", "QUANTIZER=gptqmodel", "GPTQ_GROUP_SIZE=32", *settings, timeout=1200)
    assert up.code == 0, up.said
    for name in ("base", "tuned"):
        manifest = json.loads((deployment.root / "models" / name / "current" / "manifest.json").read_text())
        assert manifest["parameters"]["engine"] == "gptqmodel"
        assert manifest["parameters"]["group_size"] == 32
        config = json.loads((deployment.root / "models" / name / "current" / "config.json").read_text())
        assert config["model_type"] == "qwen2"
        assert chat(deployment, name, deployment.secrets()["API_KEY"]).status_code == 200


def test_the_demos_versions_are_still_there_to_go_back_to(deployment: Checkout, own: dict[str, Path]) -> None:
    assert own
    assert len(Store(deployment.root / "models").versions("tuned")) == 2
