"""Every criterion of every policy that ships, or that one offers, is held by simulated rows."""

from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import pytest
import yaml

from evalharness.runs.summaries.parts import TOGETHER, Purpose
from evalharness.simulation.held import COUNTED, rows
from evalharness.verdict.policy import FOLDER, Policy, Rule, read_policy
from evalharness.verdict.verdict import decide
from tests.parts import evaluation, metric, suite

POLICIES = sorted(FOLDER.glob("*.yaml"))


def with_all_it_offers(path: Path, folder: Path) -> Policy:
    """A policy with everything switched on that its comments offer."""
    text = path.read_text(encoding="utf-8")
    offered = "\n".join(line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   "))
    given = yaml.safe_load(text)
    extra = yaml.safe_load("\n".join(line for line in offered.splitlines() if "ttft" not in line)) or {}
    own = folder / path.name
    own.write_text(yaml.safe_dump(given | extra), encoding="utf-8")
    return read_policy(own)


def criteria(policy: Policy) -> set[str]:
    """Of all that a verdict by this policy can be made of."""
    suites = [suite(metric(0.5, 0.5), f"of {purpose}", purpose=purpose) for purpose in get_args(Purpose)]
    fair = {"differences": [], "unknown": [], "read": {}}
    run = replace(evaluation(*suites), together=replace(suites[2], suite=TOGETHER, margin=None))
    found = decide(run, {}, None, policy, None, [fair]).reasons
    return {reason.criterion for reason in found}


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_every_criterion_of_a_shipped_policy_is_simulated_or_has_no_chance_in_it(path: Path, tmp_path: Path) -> None:
    held = rows()
    for policy in (read_policy(path), with_all_it_offers(path, tmp_path)):
        for criterion in criteria(policy):
            assert (criterion in held) != (criterion in COUNTED), criterion


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_every_kind_of_limit_of_a_shipped_policy_is_simulated(path: Path) -> None:
    for limit in read_policy(path).load.values():
        assert any(row.startswith(f"{next(iter(limit))} ") for row in rows()["capacity"])


def test_the_list_has_every_criterion_that_a_policy_can_ask_for(tmp_path: Path) -> None:
    offered = set().union(*(criteria(with_all_it_offers(path, tmp_path)) for path in POLICIES))
    assert offered >= {
        "superiority by a margin",
        "no loss shown",
        "robustness",
        "preference",
        "votes",
        "gain",
        "no difference",
        "capacity",
        "capacity at a service level",
    }
    assert set(get_args(Rule)) == {row.split()[0] for row in rows()["capacity"]}
    assert len(fields(Policy)) == 13, "a policy has a new field: is what it asks for simulated?"
