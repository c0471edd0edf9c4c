"""What runs: the catalogue, and of each service its command line, environment and health."""
