"""One file a command of `python -m serve`: its NAME, HELP and main."""
