"""The bank of variants that were read by hand: the kinds still make them, and what preserves the meaning does."""

import random
from collections import Counter
from pathlib import Path

import yaml

from evalharness.perturb.kinds import MAKERS
from evalharness.perturb.prose import read
from evalharness.suites.variants import KINDS

BANK = yaml.safe_load(Path(__file__).with_name("variant_bank.yaml").read_text("utf-8"))
RATE = 0.1


def test_of_two_hundred_variants_read_by_hand_at_least_98_percent_ask_for_the_same() -> None:
    assert len(BANK) >= 200
    assert sum(row["keeps"] for row in BANK) >= 0.98 * len(BANK)
    read_of = Counter(row["kind"] for row in BANK)
    assert read_of.keys() == {name for name in MAKERS if KINDS[name].preserves}
    assert min(read_of.values()) >= 14


def test_the_variants_that_were_read_are_those_that_are_made() -> None:
    unread = []
    for row in BANK:
        made = MAKERS[row["kind"]](read(row["prompt"], row["checks"]), random.Random(row["draw"]), RATE)
        if made != row["variant"]:
            unread.append((row["of"], row["kind"], made))
    assert unread == [], "read these, and put them into the bank with what you find"
