import re
from pathlib import Path

import pytest
import yaml

import evalharness
from evalharness.suites import strict_yaml


def test_plain_yaml_is_its_value() -> None:
    assert strict_yaml.load("a: [1, {b: null}]\nc: &x yes\nd: *x") == {"a": [1, {"b": None}], "c": True, "d": True}


@pytest.mark.parametrize("text", ["a: 1\na: 2", "x:\n- {a: 1, b: 2, a: 1}"])
def test_a_key_given_twice_is_named_with_its_line(text: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="'a' is given twice") as raised:
        strict_yaml.load(text)
    assert raised.value.problem_mark
    assert raised.value.problem_mark.line == 1


@pytest.mark.parametrize("level", ["[", "{a: ", "- "])
def test_what_is_nested_too_deeply_is_an_error_and_no_crash(level: str) -> None:
    with pytest.raises(yaml.YAMLError, match="50 levels deep"):
        strict_yaml.load(level * 100_000)


@pytest.mark.parametrize("text", ["2026-02-30", "!!int x", "!!int ''", "!!bool x", "!!timestamp x", "!!python/none x"])
def test_a_value_that_is_none_of_its_type_is_an_error_of_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        strict_yaml.load(f"a: {text}")


def test_a_merge_key_and_an_alias_are_understood() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: *a, x: 0}\nd: {<<: [*a, *b]}\ne: *a"
    found = strict_yaml.load(text)
    assert isinstance(found, dict)
    assert found["c"] == {"x": 0, "y": 2}
    assert found["d"] == {"x": 1, "y": 2, "z": 4}
    assert found["e"] == found["a"]


@pytest.mark.parametrize("text", ["", "# nothing but words", "---\n..."])
def test_nothing_is_none(text: str) -> None:
    assert strict_yaml.load(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: *a", "no anchor 'a'"),
        ("&a [*a]", "no anchor 'a'"),
        ("? [1]\n: 2", "a key must be a plain value"),
        ("a: {<<: 1}", "<< takes a mapping"),
        ("a: !!set {b}", "not known here"),
        ("a: !mine 1", "!mine"),
        ("--- 1\n--- 2", "a second document"),
    ],
)
def test_what_is_beyond_plain_yaml_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match=re.escape(said)) as raised:
        strict_yaml.load(text)
    assert raised.value.problem_mark


def test_every_shipped_suite_and_policy_is_read_as_pyyaml_reads_it() -> None:
    files = [path for path in Path(evalharness.__file__).parent.rglob("*.yaml") if path.parent.name != "generators"]
    assert len(files) > 10
    for path in files:
        text = path.read_text()
        assert strict_yaml.load(text) == yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
