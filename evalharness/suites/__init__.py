"""Prompt suites: what one is, how its file is read and written, and those that ship. Most of these are written by
evalharness.suites.generators; `general` and yours by hand.
"""
