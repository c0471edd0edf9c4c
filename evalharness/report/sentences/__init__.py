"""What came out, in words: the sentences that the page, the Markdown and the terminal share, so that all say the same.

It knows summaries and verdicts; it knows nothing of where a sentence is shown.
"""
