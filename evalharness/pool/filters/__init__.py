"""Which rows are not fit to learn from: copies and leaks, personal data, another meaning, a broken form."""
