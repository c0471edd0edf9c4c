"""A suite that takes longer prompts than a server does is refused before anybody is asked."""

import pytest

from evalharness.client.lengths import check_lengths, fitting
from evalharness.errors import UsageError
from evalharness.suites.files import SHIPPED, load_suite

LONG, SHORT = {"suite": "long-context", "context": 2048}, {"suite": "general"}


def test_a_suite_longer_than_what_is_served_is_refused_naming_the_setting() -> None:
    with pytest.raises(UsageError) as refused:
        check_lengths([SHORT, LONG], {"base": {"maximum length": 2048}, "tuned": {"maximum length": 1024}})
    assert str(refused.value) == (
        "long-context needs a served length of 2048 tokens, but tuned has 1024; set MAX_MODEL_LEN=2048 and `make up`, "
        "or leave that suite out"
    )


def test_a_server_that_does_not_say_its_length_is_asked() -> None:
    check_lengths([SHORT, LONG], {"base": {"maximum length": None}, "tuned": {"maximum length": 4096}})


def test_prompts_longer_than_what_is_served_are_left_out_and_the_title_says_so() -> None:
    suite = load_suite(SHIPPED / "long-context-32k.yaml")
    [cut] = fitting([suite], {"base": {"maximum length": 32_768}, "tuned": {"maximum length": 16_384}})
    assert [prompt.id for prompt in cut.prompts] == [prompt.id for prompt in suite.prompts if prompt.context == 16_384]
    assert cut.title == f"{suite.title} (6 of 12 prompts left out, longer than the 16384 tokens served)"
    check_lengths([cut.about()], {"tuned": {"maximum length": 16_384}})


def test_a_suite_of_which_nothing_would_be_left_is_refused_as_a_whole() -> None:
    suite = load_suite(SHIPPED / "long-context-32k.yaml")
    servers = {"base": {"maximum length": 2048}}
    [same] = fitting([suite], servers)
    assert same is suite
    with pytest.raises(UsageError, match="long-context-32k needs a served length of 32768 tokens"):
        check_lengths([same.about()], servers)


def test_a_suite_that_fits_is_asked_as_it_is() -> None:
    suite = load_suite(SHIPPED / "long-context.yaml")
    assert fitting([suite], {"base": {"maximum length": None}}) == [suite]
    assert fitting([suite], {"base": {"maximum length": 2048}}) == [suite]
