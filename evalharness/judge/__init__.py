"""A model as judge of a finished eval run: which of two answers is better, and how good one is by a rubric.

prompts.py has what the judge is told and how its reply is read, run.py what it is asked, summary.py what its
verdicts come to and how far they are a person's. commands/judge.py is the command, report/terminal/judge.py how it
looks.
"""
