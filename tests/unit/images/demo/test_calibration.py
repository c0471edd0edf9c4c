"""The rows that guide the quantizer of the demo: like the adapter's, and never those of the suites."""

import json

import calibration
import yaml
from suites import SUITES


def test_the_committed_rows_are_what_the_code_writes():
    assert calibration.FILE.read_text() == calibration.calibration()


def test_no_suite_asks_what_the_quantizer_was_shown():
    shown = {json.loads(line)["messages"][0]["content"] for line in calibration.calibration().splitlines()}
    asked = {
        prompt["messages"][-1]["content"]
        for suite in SUITES.glob("demo-*.yaml")
        for prompt in yaml.safe_load(suite.read_text())["prompts"]
    }
    assert shown.isdisjoint(asked)
