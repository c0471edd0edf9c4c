"""`make factorial`: both precisions in turn, and what the settings say again at the end, however it comes."""

import pytest

from serve import hardware
from serve.commands import factorial
from serve.errors import Failure, UsageError
from serve.hardware import GIB, Gpu
from serve.harness.measure import Measured
from serve.paths import Paths
from serve.planning import decision
from serve.planning.decision import Decision
from serve.planning.plan import Limits
from serve.settings import Settings
from tests.models_made import LLAMA_3_8B, make_adapter, make_model


class Served:
    """A deployment whose servers are words: what was served, what was asked, and what went wrong when."""

    def __init__(self, paths, monkeypatch):
        self.paths, self.happened, self.code, self.trouble, self.refused = paths, [], {}, {}, None
        self.gpu = False
        monkeypatch.setattr(factorial, "announced", lambda *_: "here")
        monkeypatch.setattr(factorial, "bring_up", lambda _, settings, __: self.served(settings))
        monkeypatch.setattr(factorial, "KINDS", {"here": lambda settings, _: Runtime(self, settings)})

    def served(self, settings):
        self.happened.append(f"serve {settings.PRECISION}")
        if settings.PRECISION in self.trouble:
            raise self.trouble.pop(settings.PRECISION)


class Runtime:
    def __init__(self, served, settings):
        self.world, self.settings, self.gpu = served, settings, served.gpu

    def check(self):
        if self.world.refused == self.settings.PRECISION:
            raise UsageError("it does not fit")

    def measure(self, kind):
        run = self.settings.RESUME or "runs/1-factorial"
        self.world.happened.append(f"{kind} {self.settings.PRECISION} {self.settings.RESUME or 'anew'}")
        code = self.world.code.get(self.settings.PRECISION, 0)
        return Measured(code, None if code else run)


@pytest.fixture
def world(tmp_path, monkeypatch):
    return Served(Paths(tmp_path), monkeypatch)


def test_int4_is_asked_first_then_full_precision_in_the_same_run_and_int4_is_served_again(world):
    assert factorial.main(Settings(), world.paths) == 0
    first, second = "factorial int4 anew", "factorial fp runs/1-factorial"
    assert world.happened == ["serve int4", first, "serve fp", second, "serve int4"]


def test_a_run_that_was_cut_is_gone_on_with_in_both_precisions(world):
    assert factorial.main(Settings(RESUME="runs/0-factorial"), world.paths) == 0
    asked = [step for step in world.happened if step.startswith("factorial")]
    assert asked == ["factorial int4 runs/0-factorial", "factorial fp runs/0-factorial"]


def test_what_the_first_pass_could_not_ask_keeps_the_second_from_beginning(world):
    world.code["int4"] = 2
    assert factorial.main(Settings(), world.paths) == 2
    assert world.happened == ["serve int4", "factorial int4 anew"]


@pytest.mark.parametrize("trouble", [Failure("tuned does not start"), KeyboardInterrupt()])
def test_int4_is_served_again_where_full_precision_could_not_be(world, trouble, capsys):
    world.trouble["fp"] = trouble
    with pytest.raises(type(trouble)):
        factorial.main(Settings(), world.paths)
    assert world.happened[-2:] == ["serve fp", "serve int4"]
    assert "Back to PRECISION=int4; if this is cut, `make up` does it." in capsys.readouterr().out


def test_int4_is_served_again_where_the_second_pass_is_interrupted(world):
    world.code["fp"] = 130
    assert factorial.main(Settings(), world.paths) == 130
    assert world.happened[-1] == "serve int4"


def test_full_precision_that_does_not_fit_is_refused_before_anything_is_served(world):
    world.refused = "fp"
    with pytest.raises(UsageError, match="`make factorial` serves full precision too, and it does not fit"):
        factorial.main(Settings(), world.paths)
    assert world.happened == []


def test_an_8b_model_on_24_gib_is_refused_with_the_mode_that_fits(world, monkeypatch):
    """Both of its servers fit in INT4; nobody has set the full precision that the line is about."""
    make_model(world.paths.root / "base", **LLAMA_3_8B)
    make_adapter(world.paths.root / "adapter")
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(24, 24, "a card")})
    given = {"BASE_MODEL": str(world.paths.root / "base"), "ADAPTER": str(world.paths.root / "adapter")}
    world.gpu = True
    with pytest.raises(UsageError, match=r"`make factorial` serves full precision too, and .* what fits: MODE=swap"):
        factorial.main(Settings(**given), world.paths)
    assert world.happened == []
    assert factorial.passes(Settings(MODE="swap", **given), world.paths, gpu=True)


def test_on_a_gpu_both_passes_have_the_cache_that_full_precision_leaves(world, monkeypatch):
    monkeypatch.setattr(decision, "decide", lambda settings, *_: Decision(True, cache[settings.PRECISION], {}))
    cache = {"int4": Limits(20 * GIB), "fp": Limits(10 * GIB)}
    both = factorial.passes(Settings(), world.paths, gpu=True)
    assert [(one.PRECISION, one.KV_CACHE_GIB) for one in both] == [("int4", 10), ("fp", 10)]
    assert {one.KV_CACHE_GIB for one in factorial.passes(Settings(KV_CACHE_GIB=3), world.paths, gpu=True)} == {3}
    assert factorial.passes(Settings(), world.paths, gpu=False)[0] == Settings()
