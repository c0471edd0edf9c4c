"""How much an endpoint bears at an agreed service level: the highest level of load that is held, with an interval.

slo.py says what is agreed, held.py judges one probe, search.py says what to probe next, estimate.py what all of it
comes to: these are pure. The rest acts.
"""
