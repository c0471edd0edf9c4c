"""What holds for every test: property tests are judged by what they find, never by how fast the machine is; and Ctrl-C
interrupts, whatever the tests were started from."""

import signal

from hypothesis import settings

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")

# A shell starts what it puts in the background with SIGINT ignored, and all that this starts inherits it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
