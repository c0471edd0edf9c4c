"""How fast, and how much at once: a closed loop of Locust users against each endpoint in turn."""
