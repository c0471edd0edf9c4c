"""How fast, and how much at once: Locust users of two endpoints, asking batch by batch in turn until it is known."""
