"""Measure base and tuned model on the demo suites: greedy answers in bfloat16, before any quantization.

A look at the result of a training; knows nothing of servers. The judgement is the evaluation harness's.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import yaml
from peft import PeftModel
from suites import SUITES
from tqdm import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

TABLE_HEAD = """\
| suite | prompts | base: valid JSON | base: right | tuned: valid JSON | tuned: right |
|---|---|---|---|---|---|"""


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parse_json(answer: str) -> Any:
    """The answer's value; ValueError if it is not strict JSON as a whole."""
    return json.loads(answer, object_pairs_hook=unique_keys, parse_constant=refuse_constant)


def passes(check: dict[str, Any], answer: str) -> bool:
    """Whether the answer passes one check of a demo suite."""
    if check["type"] == "equals":
        return answer.strip() == check["value"]
    try:
        value = parse_json(answer)
    except ValueError:
        return False
    return check["type"] == "json_valid" or value == check["value"]


def right(prompt: dict[str, Any], answer: str) -> bool:
    return all(passes(check, answer) for check in prompt["checks"])


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
        cells.append(rate(passes({"type": "json_valid"}, answer) for answer in model_answers))
        cells.append(rate(map(right, prompts, model_answers)))
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
