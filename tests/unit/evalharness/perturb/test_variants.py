import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.__main__ import main
from evalharness.errors import UsageError
from evalharness.perturb.variants import Rewriting, Wanted, question, with_variants
from evalharness.runs.jsonl import digest
from evalharness.suites import strict_yaml
from evalharness.suites.files import SHIPPED, as_yaml, load_suite
from evalharness.suites.schema import Suite

JSON = st.recursive(
    st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner | st.none(), max_size=3) | st.dictionaries(st.text(), inner | st.none(), max_size=3),
    max_leaves=8,
)

PLAIN = Wanted(["typos", "form"], 1, 0.2, 0)
GENERAL = len(load_suite(SHIPPED / "general.yaml").prompts)


def a_suite(*texts: str, **changes: Any) -> Suite:
    prompts = [
        {
            "id": f"p{number}",
            "messages": [{"role": "user", "content": text}],
            "checks": [{"type": "json_equals", "value": {"a": None}}, {"type": "json_valid"}],
            "tags": ["t"],
            **changes,
        }
        for number, text in enumerate(texts)
    ]
    head = {"suite": "own", "version": 1, "title": "T", "purpose": "descriptive", "sampling": {"max_tokens": 8}}
    return Suite.model_validate({**head, "prompts": prompts})


def test_a_variant_has_all_of_its_original_but_its_words() -> None:
    suite, tally = with_variants(a_suite("Describe a forest to someone."), "more", PLAIN, {})
    original, typos, form = suite.prompts
    assert (suite.suite, original.id, original.of) == ("more", "p0", None)
    assert [(one.id, one.of, one.variant) for one in (typos, form)] == [
        ("p0~typos", "p0", "typos"),
        ("p0~form", "p0", "form"),
    ]
    assert all((one.checks, one.tags) == (original.checks, original.tags) for one in (typos, form))
    assert len({one.messages[0].content for one in suite.prompts}) == 3
    assert tally == {("typos", "made"): 1, ("form", "made"): 1}


def test_the_text_of_a_variant_depends_on_nothing_but_the_suite_the_seed_and_the_rate() -> None:
    texts = ["Describe a forest to someone.", "What is the capital of Egypt?"]
    alone, _ = with_variants(a_suite(*texts), "x", Wanted(["typos"], 1, 0.2, 0), {})
    among, _ = with_variants(a_suite(*texts), "y", Wanted(["case", "typos", "form"], 3, 0.2, 0), {})
    found = {prompt.id: prompt.messages for prompt in among.prompts}
    assert all(found[prompt.id] == prompt.messages for prompt in alone.prompts)
    other, _ = with_variants(a_suite(*texts), "x", Wanted(["typos"], 1, 0.2, 1), {})
    assert digest(other.rows()) != digest(alone.rows())
    assert [prompt.messages[0].content for prompt in alone.prompts] == [
        "Describe a forest to someone.",
        "Describe a forest to someoone.",
        "What is the capital of Egypt?",
        "Whaat is the capital of Egypt?",
    ]


def test_only_the_last_thing_the_user_says_is_changed() -> None:
    messages = [
        {"role": "system", "content": "Describe everything."},
        {"role": "user", "content": "Describe a forest."},
        {"role": "assistant", "content": "Describe it yourself."},
        {"role": "user", "content": "Describe another forest."},
        {"role": "assistant", "content": "Certainly, here it is"},
    ]
    suite, _ = with_variants(a_suite("x", messages=messages), "more", Wanted(["typos"], 1, 1, 0), {})
    before, after = (prompt.messages for prompt in suite.prompts)
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, True, True, False, True]


def test_a_prompt_in_which_no_user_speaks_has_no_variants() -> None:
    only_system = a_suite("x", messages=[{"role": "system", "content": "Describe a forest."}])
    assert question(only_system.prompts[0]) is None
    suite, tally = with_variants(only_system, "more", PLAIN, {})
    assert len(suite.prompts) == 1
    assert set(tally) == {("typos", "equal to the original"), ("form", "equal to the original")}


def test_what_equals_the_original_or_an_earlier_variant_is_dropped_and_counted() -> None:
    _, tally = with_variants(a_suite("Describe a forest.", "No."), "more", Wanted(["form"], 4, 0.1, 0), {})
    assert tally == {
        ("form", "made"): 2,
        ("form", "equal to an earlier variant"): 2,
        ("form", "equal to the original"): 4,
    }


def test_rate_0_makes_no_variant() -> None:
    suite, tally = with_variants(a_suite("Describe a forest."), "more", Wanted(["typos", "prefix"], 2, 0, 0), {})
    assert len(suite.prompts) == 1
    assert {what for _, what in tally} == {"equal to the original"}


def test_what_an_endpoint_made_is_taken_and_what_it_spoilt_is_counted() -> None:
    rewritten = {
        ("p0", "paraphrase", 1): Rewriting("Portray a forest."),
        ("p0", "paraphrase", 2): Rewriting("Portray a forest."),
        ("p0", "paraphrase", 3): Rewriting(None, "empty"),
    }
    suite, tally = with_variants(a_suite("Describe a forest."), "more", Wanted(["paraphrase"], 3, 0.1, 0), rewritten)
    assert [prompt.messages[0].content for prompt in suite.prompts] == ["Describe a forest.", "Portray a forest."]
    assert Counter(what for _, what in tally) == Counter(["made", "equal to an earlier variant", "empty"])


def test_an_id_that_is_taken_is_refused() -> None:
    suite = a_suite("Describe a forest.", "Describe a town.")
    prompts = [suite.prompts[0], suite.prompts[1].model_copy(update={"id": "p0~typos"})]
    with pytest.raises(UsageError, match="p0~typos"):
        with_variants(suite.model_copy(update={"prompts": prompts}), "more", PLAIN, {})


def test_the_command_writes_a_suite_that_loads_and_is_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["perturb", "--suites", "general", "--kinds", "typos,form,counter-order", "--variants", "2"]
    assert main([*command, "--out", str(tmp_path / "more.yaml")]) == 0
    first = (tmp_path / "more.yaml").read_bytes()
    assert main([*command, "--out", str(tmp_path / "more.yaml")]) == 0
    assert (tmp_path / "more.yaml").read_bytes() == first
    suite = load_suite(tmp_path / "more.yaml")
    about = suite.about()
    assert (suite.suite, about["prompts"] - about["variants"]) == ("more", GENERAL)
    assert {prompt.variant for prompt in suite.prompts} == {None, "typos", "form", "counter-order"}
    said = capsys.readouterr().out
    assert f"{GENERAL} prompts and {about['variants']} variants" in said
    told = re.search(r"typos \(the same meaning\): (\d+) made(?:; dropped: (\d+) equal to an earlier variant)?\n", said)
    assert told
    assert int(told[1]) + int(told[2] or 0) == 2 * GENERAL
    assert "counter-order (another meaning): " in said


@given(st.text(min_size=1), JSON)
def test_a_suite_is_read_as_it_was_written(text: str, value: Any) -> None:
    suite = a_suite(text, checks=[{"type": "json_equals", "value": value}])
    assert Suite.model_validate(strict_yaml.load(as_yaml(suite))).rows() == suite.rows()


def test_every_shipped_demo_suite_keeps_its_prompts_and_digests(tmp_path: Path) -> None:
    out = tmp_path / "{suite}-more.yaml"
    assert main(["perturb", "--suites", "demo-json,demo-prose", "--out", str(out)]) == 0
    for name in ("demo-json", "demo-prose"):
        originals = [row for row in load_suite(tmp_path / f"{name}-more.yaml").rows() if not row.of]
        shipped = load_suite(SHIPPED / f"{name}.yaml").rows()
        assert [replace(row, suite="") for row in originals] == [replace(row, suite="") for row in shipped]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--kinds", "typo"], "--kinds typo: there is no such kind; there are typos"),
        (["--kinds", "paraphrase"], "--kinds paraphrase: a model makes it"),
        (["--kinds", "paraphrase", "--url", "http://a/v1"], "--url and --model"),
        (["--kinds", "paraphrase", "--url", "a/v1", "--model", "m"], "--url: not an http"),
        (["--url", "http://a/v1"], "--url: goes with"),
        (["--key-file", "k"], "--key-file: goes with"),
        (["--suites", "general,demo-json"], "{suite}"),
        (["--suites", "no-such-suite"], "no-such-suite"),
        (["--out", "more.yml"], "name.yaml"),
        (["--out", "+more.yaml"], "name.yaml"),
        (["--out", "no-such-folder/more.yaml"], "no folder no-such-folder"),
        (["--out", "mine.yaml"], "is there already"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("suite: mine\n")
    defaults = {"--suites": "general", "--out": "more.yaml"}
    given = dict(zip(flags[::2], flags[1::2], strict=True))
    assert main(["perturb", *[word for pair in {**defaults, **given}.items() for word in pair]]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("tandem: ")
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
    assert Path("mine.yaml").read_text() == "suite: mine\n"


def test_a_suite_with_variants_is_not_varied_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, again = str(tmp_path / "more.yaml"), str(tmp_path / "again.yaml")
    assert main(["perturb", "--suites", "general", "--kinds", "typos", "--out", first]) == 0
    assert main(["perturb", "--suites", first, "--kinds", "typos", "--out", again]) == 2
    assert "has variants already" in capsys.readouterr().err


@pytest.mark.parametrize("rate", ["-0.1", "1.1", "nan", "x"])
def test_a_rate_is_a_share(rate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "more.yaml")
    assert main(["perturb", "--suites", "general", "--rate", rate, "--out", out]) == 2
    assert f"--rate: '{rate}' is not a share" in capsys.readouterr().err
