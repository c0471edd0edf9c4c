"""A person looks at rows, one after the other, on a local page."""
