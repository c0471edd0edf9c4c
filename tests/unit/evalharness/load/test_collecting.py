"""What counts of a load's blocks while they come in."""

from dataclasses import replace

from evalharness.load.collecting import Collected, collected
from evalharness.load.profile import DEFAULT
from evalharness.runs.rows.load import BlockRow, RequestRow
from tests.parts import NAMES, block, failed, requested

PROFILE = replace(DEFAULT, users=2, seconds=100, output_tokens=2)


def asked(pair: int, endpoint: str, **more: object) -> list[RequestRow]:
    return [requested(pair=pair, endpoint=endpoint, **more) for _ in range(PROFILE.users)]


def both(pair: int, **more: object) -> list[tuple[list[RequestRow], BlockRow]]:
    """A pair of blocks of a second each, ten seconds after the one before."""
    return [
        (asked(pair, name, **more), block(pair=pair, endpoint=name, started=10.0 * pair + side, seconds=1.0))
        for side, name in enumerate(NAMES)
    ]


def test_a_pair_counts_when_both_its_blocks_are_there() -> None:
    found = Collected(PROFILE, NAMES)
    first, second = both(1)
    found.add(*first)
    assert (len(found.pairs), found.seconds, found.requests) == (0, 0, 0)
    found.add(*second)
    assert (len(found.pairs), found.seconds, found.requests) == (1, 2, 2)


def test_the_second_endpoint_is_the_second_whoever_comes_first() -> None:
    found = Collected(PROFILE, NAMES)
    slow = (asked(1, "tuned", chunks=[0.1, 3.0]), block(pair=1, endpoint="tuned", seconds=3.0))
    for rows, row in (slow, both(1)[0]):
        found.add(rows, row)
    ((first, second),) = found.pairs
    assert second.seconds == 3 > first.seconds


def test_a_pair_with_a_failed_request_is_no_pair_but_its_requests_count() -> None:
    found = Collected(PROFILE, NAMES)
    for rows, row in (both(1)[0], (asked(1, "tuned", error=failed("http_500")), both(1)[1][1]), *both(2)):
        found.add(rows, row)
    assert (len(found.pairs), found.spoilt) == (1, 1)
    assert found.sides["tuned"].errors == {"http_500": 2} and found.sides["tuned"].requests == 4
    assert found.seconds == 12


def test_the_warm_up_and_what_was_cut_off_count_for_nothing() -> None:
    found = Collected(PROFILE, NAMES)
    found.add(asked(1, "base", phase="warmup"), block(phase="warmup"))
    found.add([*asked(2, "base"), requested(phase="cut", chunks=[])], block(pair=2))
    assert found.requests == 0 and not found.sides["base"].blocks and not found.sides["base"].errors


def test_the_folder_alone_gives_the_same() -> None:
    parts = [*both(1), *both(2)]
    live = Collected(PROFILE, NAMES)
    for rows, row in parts:
        live.add(rows, row)
    again = collected(PROFILE, NAMES, [row for rows, _ in parts for row in rows], [row for _, row in parts])
    assert again.ratios() == live.ratios() and again.sides["base"].requests == live.sides["base"].requests


def test_looks_come_with_the_time_that_both_have_been_under_load() -> None:
    found = Collected(PROFILE, NAMES)
    seen = []
    for pair in range(1, 12):
        for rows, row in both(pair):
            found.add(rows, row)
        seen.append(found.looks)
    assert seen == [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
