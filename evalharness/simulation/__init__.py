"""Does the statistics keep its promises? Thousands of simulated runs of known truth, judged as a real one is."""
