"""How an answer is read: its lines, sentences and lists, its markup, its code, what its clauses do.

It knows no check, and nothing of what was asked.
"""
