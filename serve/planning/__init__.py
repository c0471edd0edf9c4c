"""What fits where: a model's sizes, a GPU's memory, and the limits that every server is given."""
