"""Tasks of EleutherAI's lm-evaluation-harness against our endpoints."""
