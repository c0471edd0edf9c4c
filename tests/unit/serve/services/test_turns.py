"""Who has the card, on a clock that jumps to whatever is due next: every run is exact, and takes no time."""

import asyncio
import selectors
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from serve.services.turns import LINGER, Turns

SLICE, CHANGE = 5.0, 2.0
NEVER = 10_000.0


class Clock(selectors.SelectSelector):
    """Nothing arrives from outside, so that waiting for it until a timer is due is moving on to that time."""

    time = 0.0

    def select(self, timeout=None):
        assert timeout is not None, "everyone waits, and nothing will ever happen"
        self.time += timeout
        return super().select(0)


def simulated(story: Coroutine) -> None:
    clock = Clock()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.time
    try:
        loop.run_until_complete(asyncio.wait_for(story, NEVER))
    finally:
        loop.close()


@dataclass
class Card:
    """Changes hands in CHANGE seconds; notes who used it when, and that no two models ever did at once."""

    broken: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    using: Counter[str] = field(default_factory=Counter)
    changing: bool = False

    def __post_init__(self):
        self.turns = Turns(self.hand_over, SLICE)

    async def hand_over(self, model):
        assert not self.changing and not self.using.total()
        self.changing = True
        await asyncio.sleep(CHANGE)
        self.changing = False
        self.changes.append(model)
        if model in self.broken:
            raise RuntimeError(f"{model} is broken")

    async def use(self, model, seconds, at=0.0):
        """One request; returns when it was admitted."""
        await asyncio.sleep(at)
        arrived = asyncio.get_running_loop().time()
        async with self.turns.turn(model):
            admitted = asyncio.get_running_loop().time()
            self.waited.append(admitted - arrived)
            self.using[model] += 1
            assert not self.changing and self.using.total() == self.using[model]
            try:
                await asyncio.sleep(seconds)
            finally:
                self.using[model] -= 1
        return admitted


def test_the_first_request_gives_its_model_the_card_and_the_next_finds_it_there():
    async def story():
        card = Card()
        assert await card.use("base", 1) == CHANGE
        assert await card.use("base", 1, at=100) == CHANGE + 1 + 100
        assert card.changes == ["base"]

    simulated(story())


def test_a_change_waits_for_the_requests_under_way_and_those_that_come_within_the_slice_are_served_first():
    async def story():
        card = Card()
        card.turns.holder = "base"
        first, rival, within, after = await asyncio.gather(
            card.use("base", 10),
            card.use("tuned", 1, at=1),
            card.use("base", 10, at=1 + SLICE - 0.1),
            card.use("base", 1, at=1 + SLICE + 0.1),
        )
        assert (first, within) == (0, 1 + SLICE - 0.1)
        assert rival == within + 10 + CHANGE
        assert after == rival + 1 + LINGER + CHANGE
        assert card.changes == ["tuned", "base"]

    simulated(story())


def test_clients_that_ask_one_thing_after_another_do_not_swap_models_each_time():
    async def story():
        card = Card()

        async def client(model):
            for _ in range(50):
                await card.use(model, 0.4)
                await asyncio.sleep(LINGER / 2)

        await asyncio.gather(client("base"), client("tuned"))
        assert len(card.changes) <= 2 * (50 * 0.5 / SLICE + 1)

    simulated(story())


def test_an_idle_card_changes_hands_at_once():
    async def story():
        card = Card()
        await card.use("base", 1)
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        assert await card.use("tuned", 1) == began + CHANGE

    simulated(story())


def test_interleaved_requests_are_gathered_into_few_changes():
    async def story():
        card = Card()
        await asyncio.gather(*(card.use(("base", "tuned")[n % 2], 1, at=n * 0.01) for n in range(64)))
        assert card.changes == ["base", "tuned"]

    simulated(story())


def test_who_goes_away_while_waiting_leaves_no_trace():
    async def story():
        card = Card()
        card.turns.holder = "base"
        busy = asyncio.create_task(card.use("base", 20))
        rival = asyncio.create_task(card.use("tuned", 1))
        late = asyncio.create_task(card.use("base", 1, at=SLICE + 1))
        await asyncio.sleep(SLICE + 2)
        assert [place.model for place in card.turns.waiting] == ["tuned", "base"]
        rival.cancel()
        assert await late == SLICE + 2  # it waited for the sake of the rival, who is gone
        await busy
        assert not card.changes and not card.turns.waiting and not card.turns.running

    simulated(story())


def test_who_goes_away_while_it_is_served_gives_its_place_back():
    async def story():
        card = Card()
        card.turns.holder = "base"
        endless = asyncio.create_task(card.use("base", NEVER))
        rival = asyncio.create_task(card.use("tuned", 1))
        await asyncio.sleep(20)
        endless.cancel()
        assert await rival == 20 + CHANGE

    simulated(story())


def test_who_goes_away_in_the_moment_of_admission_gives_its_place_back():
    async def story():
        card = Card()
        waiter = asyncio.create_task(card.use("base", 1))
        await asyncio.sleep(CHANGE / 2)
        place = card.turns.waiting[0]
        await card.turns.change
        assert place.admitted and card.turns.running == 1
        waiter.cancel()  # it was called, and has not come yet
        await asyncio.wait([waiter])
        assert waiter.cancelled() and card.turns.running == 0
        assert await card.use("tuned", 1) > 0

    simulated(story())


def test_a_change_outlives_the_request_that_caused_it():
    async def story():
        card = Card()
        impatient = asyncio.create_task(card.use("base", 1))
        await asyncio.sleep(CHANGE / 2)
        impatient.cancel()
        await card.use("tuned", 1)
        assert card.changes == ["base", "tuned"]

    simulated(story())


def test_a_failed_change_fails_those_who_wait_for_it_and_the_others_go_on():
    async def story():
        card = Card(broken={"tuned"})
        card.turns.holder = "base"
        outcomes = await asyncio.gather(
            *(card.use(("base", "tuned")[n % 2], 1, at=n / 10) for n in range(100)), return_exceptions=True
        )
        assert all(isinstance(outcome, RuntimeError) for outcome in outcomes[1::2])
        assert all(isinstance(outcome, float) for outcome in outcomes[::2])

    simulated(story())


def test_a_holder_that_was_lost_takes_its_turn_anew():
    async def story():
        card = Card()
        card.turns.holder = "base"
        async with card.turns.turn("base"):
            card.turns.holder = None
        await card.use("base", 1)
        assert card.changes == ["base"]

    simulated(story())


@dataclass
class Ask:
    at: float
    model: str
    seconds: float
    gives_up: float | None


LONGEST = 8.0
asks = st.builds(
    Ask,
    at=st.floats(0, 60),
    model=st.sampled_from(["base", "tuned", "third"]),
    seconds=st.floats(0, LONGEST),
    gives_up=st.none() | st.floats(0, 20),
)


@given(st.lists(asks, max_size=40), st.sets(st.sampled_from(["base", "third"])))
def test_no_two_models_ever_run_and_nobody_starves(script: list[Ask], broken: set[str]):
    async def story():
        card = Card(broken=broken)

        async def one(ask: Ask):
            await asyncio.sleep(ask.at)
            using = card.use(ask.model, ask.seconds)
            try:
                await (asyncio.wait_for(using, ask.gives_up) if ask.gives_up is not None else using)
            except RuntimeError:
                assert ask.model in broken
            except TimeoutError:
                assert ask.gives_up is not None

        await asyncio.gather(*map(one, script))
        await asyncio.sleep(CHANGE)  # of one whose cause has gone away
        assert not card.turns.waiting and not card.turns.running and not card.using.total()
        # At worst a request comes just as its model's turn closes, and both others have theirs before it is its again.
        turn = SLICE + LONGEST + LINGER + CHANGE
        assert max(card.waited, default=0) <= 3 * turn

    simulated(story())
