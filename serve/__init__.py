"""From settings to a running, healthy deployment. It knows nothing of how the endpoints are judged."""
