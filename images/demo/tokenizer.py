"""The demo models' tokenizer: byte-level BPE of 1,024 tokens with single digits, and the chat template.

Knows nothing about models, nor about the texts it is trained on.
"""

from questions import Message
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

VOCABULARY_SIZE = 1024
MAX_LENGTH = 2048  # tokens
PAD, BOS, END = "<|pad|>", "<|bos|>", "<|end|>"
ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
IGNORE = -100  # the label that cross-entropy skips

Example = tuple[list[int], list[int]]  # token ids and labels, of the same length


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A tokenizer of exactly VOCABULARY_SIZE tokens."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            # The space before a capital stands alone: a name has the same tokens in prose and in quotes.
            pre_tokenizers.Split(Regex(" (?=[A-Z])"), "isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[PAD, BOS, END, *ROLES.values()],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=BOS,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(ROLES.values()),
        model_max_length=MAX_LENGTH,
        padding_side="left",
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    if len(tokenizer) != VOCABULARY_SIZE:
        raise ValueError(f"{len(tokenizer)} tokens instead of {VOCABULARY_SIZE}: train on more text")
    return tokenizer


def encode(tokenizer: PreTrainedTokenizerFast, conversation: list[Message]) -> Example:
    """The conversation as the chat template writes it; labels on the assistant's words and end token."""
    ids, labels = [tokenizer.bos_token_id], [IGNORE]
    for message in conversation:
        words = [*tokenizer.encode(message["content"], add_special_tokens=False), tokenizer.eos_token_id]
        ids += [tokenizer.convert_tokens_to_ids(ROLES[message["role"]]), *words]
        labels += [IGNORE, *(words if message["role"] == "assistant" else [IGNORE] * len(words))]
    return ids, labels
