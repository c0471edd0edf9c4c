"""Rows to train the next adapter on: given ones, variants made of them, and which of both are fit to learn from."""
