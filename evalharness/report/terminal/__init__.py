"""What a person sees in a terminal of each kind of run, and how it looks: tables, progress, one file a kind."""
