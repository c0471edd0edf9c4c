"""The training loop of both stages, with Muon for weight matrices: examples in, a trained model out.

Knows nothing about the world, the tokenizer or LoRA: it moves whatever parameters ask for gradients.
"""

import math
import random
from collections.abc import Iterator
from functools import partial

import torch
from tokenizer import IGNORE, Example
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm
from transformers import PreTrainedModel

BATCH_SIZE = 16  # conversations
BUCKET = 16  # batches sorted by length together: less padding, order still random
WARMUP_STEPS = 60
FINAL_LEARNING_RATE = 0.02  # of the peak
GRADIENT_NORM = 1.0
WEIGHT_DECAY = 0.01
PEAK_LEARNING_RATE = 3e-3  # of LoRA, 1.5e-3 was slower and 8e-3 unstable


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, then a cosine from 1 down to FINAL_LEARNING_RATE."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return min(1, (step + 1) / WARMUP_STEPS) * (FINAL_LEARNING_RATE + (1 - FINAL_LEARNING_RATE) * cosine)


def batches(examples: list[Example], rng: random.Random) -> Iterator[list[Example]]:
    """Every example once, in batches of similar length, in random order."""
    for start in range(0, len(examples), BATCH_SIZE * BUCKET):
        window = sorted(examples[start : start + BATCH_SIZE * BUCKET], key=lambda example: len(example[0]))
        bucket = [window[i : i + BATCH_SIZE] for i in range(0, len(window), BATCH_SIZE)]
        rng.shuffle(bucket)
        yield from bucket


def to_tensors(batch: list[Example], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and labels, each (batch, longest), padded on the right."""
    longest = max(len(ids) for ids, _ in batch)
    inputs = [ids + [pad] * (longest - len(ids)) for ids, _ in batch]
    labels = [marks + [IGNORE] * (longest - len(marks)) for _, marks in batch]
    return torch.tensor(inputs), torch.tensor(labels)


def answer_loss(model: PreTrainedModel, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the labelled tokens."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(input_ids=inputs).logits
    targets = labels[:, 1:]
    labelled = targets != IGNORE
    return cross_entropy(logits[:, :-1][labelled].float(), targets[labelled])


def build_optimizers(model: PreTrainedModel) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for what else trains: embeddings, output head, norms.

    Muon (K. Jordan et al., 2024) needs several times fewer steps than AdamW here, most of all to learn to copy the
    second city of a question.
    """
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (matrices if ".layers." in name and parameter.ndim == 2 else others).append(parameter)
    settings = {"lr": PEAK_LEARNING_RATE, "weight_decay": WEIGHT_DECAY}
    optimizers = [torch.optim.Muon(matrices, adjust_lr_fn="match_rms_adamw", **settings)]
    if others:  # a LoRA adapter is matrices only
        optimizers.append(torch.optim.AdamW(others, betas=(0.9, 0.98), **settings))
    return optimizers


def train(model: PreTrainedModel, examples: list[Example], rng: random.Random, name: str) -> None:
    """One pass over the examples, whose number is a multiple of BATCH_SIZE, in mixed precision."""
    steps = len(examples) // BATCH_SIZE
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizers = build_optimizers(model)
    schedules = [LambdaLR(optimizer, partial(learning_rate_factor, steps=steps)) for optimizer in optimizers]
    model.train()
    progress = tqdm(batches(examples, rng), total=steps, desc=name, unit="step", mininterval=5)
    for batch in progress:
        loss = answer_loss(model, *to_tensors(batch, model.config.pad_token_id))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, GRADIENT_NORM)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        model.zero_grad()
        progress.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
