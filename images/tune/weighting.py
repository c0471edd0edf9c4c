"""Entities that weigh more: of each row's loss, the tokens of the named spans have one share, all others the rest.

A row's weights add up to the number of its answer's tokens, so that the loss stays in nats a token, and rows without
named spans count as ever. trl has no such loss: this is its trainer with another one, and the rows made ready for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from serve.models.training_rows import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # the label of a token that is not learnt


def spans(text: str, begin: int, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where the names stand in a text from `begin` on, every time."""
    return [found for name in names if name for found in places(text, begin, name)]


def places(text: str, begin: int, name: str) -> Iterator[tuple[int, int]]:
    while (at := text.find(name, begin)) >= 0:
        begin = at + len(name)
        yield at, begin


def weights(
    offsets: Sequence[tuple[int, int]], begin: int, entities: Sequence[tuple[int, int]], share: float
) -> list[float]:
    """Of each token (its span in the text), 0 before `begin`. `share`: what the entities' tokens have of the sum.

    Where there is no token of either kind, all count alike.
    """
    learnt = [end > begin for _, end in offsets]
    named = [here and any(start < last and first < end for first, last in entities)
             for (start, end), here in zip(offsets, learnt, strict=True)]  # fmt: skip
    total, inside = sum(learnt), sum(named)
    if not inside or inside == total:
        return [float(here) for here in learnt]
    entity, other = share * total / inside, (1 - share) * total / (total - inside)
    return [0.0 if not here else entity if of_one else other for here, of_one in zip(learnt, named, strict=True)]


def prepared(row: Row, tokenizer: "PreTrainedTokenizerBase", share: float, max_length: int) -> dict[str, list[Any]]:
    """`input_ids`, `labels` and `weights` of a row, of one length, at most `max_length`."""
    prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)
    text = tokenizer.apply_chat_template([*row["prompt"], *row["completion"]], tokenize=False)
    read = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, begin = read["input_ids"], len(prompt)
    found = weights(read["offset_mapping"], begin, spans(text, begin, row.get("entities", [])), share)
    labels = [token if weight else IGNORED for token, weight in zip(ids, found, strict=True)]
    return {"input_ids": ids[:max_length], "labels": labels[:max_length], "weights": found[:max_length]}


def loss(
    logits: "torch.Tensor", labels: "torch.Tensor", weights: "torch.Tensor", tokens: "torch.Tensor | int | None"
) -> "torch.Tensor":
    """Weighted cross-entropy in nats a token. `logits` (rows, length, words); `labels` and `weights` (rows, length), of
    the token at each place; `tokens`: how many are learnt in the whole batch, None for as many as in these rows.
    """
    import torch

    wanted, weigh = labels[:, 1:], weights[:, 1:]
    each = torch.nn.functional.cross_entropy(
        logits[:, :-1].float().transpose(1, 2), wanted, ignore_index=IGNORED, reduction="none"
    )
    return (each * weigh).sum() / ((wanted != IGNORED).sum() if tokens is None else tokens)


def trainer() -> type[Any]:
    """trl's SFTTrainer with this loss, and a collator that keeps the weights."""
    import torch
    from trl import SFTTrainer
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    class Collator(DataCollatorForLanguageModeling):  # type: ignore[misc]
        def torch_call(self, examples: list[Mapping[str, Any]]) -> dict[str, Any]:
            weights = [torch.tensor(one["weights"]) for one in examples]
            plain = [{name: one[name] for name in ("input_ids", "labels")} for one in examples]
            batch: dict[str, Any] = super().torch_call(plain)
            longest = batch["labels"].shape[1]
            batch["weights"] = torch.stack([torch.nn.functional.pad(one, (0, longest - len(one))) for one in weights])
            return batch

    class WeightedTrainer(SFTTrainer):  # type: ignore[misc]
        def __init__(self, **told: Any) -> None:
            tokenizer = told["processing_class"]
            super().__init__(data_collator=Collator(pad_token_id=tokenizer.pad_token_id), **told)

        def _set_signature_columns_if_needed(self) -> None:
            self._signature_columns = ["input_ids", "labels", "weights"]

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            labels, weights = inputs.pop("labels"), inputs.pop("weights")
            outputs = model(**inputs, use_cache=False)
            found = loss(outputs.logits, labels, weights, num_items_in_batch)
            if num_items_in_batch is not None:  # of all processes, whose gradients are averaged
                found = found * self.accelerator.num_processes
            return (found, outputs) if return_outputs else found

    return WeightedTrainer
