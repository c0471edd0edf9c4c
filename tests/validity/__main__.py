"""`make validity`: how often the shipped checks are wrong about answers whose worth is known, suite by suite."""

import argparse

from scipy.stats import binomtest

from evalharness.suites.files import SHIPPED, load_suite
from tests.validity import bank

HEADS = ("right and natural, failed", "right and terse, failed", "wrong, passed")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make validity VALIDITY=…", description=__doc__)
    arguments.add_argument("suites", nargs="*", help="default: every suite that the bank has answers for")
    arguments.add_argument("--show", action="store_true", help="also print the answers that the checks are wrong about")
    given = arguments.parse_args()
    print(f"{'suite':16}{'purpose':17}{'prompts':>8}   " + "   ".join(f"{head:26}" for head in HEADS))
    for name in given.suites or bank.suites():
        _print(name, given.show)


def _print(name: str, show: bool) -> None:
    tallies = bank.measured(name)
    prompts = len({answer.prompt for answer in bank.answers(name)})
    purpose = load_suite(SHIPPED / f"{name}.yaml").purpose
    shares = "   ".join(f"{_share(tallies[kind]):26}" for kind in bank.KINDS)
    print(f"{name:16}{purpose:17}{prompts:8}   {shares}")
    for tally in tallies.values() if show else ():
        for answer in tally.mistaken:
            print(f"  {answer.prompt} ({answer.kind}): {' '.join(answer.text.split())[:300]}")


def _share(tally: bank.Tally) -> str:
    """`3/40  7.5 % (1.6-20.4)`: the interval is Clopper and Pearson's, at 95 %."""
    if not tally.many:
        return "none"
    wrong = len(tally.mistaken)
    interval = binomtest(wrong, tally.many).proportion_ci(0.95, method="exact")
    return f"{wrong}/{tally.many}  {wrong / tally.many:.1%} ({100 * interval.low:.1f}-{100 * interval.high:.1f})"


main()
