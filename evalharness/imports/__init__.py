"""Suites out of conversations that other programs wrote."""
