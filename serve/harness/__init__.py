"""The harness as the deployment runs it: its command lines, and running them."""
