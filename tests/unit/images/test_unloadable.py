"""What transformers cannot load is refused by every job in one line, of whatever type its error is."""

from pathlib import Path

import pytest

from images.job import unloadable
from serve.errors import UsageError


@pytest.mark.parametrize("error", [AssertionError("\n  of 1,024\nmore"), OSError("  of 1,024"), KeyError("of 1,024")])
def test_what_transformers_says_is_one_line_with_the_setting(error):
    with pytest.raises(UsageError) as told, unloadable(Path("a-base"), "its tokenizer", "BASE_MODEL"):
        raise error
    assert str(told.value).replace("'", "") == (
        "a-base: transformers cannot load its tokenizer (of 1,024); mend it, or set BASE_MODEL"
    )


def test_an_error_without_a_text_is_named():
    with pytest.raises(UsageError, match=r"cannot load it \(AssertionError\)"), unloadable(Path("a"), "it", "ADAPTER"):
        raise AssertionError


@pytest.mark.parametrize("error", [UsageError("said already"), MemoryError()])
def test_what_is_said_already_or_is_not_the_folders_fault_passes(error):
    with pytest.raises(type(error)) as told, unloadable(Path("a"), "it", "ADAPTER"):
        raise error
    assert told.value is error
