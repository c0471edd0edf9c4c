"""Everything that asks two endpoints questions. It needs two URLs and knows nothing of how they were deployed."""
