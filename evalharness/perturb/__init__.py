"""The same questions, asked less neatly: seeded variants of a suite's prompts, to see what an answer stands on."""
