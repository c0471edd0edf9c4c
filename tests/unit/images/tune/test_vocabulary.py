"""A person's text takes fewer tokens, and all else is read as the base reads it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from images.tune import vocabulary
from images.tune.vocabulary import LETTERS, learnt, words
from serve.errors import UsageError

DEMO = Path(__file__).parents[4] / "images" / "demo" / "base"
TEXTS = [
    "The reconciliation of Kleinostheim's quarterly turbidity readings is due in 2026.",
    "Turbidity above 2026 units: the reconciliation waits for Kleinostheim — naïve, but quarterly.",
    "Quarterly reconciliation, turbidity, Kleinostheim.",
]


def base(folder, change=lambda told: told):
    """The demo's tokenizer, with something about it changed."""
    folder.mkdir()
    vocabulary.carry(DEMO, folder)
    told = json.loads((DEMO / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps(change(told)), encoding="utf-8")
    return folder


def read(folder):
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    folder = tmp_path_factory.mktemp("added") / "vocabulary"
    return learnt(DEMO, 1024, TEXTS, 40, folder), read(folder)


def numbers(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def test_the_text_takes_fewer_tokens_as_counted_by_the_tokenizer_itself(added):
    made, longer = added
    assert 10 < len(made.pieces) <= 40
    assert made.before == sum(len(numbers(read(DEMO), text)) for text in TEXTS)
    assert made.after == sum(len(numbers(longer, text)) for text in TEXTS) < 0.7 * made.before
    assert len(numbers(longer, " turbidity")) == 1


@given(st.one_of(st.text(), st.lists(st.sampled_from(" ".join(TEXTS).split()), max_size=8).map(" ".join)))
def test_each_new_token_stands_for_what_the_base_reads_and_nothing_else_changes(added, text):
    made, longer = added
    pieces = dict(enumerate(made.pieces, made.first))
    found = numbers(longer, text)
    assert [number for one in found for number in pieces.get(one, [one])] == numbers(read_demo(), text)
    assert longer.decode(found, skip_special_tokens=False) == read_demo().decode(
        numbers(read_demo(), text), skip_special_tokens=False
    )


def read_demo(known=[]):  # noqa: B006 - reading it takes longer than a text
    if not known:
        known.append(read(DEMO))
    return known[0]


def test_digits_stay_single(added):
    assert len(numbers(added[1], "2026")) == 4


def apart_and_padded(told):
    """As in Qwen2: special tokens after all others and not among them, and rows to spare after those."""
    special = [one["content"] for one in told["added_tokens"]]
    vocab = {piece: number - len(special) for piece, number in told["model"]["vocab"].items() if piece not in special}
    placed = [{**one, "id": len(vocab) + number} for number, one in enumerate(told["added_tokens"])]
    return {**told, "added_tokens": placed, "model": {**told["model"], "vocab": vocab}}


def test_special_tokens_keep_their_numbers_and_spare_rows_stay_spare(tmp_path):
    theirs = base(tmp_path / "base", apart_and_padded)
    made = learnt(theirs, 1056, TEXTS, 10, tmp_path / "vocabulary")
    before, after = read(theirs), read(tmp_path / "vocabulary")
    assert after.token_to_id("<|user|>") == before.token_to_id("<|user|>") == 1022
    assert numbers(after, "<|user|>")[-1] == 1022
    assert sorted(after.get_vocab().values())[-10:] == [made.first + number for number in range(10)]
    assert made.first == 1056


def test_merges_written_as_older_versions_did_are_read(tmp_path):
    def older(told):
        merges = [" ".join(pair) for pair in told["model"]["merges"]]
        return {**told, "model": {**told["model"], "merges": merges}}

    made = learnt(base(tmp_path / "base", older), 1024, TEXTS, 10, tmp_path / "vocabulary")
    assert len(made.pieces) == 10
    assert read(tmp_path / "vocabulary").get_vocab_size() == 1034


def test_the_same_text_gives_the_same_file_and_a_finished_one_is_kept(tmp_path):
    files = [tmp_path / name for name in ("one", "two")]
    first, second = (learnt(DEMO, 1024, TEXTS, 40, file) for file in files)
    assert first == second == learnt(DEMO, 1024, ["other"], 40, files[0])
    one, two = ((file / "tokenizer.json").read_bytes() for file in files)
    assert one == two


def test_with_the_tokenizer_come_its_chat_template_and_settings(tmp_path):
    learnt(DEMO, 1024, TEXTS, 5, tmp_path / "vocabulary")
    assert (tmp_path / "vocabulary" / "tokenizer_config.json").read_bytes() == (
        DEMO / "tokenizer_config.json"
    ).read_bytes()


def test_a_text_that_says_nothing_twice_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nothing in its text comes twice in several tokens"):
        learnt(DEMO, 1024, ["7 7 7"], 5, tmp_path / "vocabulary")
    assert not (tmp_path / "vocabulary").exists()


def test_where_a_tokenizer_draws_no_borders_words_end_at_spaces_and_bytes():
    pieces = ["▁the", "▁tur", "bid", "ity", "<0x0A>", "▁the", "n"]
    text = SimpleNamespace(ids=[1, 2, 3, 4, 9, 1, 5], tokens=pieces, word_ids=[0] * 7)
    found = [[ord(letter) - LETTERS for letter in word] for word in words(text, {9})]
    assert found == [[1], [2, 3, 4], [1, 5]]
