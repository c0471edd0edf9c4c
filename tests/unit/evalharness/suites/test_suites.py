import argparse
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.commands.suites import main
from evalharness.errors import UsageError
from evalharness.runs.jsonl import digest
from evalharness.runs.rows.eval import Wanted
from evalharness.runs.typed import as_json
from evalharness.suites.files import load_suite, load_suites, shipped


def a_suite(**changes: Any) -> dict[str, Any]:
    prompt = {
        "id": "first",
        "messages": [{"role": "user", "content": "Say hello."}],
        "checks": [{"type": "contains", "value": ["hello"]}],
        "tags": ["greeting"],
    }
    whole = {
        "suite": "greetings",
        "version": 1,
        "title": "Greetings",
        "purpose": "superiority",
        "margin": 0.05,
        "sampling": {"max_tokens": 16},
        "prompts": [prompt],
    }
    return {**whole, **changes}


def written(folder: Path, content: Any, name: str = "own.yaml") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as raised:
        load_suite(path)
    said = str(raised.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said.removeprefix(str(path))


def test_every_sampling_parameter_is_stated_even_when_the_suite_leaves_it_out(tmp_path: Path) -> None:
    [row] = load_suite(written(tmp_path, a_suite())).rows()
    assert row.sampling == {
        "max_tokens": 16,
        "temperature": 0.0,
        "top_p": 1.0,
        "seed": 0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
    }
    assert row.checks == [Wanted(type="contains", value=["hello"])]


def test_a_rubric_goes_with_its_prompt_and_is_not_there_where_none_is_given(tmp_path: Path) -> None:
    content = a_suite()
    other = {"id": "second", "messages": [{"role": "user", "content": "Greet me."}], "rubric": "5: it is warm."}
    content["prompts"].append({**content["prompts"][0], **other})
    first, second = load_suite(written(tmp_path, content)).rows()
    assert first.rubric is None and "rubric" not in as_json(first)
    assert second.rubric == "5: it is warm."


def test_the_digest_follows_what_is_asked_and_not_how_the_file_is_laid_out(tmp_path: Path) -> None:
    plain = load_suite(written(tmp_path, a_suite()))
    reordered = load_suite(written(tmp_path, yaml.safe_dump(a_suite(title="Other words"), indent=8)))
    hotter = load_suite(written(tmp_path, a_suite(sampling={"max_tokens": 16, "temperature": 1.0})))
    assert digest(plain.rows()) == digest(reordered.rows()) != digest(hotter.rows())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"purpose": "glory"}, "purpose"),
        ({"margin": None}, "need a margin"),
        ({"purpose": "descriptive"}, "descriptive suite has none"),
        ({"margin": 5}, "margin"),
        ({"margin": float("nan")}, "margin"),
        ({"sampling": {}}, "sampling.max_tokens"),
        ({"sampling": {"max_tokens": 16, "temprature": 0}}, "sampling.temprature"),
        ({"sampling": {"max_tokens": 16, "temperature": -1}}, "sampling.temperature"),
        ({"prompts": []}, "prompts"),
        ({"suite": "../up"}, "suite"),
        ({"title": 3}, "title"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in refusal(written(tmp_path, a_suite(**changes)))


@pytest.mark.parametrize("field", ["suite", "version", "title", "purpose", "sampling", "prompts"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    content = a_suite()
    del content[field]
    assert field in refusal(written(tmp_path, content))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"checks": [{"type": "contians", "value": ["a"]}]}, "there is no check 'contians'"),
        ({"checks": [{"type": "contains"}]}, "contains wants a list"),
        ({"checks": []}, "checks"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "boss", "content": "Do."}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages[0].content"),
        ({"id": 7}, "id"),
        ({"tag": "a"}, "tag"),
    ],
)
def test_a_wrong_prompt_is_named_with_its_index_id_and_line(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    content = a_suite()
    content["prompts"].append({**content["prompts"][0], "id": "second", **changes})
    found = refusal(written(tmp_path, content))
    assert f"prompts[1] (id {changes.get('id', 'second')})" in found
    assert said in found


def test_the_line_of_a_mistake_is_its_line_in_the_file(tmp_path: Path) -> None:
    text = yaml.safe_dump(a_suite(), sort_keys=False).replace("contains", "contians")
    line = text[: text.index("contians")].count("\n") + 1
    assert f", line {line}, prompts[0] (id first).checks[0]: " in refusal(written(tmp_path, text))


def test_an_id_given_twice_is_refused_at_the_second_place(tmp_path: Path) -> None:
    content = a_suite()
    content["prompts"].append(dict(content["prompts"][0]))
    text = yaml.safe_dump(content, sort_keys=False)
    line = text[: text.rindex("- id: first")].count("\n") + 1
    said = f", line {line}, prompts[1] (id first): an earlier prompt has this id"
    assert refusal(written(tmp_path, text)) == said


def test_a_question_asked_twice_is_refused_with_both_ids(tmp_path: Path) -> None:
    content = a_suite()
    content["prompts"].append({**content["prompts"][0], "id": "second", "tags": []})
    said = refusal(written(tmp_path, content))
    assert said.endswith(", prompts[1] (id second): it asks the same as 'first': leave one of the two out")


def test_a_group_goes_with_its_prompt_and_groups_are_counted(tmp_path: Path) -> None:
    content = a_suite()
    for name, group in (("second", {"group": "formal"}), ("third", {"group": "formal"}), ("formal", {})):
        asked = {"id": name, "messages": [{"role": "user", "content": f"Greet {name}."}]}
        content["prompts"].append({**content["prompts"][0], **asked, **group})
    suite = load_suite(written(tmp_path, content))
    assert [row.group for row in suite.rows()] == [None, "formal", "formal", None]
    assert (suite.about()["prompts"], suite.about()["groups"]) == (4, 3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tag": []}, "prompts[0] (id first).tag: there is no such field"),
        ({"checks": ["contains"]}, "prompts[0] (id first).checks[0]: a mapping with named fields is wanted"),
        ({"id": False}, "prompts[0] (id false).id: a text is wanted; in quotes where YAML reads something else"),
        ({"checks": [{"type": "regex", "value": "a(b"}]}, "prompts[0] (id first).checks[0]: regex wants a regular"),
    ],
)
def test_a_mistake_is_told_in_plain_words(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    content = a_suite()
    content["prompts"][0].update(changes)
    assert said in refusal(written(tmp_path, content))


def test_a_field_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    content = a_suite()
    del content["prompts"][0]["messages"]
    assert "prompts[0] (id first).messages: it is missing" in refusal(written(tmp_path, content))


def test_a_key_given_twice_is_refused_and_not_lost(tmp_path: Path) -> None:
    text = yaml.safe_dump(a_suite(), sort_keys=False) + "title: Another\n"
    assert "'title' is given twice" in refusal(written(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "a: [",
        "\tb: 1",
        "a: &x *y",
        "!!python/object:os.system {}",
        "? [a]\n: b",
        "[" * 100_000,
        "a: 2026-02-30",
    ],
)
def test_a_file_that_is_no_suite_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    assert refusal(written(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(b"suite: \xff")
    assert "not UTF-8" in refusal(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"of": "first"}, "of and variant go together"),
        ({"variant": "typos"}, "of and variant go together"),
        ({"of": "first", "variant": "typo"}, "there is no kind of variant 'typo'; there are typos"),
        ({"of": "third", "variant": "typos"}, "prompts[1] (id second): it is a variant of 'third', which is no prompt"),
        ({"of": "second", "variant": "typos"}, "which is no prompt"),
    ],
)
def test_a_variant_names_its_kind_and_a_prompt_that_is_none(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    content = a_suite()
    content["prompts"].append({**content["prompts"][0], "id": "second", **changes})
    assert said in refusal(written(tmp_path, content))


def test_variants_are_asked_like_prompts_and_counted_apart(tmp_path: Path) -> None:
    content = a_suite()
    plain = load_suite(written(tmp_path, content))
    content["prompts"].append({**content["prompts"][0], "id": "second", "of": "first", "variant": "typos"})
    suite = load_suite(written(tmp_path, content))
    assert [(row.of, row.variant) for row in suite.rows()] == [(None, None), ("first", "typos")]
    assert (suite.about()["prompts"], suite.about()["variants"]) == (2, 1)
    assert "variants" not in plain.about()


def test_an_unknown_suite_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="general"):
        load_suites(["no-such-suite"])


def test_two_suites_of_one_name_are_refused(tmp_path: Path) -> None:
    path = str(written(tmp_path, a_suite()))
    with pytest.raises(UsageError, match="greetings"):
        load_suites([path, path])


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_suite_is_valid_and_called_like_its_file(name: str) -> None:
    [suite] = load_suites([name])
    assert suite.suite == name


def test_the_suites_command_lists_every_shipped_suite_under_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argparse.Namespace()) == 0
    lines = capsys.readouterr().out.splitlines()
    purposes = [line.split(":")[0] for line in lines if not line.startswith(" ") and ":" in line]
    assert purposes == ["superiority", "non-inferiority", "descriptive"]
    listed = [line.split() for line in lines if line.startswith("  ") and not line.startswith("   ")]
    assert sorted(words[0] for words in listed) == shipped()
    sizes = {words[0]: int(words[1]) for words in listed}
    assert sizes == {suite.suite: len(suite.prompts) for suite in load_suites(shipped())}


def test_the_list_says_margin_checks_tags_and_the_length_that_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    main(argparse.Namespace())
    lines = capsys.readouterr().out.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("  long-context "))
    assert "margin 0.11" in lines[at]
    assert lines[at + 1].strip() == "checks: says_only 132"
    assert lines[at + 2].strip().startswith("tags: about-500-tokens 46, ")
    assert lines[at + 2].endswith(", 17 more")
    assert lines[at + 3].endswith("answers of at most 64 tokens; served length 2048 tokens or more")
    assert any("a rubric for a judge with 100" in line for line in lines)


def test_a_run_says_the_served_length_that_a_suite_takes_where_it_says_one(tmp_path: Path) -> None:
    assert load_suite(written(tmp_path, a_suite(context=4096))).about()["context"] == 4096
    assert "context" not in load_suite(written(tmp_path, a_suite())).about()
    assert "context" in refusal(written(tmp_path, a_suite(context=0)))


def test_repeats_are_asked_with_a_seed_of_their_own_and_known_by_their_number(tmp_path: Path) -> None:
    content = a_suite(repeats=3, sampling={"max_tokens": 8, "temperature": 0.7, "seed": 5})
    content["prompts"].append({**content["prompts"][0], "id": "second", "of": "first", "variant": "typos"})
    suite = load_suite(written(tmp_path, content))
    first, *_ = rows = suite.rows()
    assert [(row.id, row.repeat, row.sampling["seed"]) for row in rows[:3]] == [
        ("first#1", 1, 5),
        ("first#2", 2, 6),
        ("first#3", 3, 7),
    ]
    assert [(row.id, row.of) for row in rows[3:]] == [(f"second#{n}", f"first#{n}") for n in (1, 2, 3)]
    assert len({row.company for row in rows[:3]}) == 1 and first.company != rows[3].company
    about = suite.about()
    assert (about["prompts"], about["variants"], about["repeats"]) == (6, 3, 3)
    assert (about["groups"], about["company"]) == (1, 3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"repeats": 5}, "repeats take a temperature above 0"),
        ({"repeats": 1, "sampling": {"max_tokens": 8, "temperature": 1.0}}, "repeats"),
        ({"repeats": 101, "sampling": {"max_tokens": 8, "temperature": 1.0}}, "repeats"),
    ],
)
def test_repeats_that_say_nothing_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in refusal(written(tmp_path, a_suite(**changes)))


def test_with_repeats_an_id_has_no_number_sign(tmp_path: Path) -> None:
    content = a_suite(repeats=2, sampling={"max_tokens": 8, "temperature": 1.0})
    content["prompts"][0]["id"] = "first#1"
    assert "an id has no #" in refusal(written(tmp_path, content))
