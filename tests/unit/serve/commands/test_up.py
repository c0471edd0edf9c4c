"""What is said before anything is made."""

import pytest

from serve.commands import up
from serve.paths import Paths
from serve.settings import Settings

OWN = {"BASE_MODEL": "base", "ADAPTER": "adapter", "RUNTIME": "local"}


@pytest.mark.parametrize(("given", "warned"), [({}, True), ({"CALIBRATION": "mine.jsonl"}, False)])
def test_a_model_of_ones_own_without_rows_of_ones_own_is_warned_of(tmp_path, capsys, given, warned):
    assert up.announced(Settings(**OWN, **given), Paths(tmp_path)) == "local"
    assert ("Set CALIBRATION to prompts like yours" in capsys.readouterr().out) is warned
