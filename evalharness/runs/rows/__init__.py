"""The rows of a run, each a line of its file: a file of types for every kind of run.

They know what a row holds, not how it lies in a file (jsonl.py) or what is made of it (summaries/). Times are in
seconds; `started` is Unix time.
"""
