"""How sure is sure enough: the levels that all of Tandem's statistics share."""

CONFIDENCE = 0.95
ALPHA = 1 - CONFIDENCE
POWER = 0.8
