"""Who is asked, and how: endpoints, one question, a run of questions, and what servers say of themselves."""
