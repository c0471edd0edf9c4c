"""Exported models signed with a person's own key, in an environment of its own."""
