"""How sure is sure enough: the levels that all of Tandem's statistics share."""

CONFIDENCE = 0.95
ALPHA = 1 - CONFIDENCE
POWER = 0.8
FALSE_PASS = 0.05
"""How often a verdict may pass what it should not, at most. The intervals' own level is half of it, one side of ALPHA;
the rest is for what no formula foresees."""
