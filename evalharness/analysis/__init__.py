"""What the rows of a run come to: pairs, rates, failures, robustness, the factorial, two runs side by side. Pure."""
