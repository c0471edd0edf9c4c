"""Models: where they come from, whether they can be served, and the store of what is made of them."""
