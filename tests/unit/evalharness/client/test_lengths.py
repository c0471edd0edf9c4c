"""A suite that takes longer prompts than a server does is refused before anybody is asked."""

import pytest

from evalharness.client.lengths import check_lengths
from evalharness.errors import UsageError

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
