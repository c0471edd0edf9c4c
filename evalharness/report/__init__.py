"""A verdict, and other runs, as people and machines read them: one HTML page, Markdown, JUnit, tables in a terminal."""
