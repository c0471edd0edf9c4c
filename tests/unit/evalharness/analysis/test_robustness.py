import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.analysis.robustness import robustness
from evalharness.analysis.summary import summarise
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import Kept, Rate, Variants
from evalharness.stats.clustered import effect
from tests.parts import answered

NAMES = ("base", "tuned")


def row(prompt: str, endpoint: str, right: bool | None, kind: str | None = None, number: int = 1) -> Graded:
    name = f"{prompt}~{kind}~{number}" if kind else prompt
    return answered(name, endpoint, right, of=prompt if kind else None, variant=kind)


def rows(prompt: str, base: str, tuned: str, kind: str) -> list[Graded]:
    """The original and its variants in turn: + is right, - wrong, ? an error."""
    meaning = {"+": True, "-": False, "?": None}
    return [
        row(prompt, name, meaning[mark], kind if number else None, number)
        for name, marks in (("base", base), ("tuned", tuned))
        for number, mark in enumerate(marks)
    ]


def only_kind(given: list[Graded]) -> Variants:
    found = robustness(given, NAMES)
    assert found
    assert found.together is None
    [one] = [*found.preserving, *found.changing]
    return one


def test_without_variants_there_is_nothing_to_say() -> None:
    assert robustness([row("a", name, True) for name in NAMES], NAMES) is None
    assert robustness([], NAMES) is None


def test_accuracy_kept_losses_and_consistency_are_what_they_are_called() -> None:
    given = rows("a", "+++", "+--", "typos") + rows("b", "++-", "---", "typos")
    one = only_kind(given)
    assert (one.kind, one.prompts, one.variants, one.errors) == ("typos", 2, 4, {"base": 0, "tuned": 0})
    assert one.endpoints == {
        "base": Kept(originals=1.0, variants=0.75, kept=0.75, consistent=0.5),
        "tuned": Kept(originals=0.5, variants=0.0, kept=0.0, consistent=0.5),
    }
    assert one.difference == 0.25


def test_a_prompt_weighs_the_same_however_many_variants_it_has() -> None:
    one = only_kind(rows("a", "+----", "+++++", "typos") + rows("b", "++", "++", "typos"))
    assert one.endpoints["base"].variants == 0.5


def test_the_interval_is_that_of_one_difference_of_losses_a_prompt() -> None:
    one = only_kind(rows("a", "++-", "+--", "typos") + rows("b", "--", "+-", "typos"))
    expected = effect([0.5, 1.0], reach=2)
    assert one.estimate == (expected.difference, expected.low, expected.high)
    assert -2 <= expected.low < 0.75 < expected.high <= 2


def test_where_no_loss_differs_the_interval_still_says_how_little_is_known() -> None:
    few = only_kind([row for n in range(5) for row in rows(f"p{n}", "++", "++", "typos")])
    many = only_kind([row for n in range(200) for row in rows(f"p{n}", "++", "++", "typos")])
    assert few.estimate and many.estimate
    assert few.estimate.low < many.estimate.low < 0 < many.estimate.high < few.estimate.high


def test_an_error_takes_its_variant_or_its_prompt_out_and_is_counted() -> None:
    given = rows("a", "++?", "+-+", "typos") + rows("b", "?+", "++", "typos") + rows("c", "+?", "++", "typos")
    one = only_kind(given)
    assert (one.prompts, one.variants, one.errors) == (1, 1, {"base": 2, "tuned": 0})
    assert one.difference == 1.0


def test_where_nothing_was_answered_there_are_no_rates() -> None:
    one = only_kind(rows("a", "?+", "++", "typos"))
    assert one.prompts == 0
    assert one.endpoints["base"] == Kept(originals=None, variants=None, kept=None, consistent=None)
    assert (one.difference, one.low, one.high) == (None, None, None)


def test_nothing_is_kept_of_nothing() -> None:
    assert only_kind(rows("a", "-+", "++", "typos")).endpoints["base"].kept is None


def test_a_later_row_replaces_an_earlier_one() -> None:
    given = [*rows("a", "+?", "++", "typos"), row("a", "base", False, "typos")]
    assert only_kind(given).difference == -1.0


def test_kinds_that_change_the_meaning_are_never_put_together_with_the_others() -> None:
    given = [
        *rows("a", "++", "++", "typos"),
        *rows("a", "++", "+-", "case"),
        *rows("a", "+-", "+-", "counter-order"),
        *rows("a", "+-", "+-", "json-nulls"),
    ]
    found = robustness(given, NAMES)
    assert found
    assert [one.kind for one in found.preserving] == ["typos", "case"]
    assert [one.kind for one in found.changing] == ["counter-order", "json-nulls"]
    together = found.together
    assert together and found.kept[-1] is together
    assert (together.prompts, together.variants, together.difference) == (1, 2, 0.5)
    assert together.endpoints["base"].consistent == 1.0
    assert together.endpoints["tuned"].consistent == 0.0


def test_two_changing_kinds_have_no_row_together() -> None:
    given = rows("a", "+-", "+-", "counter-order") + rows("a", "+-", "+-", "json-nulls")
    found = robustness(given, NAMES)
    assert found
    assert found.together is None


MARKS = st.lists(st.text("+-", min_size=3, max_size=3), min_size=1, max_size=8)


@settings(max_examples=50)
@given(MARKS, MARKS)
def test_the_two_models_exchanged_turn_the_difference_round(base: list[str], tuned: list[str]) -> None:
    pairs = list(zip(base, tuned, strict=False))
    given = [one for n, (b, t) in enumerate(pairs) for one in rows(f"p{n}", b, t, "typos")]
    turned = [one for n, (b, t) in enumerate(pairs) for one in rows(f"p{n}", t, b, "typos")]
    one, other = only_kind(given), only_kind(turned)
    assert one.difference == -(other.difference or 0)
    sides, turned_sides = one.endpoints, other.endpoints
    assert (sides["base"], sides["tuned"]) == (turned_sides["tuned"], turned_sides["base"])
    lost = {name: (side.originals or 0) - (side.variants or 0) for name, side in sides.items()}
    assert one.difference == pytest.approx(lost["tuned"] - lost["base"])


def test_variants_enter_the_summary_as_robustness_and_not_as_prompts() -> None:
    suite = {
        "suite": "s",
        "version": 1,
        "title": "T",
        "purpose": "superiority",
        "margin": 0.1,
        "prompts": 3,
        "variants": 2,
    }
    run = {"endpoints": [{"name": name} for name in NAMES], "suites": [suite]}
    given = rows("a", "+--", "++?", "typos")
    [found] = summarise(run, given).suites
    assert (found.paired, found.errors) == (1, {"base": 0, "tuned": 1})
    assert found.right.first == Rate(passed=1, n=1, rate=1.0)
    assert found.robustness == robustness(given, NAMES)
    [plain] = summarise(run, [row("a", name, True) for name in NAMES]).suites
    assert plain.robustness is None
