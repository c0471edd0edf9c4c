"""What runs: the catalogue, and of each service its arguments, variables and health; what is behind each endpoint."""
