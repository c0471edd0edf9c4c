from typing import Any, get_args

import pytest

from evalharness.runs import fairness
from evalharness.runs.fairness import MODEL, OWN, What
from evalharness.verdict.criteria.fight import fair_fight

KNOWN: dict[str, Any] = {
    "vLLM version": "0.32.0",
    "chat template": ["<user>Hello<assistant>", "<system>Brief.<user>Hello<assistant>"],
    "tokenizer": "39 tokens, 84e8d050c7d3",
    "sampling defaults": "none",
    "maximum length": 2048,
    "KV cache": "131072 tokens in blocks of 128, auto, prefix caching on",
    "quantization": "gptq",
    "tool calls": "hermes",
    "model": "/models/base",
}


def of(**changes: Any) -> dict[str, Any]:
    """The record of two servers, the second with these changes (an underscore is a space)."""
    changed = {name.replace("_", " "): value for name, value in changes.items()}
    return fairness.record({"base": KNOWN, "tuned": {**KNOWN, **changed}})


def test_two_servers_that_say_the_same_differ_in_nothing_and_nothing_is_unknown() -> None:
    found = of()
    assert (found["differences"], found["unknown"]) == ([], [])
    [line] = fairness.lines(found)
    assert line.startswith("the same on base and tuned: vLLM version (0.32.0), chat template, tokenizer, ")
    assert [reason.outcome for reason in fair_fight([found])] == ["met"]


@pytest.mark.parametrize("what", [what for what in get_args(What) if what != "chat template"])
def test_whatever_differs_is_named_with_both_values_and_keeps_a_model_from_passing(what: str) -> None:
    found = fairness.record({"base": KNOWN, "tuned": {**KNOWN, what: "another"}})
    assert found["differences"] == [
        {"what": what, "base": str(KNOWN[what]), "tuned": "another", "matters": True, "between": ["base", "tuned"]}
    ]
    assert fairness.lines(found)[0] == f"NOT A FAIR FIGHT: base and tuned differ in their {what}"
    [reason] = fair_fight([found])
    assert (reason.subject, reason.outcome) == (what, "unsettled")
    assert "another" in reason.text
    [reason] = fair_fight([{**found, "allowed": [what]}])
    assert reason.outcome == "met"


@pytest.mark.parametrize("what", get_args(What))
@pytest.mark.parametrize("silent", [["base"], ["tuned"], ["base", "tuned"]])
def test_what_cannot_be_read_is_unknown_and_no_difference(what: str, silent: list[str]) -> None:
    found = fairness.record({name: {**KNOWN, **({what: None} if name in silent else {})} for name in ("base", "tuned")})
    assert (found["differences"], found["unknown"]) == ([], [{"what": what, "endpoints": silent}])
    assert fairness.lines(found)[-1].startswith(f"not known: {what} of {silent[0]}")
    [reason] = fair_fight([found])
    assert reason.outcome == "met"
    assert f"Not known: {what}." in reason.text


def test_the_weights_are_what_is_compared() -> None:
    [difference] = of(model="/models/tuned")["differences"]
    assert (difference["what"], difference["matters"]) == (MODEL, False)
    assert "model" not in "".join(fairness.lines(of(model="/models/tuned")))


def test_of_rendered_chats_the_first_difference_is_shown_with_what_comes_before_it() -> None:
    long = "<system>" + "x" * 500
    found = fairness.record(
        {"base": {**KNOWN, "chat template": ["a", long + "Y" * 500]}, "tuned": {**KNOWN, "chat template": ["a", long]}}
    )
    [difference] = found["differences"]
    assert difference["base"] == '"' + "x" * 20 + "Y" * 100 + '"'
    assert difference["tuned"] == '"' + "x" * 20 + '"'


def test_two_servers_with_sampling_defaults_of_their_own_may_have_the_same_or_not() -> None:
    both = fairness.record({name: {**KNOWN, "sampling defaults": OWN} for name in ("base", "tuned")})
    assert both["unknown"] == [{"what": "sampling defaults", "endpoints": ["base", "tuned"]}]
    assert [difference["what"] for difference in of(sampling_defaults=OWN)["differences"]] == ["sampling defaults"]


def test_each_of_four_is_held_against_the_first() -> None:
    four = {name: {**KNOWN, "maximum length": length} for name, length in (("a", 1), ("b", 1), ("c", 2), ("d", 3))}
    assert [one["between"] for one in fairness.record(four)["differences"]] == [["a", "c"], ["a", "d"]]


def test_a_server_that_was_restarted_otherwise_is_seen_and_one_that_fell_silent_is_not() -> None:
    assert fairness.changed(KNOWN, {**KNOWN, "maximum length": 1024, "model": "/models/other"}) == [
        "maximum length",
        "model",
    ]
    assert fairness.changed(KNOWN, dict.fromkeys(KNOWN)) == []


def test_a_difference_in_both_runs_is_one_reason_and_runs_without_a_record_give_none() -> None:
    assert len(list(fair_fight([of(KV_cache="less"), of(KV_cache="less", tokenizer="another")]))) == 2
    assert list(fair_fight([])) == []
