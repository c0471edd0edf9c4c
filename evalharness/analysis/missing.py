"""What errors could hide. Pure.

An error is no wrong answer, and enters no rate. But if it came just where the answer would have been wrong, leaving it
out would pass for a gain. So the difference is also taken with every error counted against the second endpoint, and
with every error counted for it: what holds in both holds whatever the answers would have been (Manski CF (1990),
Nonparametric bounds on treatment effects, American Economic Review 80:319-323).
"""

Right = bool | None
"""Whether an answer is right; None for an error."""


def against_second(first: Right, second: Right) -> int:
    """A prompt's difference, second minus first: the second's error is taken for wrong, the first's for right."""
    return int(second is True) - int(first is not False)


def for_second(first: Right, second: Right) -> int:
    """A prompt's difference, second minus first: the second's error is taken for right, the first's for wrong."""
    return int(second is not False) - int(first is True)
