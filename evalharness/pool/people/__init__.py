"""What people said and how they voted in Open WebUI, and what comes of it: rows to learn from and votes."""
