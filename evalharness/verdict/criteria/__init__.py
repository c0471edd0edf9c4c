"""What a verdict is made of: one file a criterion, evidence and policy in, reasons out. All of it is pure.

quality.py        is each suite's difference what its purpose asks for
gain.py           does any suite show that the tuned model is better
no_difference.py  the harness tests itself: does one model differ from itself
robustness.py     does the tuned model lose more when questions are asked otherwise
preference.py     does a judging model prefer it
votes.py          do people prefer it
capacity.py       does it keep the limits on speed under load
answered.py       did both answer
fight.py          did the servers differ in anything but the weights

statement.py has the one rule by which every interval is judged, plain.py the one sentence that says so.
"""
