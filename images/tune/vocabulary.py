"""Tokens for a person's text: what it often says in several of a base's tokens becomes one, added to the base's own.

Byte pair encoding goes on where the base's left off, with the base's tokens as its letters: borders that the base draws
between words hold, and what the text seldom says is read as ever. It knows nothing of models.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serve.errors import UsageError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

LETTERS = 0x10000  # the letter of the base's token 0; from here on none is white space
SEEN = 2  # times at least, for two neighbours to become one
LONGEST = 16  # tokens of the base in one that is added
AT_ONCE = 1000  # texts
BYTE = re.compile(r"<0x[0-9A-F]{2}>")  # how SentencePiece calls a byte, which is none within a longer piece
SPACE = "▁"  # SentencePiece's, at which words begin
ADDED = "added.json"
FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")


@dataclass(frozen=True)
class Added:
    """`first`: the number of the first token that was added. `pieces`: of each, the base's tokens that it is made of.
    `before` and `after`: the tokens of the text that they were learnt from, without and with them.
    """

    first: int
    pieces: list[list[int]]
    before: int
    after: int


def learnt(base: Path, first: int, texts: Sequence[str], tokens: int, folder: Path) -> Added:
    """Writes the tokenizer's files into `folder`, once: there they are as a whole, or not at all.

    `first`: the rows of the base's embedding, from which on numbers are free. Raises UsageError for a text in which
    nothing comes twice.
    """
    from tokenizers import Tokenizer

    if not folder.exists():
        told = json.loads((base / FILES[0]).read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(base / FILES[0]))
        alone = apart(told)
        found = Counter(word for one in encoded(tokenizer, texts) for word in words(one, alone))
        made, pieces = extended(told, further(found, tokens), first)
        if not pieces:
            raise UsageError("vocabulary: nothing in its text comes twice in several tokens; name a longer `text`")
        draft = folder.with_name(f"{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        carry(base, draft)
        (draft / FILES[0]).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        longer = Tokenizer.from_file(str(draft / FILES[0]))
        before, after = (sum(len(one.ids) for one in encoded(by, texts)) for by in (tokenizer, longer))
        (draft / ADDED).write_text(json.dumps(asdict(Added(first, pieces, before, after))))
        draft.rename(folder)
    return read(folder)


def read(folder: Path) -> Added:
    return Added(**json.loads((folder / ADDED).read_text()))


def carry(source: Path, target: Path) -> None:
    """The files of a tokenizer, which say all of it."""
    for name in FILES:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def encoded(tokenizer: "Tokenizer", texts: Sequence[str]) -> "Iterator[Encoding]":
    for begin in range(0, len(texts), AT_ONCE):
        yield from tokenizer.encode_batch(texts[begin : begin + AT_ONCE], add_special_tokens=False)


def apart(told: Mapping[str, Any]) -> set[int]:
    """Of a tokenizer.json, the tokens that stay alone: special ones, bytes, and digits, which models count with."""
    model = told["model"]
    special = {one["id"] for one in told["added_tokens"]}
    return special | {
        number
        for piece, number in model["vocab"].items()
        if piece.isdigit() or BYTE.fullmatch(piece) or piece == model.get("unk_token")
    }


def words(text: "Encoding", alone: Collection[int]) -> Iterator[str]:
    """Its words, a letter for each of the base's tokens."""
    word, begun = "", None
    for number, piece, place in zip(text.ids, text.tokens, text.word_ids, strict=True):
        if place != begun or piece.startswith(SPACE) or number in alone:
            yield from filter(None, [word])
            word = ""
        begun = place
        if number not in alone:
            word += chr(LETTERS + number)
    yield from filter(None, [word])


def further(words: Mapping[str, int], tokens: int) -> list[tuple[str, str]]:
    """The merges that follow, at most so many, in order; `words` with how often each comes."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.trainers import BpeTrainer

    letters = {letter for word in words for letter in word}
    counting = Tokenizer(BPE())
    counting.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(
        vocab_size=len(letters) + tokens, min_frequency=SEEN, max_token_length=LONGEST, show_progress=False
    )
    counting.train_from_iterator(chain.from_iterable(repeat(word, times) for word, times in words.items()), trainer)
    return [(left, right) for left, right in json.loads(counting.to_str())["model"]["merges"]]


def extended(
    told: Mapping[str, Any], merges: Sequence[tuple[str, str]], first: int
) -> tuple[dict[str, Any], list[list[int]]]:
    """A tokenizer.json with these merges after its own, and what each token is made of that this adds, from `first` on.

    Its special tokens get a place among the others: reading the file, the library gives those that have none the next
    number, whatever number they state.
    """
    model = told["model"]
    vocabulary = {**model["vocab"], **{one["content"]: one["id"] for one in told["added_tokens"]}}
    names = {number: piece for piece, number in vocabulary.items()}
    pieces: list[list[int]] = []
    pairs = []
    for sides in merges:
        pair = ["".join(names[ord(letter) - LETTERS] for letter in side) for side in sides]
        pairs.append(pair)
        if "".join(pair) not in vocabulary:
            vocabulary["".join(pair)] = first + len(pieces)
            pieces.append([ord(letter) - LETTERS for side in sides for letter in side])
    in_words = bool(model["merges"]) and isinstance(model["merges"][0], str)  # as older versions wrote them
    more = [" ".join(pair) for pair in pairs] if in_words else pairs
    return {**told, "model": {**model, "vocab": vocabulary, "merges": [*model["merges"], *more]}}, pieces
