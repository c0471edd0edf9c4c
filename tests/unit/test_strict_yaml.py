import pytest
import yaml

from evalharness import strict_yaml


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
