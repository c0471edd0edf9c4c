"""Plain Locust, as people know it, with our user."""
