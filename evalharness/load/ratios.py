"""stub"""
import math
def pairs_a_value(metric, users): return math.ceil(5/(0.05*users)) if metric.endswith('95') else 1
