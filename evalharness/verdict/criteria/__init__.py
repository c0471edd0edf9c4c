"""What a verdict is made of: one file a criterion, evidence and policy in, reasons out. All of it is pure.

quality.py     is each suite's difference what its purpose asks for
robustness.py  does the tuned model lose more when questions are asked otherwise
preference.py  does a judging model prefer it
capacity.py    does it keep the limits on speed under load
answered.py    did both answer
fight.py       did the servers differ in anything but the weights
"""
