"""The processes in which a model's code and the tests of it run, with nothing that either must not have.

child.py is such a process, talk.py how the two reach each other, system_calls.py what the kernel lets them ask. They
know nothing of checks: code.py starts them, and says what holds them back.
"""
