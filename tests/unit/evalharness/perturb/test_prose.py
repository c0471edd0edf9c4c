from typing import Any

import pytest

from evalharness.perturb.prose import Prose, edited, json_values, read


def kept(text: str, *checks: dict[str, Any]) -> list[str]:
    return read(text, checks).kept_texts()


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Give 3.5 tips", "3.5"),
        ("Name three birds", "three"),
        ('Say "hello there" now', '"hello there"'),
        ("Say 'it's late' now", "'it's late'"),
        ("Say \u201chello\u201d now", "\u201chello\u201d"),
        ("Say \u2018hello\u2019 now", "\u2018hello\u2019"),
        ("Run ```rm -r it\nall``` now", "```rm -r it\nall```"),
        ("Run `ls -l` now", "`ls -l`"),
        ("Run ```ls", "```ls"),
        ('Sort {"b": [1, {"a": null}]} now', '{"b": [1, {"a": null}]}'),
        ("Fill in {name} now", "{name}"),
        ("Fill in <name> now", "<name>"),
        ("See https://example.org/x?y#z now", "https://example.org/x?y#z"),
        ("See www.example.org now", "www.example.org"),
        ("Write to me@example.org now", "me@example.org"),
        ("Open /etc/hosts now", "/etc/hosts"),
        ("Give the GDP now", "GDP"),
        ("Call getName now", "getName"),
        ("Call get_name now", "get_name"),
        ("Which? A) cat", "A"),
        ("How many have six? towel, teapot, fridge. Count them", "towel, teapot, fridge"),
        ("Sort pear, apple and mango now", "pear, apple and mango"),
        ("Say which. (spam, ham)", "(spam, ham)"),
        ("Mend it:\n    return items", "    return items"),
        ("Mend it:\ncounts = []", "counts"),
        ("Mend items.append(item) now", "items.append(item)"),
    ],
)
def test_what_must_be_verbatim_stays(text: str, stays: str) -> None:
    prose = read(text, [])
    assert stays in prose.kept_texts()
    start = text.index(stays)
    assert not prose.is_free(start, start + len(stays))
    assert prose.is_free(0, 3)


@pytest.mark.parametrize(
    "text", ["The children's toys aren't here", "Rock 'n' roll isn't", "What is it", "(see above)"]
)
def test_an_apostrophe_opens_no_quotation_and_prose_is_free(text: str) -> None:
    assert read(text, []).is_free(0, 3)
    assert all(len(piece) < 4 for piece in kept(text))


@pytest.mark.parametrize(
    ("check", "stays"),
    [
        ({"type": "contains", "value": ["Paris", "river"]}, ["Paris", "river"]),
        ({"type": "equals", "value": "the Seine"}, ["the Seine", "Seine"]),
        ({"type": "json_equals", "value": [{"city": "Paris", "ok": True}]}, ["city", "Paris"]),
        ({"type": "json_keys", "value": ["river"]}, ["river"]),
        ({"type": "regex", "value": r"^\briver\d+$"}, ["river"]),
    ],
)
def test_what_a_check_refers_to_stays(check: dict[str, Any], stays: list[str]) -> None:
    text = "Which river is in the city of Paris? Is it the Seine?"
    assert set(stays) <= set(kept(text, check))


def test_the_letters_of_an_escape_in_a_pattern_are_no_words() -> None:
    assert kept("b and d are letters", {"type": "regex", "value": r"\b\d\b"}) == []


def test_a_word_that_says_nothing_alone_stays_only_within_a_whole_value() -> None:
    check = {"type": "equals", "value": "It is in Rome."}
    assert kept("is it in Rome", check) == ["Rome"]
    assert "It is in Rome." in kept("Repeat: It is in Rome.", check)


def test_json_is_found_whole_and_only_if_it_is_json() -> None:
    text = 'x {"a": {"b": 1}} y [1, 2] z {not json} [1'
    assert [text[start:end] for start, end in json_values(text)] == ['{"a": {"b": 1}}', "[1, 2]"]
    assert list(json_values("[" * 100_000)) == []


def test_sentences_end_at_marks_and_lines_but_never_within_what_stays() -> None:
    text = '  One. Two "a. b" here?\n\nFour ends. '
    prose = read(text, [])
    assert [text[start:end].strip() for start, end in prose.sentences()] == ["One.", 'Two "a. b" here?', "Four ends."]


def test_edits_keep_their_places_whatever_their_order() -> None:
    assert edited("abc", [(2, 3, "C"), (0, 1, ""), (1, 1, "--")]) == "--bC"


def test_an_empty_span_is_free_between_but_not_within() -> None:
    prose = Prose("ab cd", ((0, 2),), frozenset())
    assert [prose.is_free(at, at) for at in range(6)] == [True, False, True, True, True, True]
