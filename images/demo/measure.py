"""Measure base and tuned model on the demo suites: greedy answers in bfloat16, before any quantization.

A look at the result of a training; knows nothing of servers. What makes an answer right is the harness's to say.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import yaml
from peft import PeftModel
from suites import SUITES
from tqdm import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the checkout, with the harness in it
from evalharness.checks import apply_checks
from evalharness.runs.rows.eval import Wanted

TABLE_HEAD = """\
| suite | prompts | base: valid JSON | base: right | tuned: valid JSON | tuned: right |
|---|---|---|---|---|---|"""


def passes(answer: str, checks: list[dict[str, Any]]) -> bool:
    return all(found.passed for found in apply_checks(answer, None, [Wanted(**check) for check in checks]))


def answers(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, suite: dict[str, Any]) -> list[str]:
    """The model's greedy answer to every prompt of the suite."""
    inputs = tokenizer.apply_chat_template(
        [prompt["messages"] for prompt in suite["prompts"]],
        add_generation_prompt=True,
        padding=True,
        return_dict=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        tokens = model.generate(**inputs, max_new_tokens=suite["sampling"]["max_tokens"], do_sample=False)
    return tokenizer.batch_decode(tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def rate(passed: Iterable[bool]) -> str:
    passed = list(passed)
    return f"{sum(passed) / len(passed):.1%}"


def row(suite: dict[str, Any], base: list[str], tuned: list[str]) -> str:
    """One line of the table: valid JSON and exactly right answers of base and tuned."""
    prompts = suite["prompts"]
    cells = [suite["suite"], str(len(prompts))]
    for model_answers in (base, tuned):
        cells.append(rate(passes(answer, [{"type": "json_valid"}]) for answer in model_answers))
        cells.append(rate(map(passes, model_answers, (prompt["checks"] for prompt in prompts))))
    return f"| {' | '.join(cells)} |"


def measure(base: Path, adapter: Path) -> str:
    """A Markdown table of both models' rates on every demo suite."""
    suites = [yaml.safe_load(path.read_text()) for path in sorted(SUITES.glob("demo-*.yaml"))]
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.bfloat16)
    base_answers = [answers(model, tokenizer, suite) for suite in tqdm(suites, desc="measure base")]
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    tuned_answers = [answers(model, tokenizer, suite) for suite in tqdm(suites, desc="measure tuned")]
    rows = [row(*suite) for suite in zip(suites, base_answers, tuned_answers, strict=True)]
    return "\n".join([TABLE_HEAD, *rows])
