"""A verdict as people and machines read it: one HTML page, Markdown, JUnit."""
