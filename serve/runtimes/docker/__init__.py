"""The deployment as containers, which Compose keeps alive."""
