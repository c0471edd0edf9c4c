"""Whether a server of this container answers: exit code 0 or 1. It runs every few seconds, and imports little.

python -m images.probe http://127.0.0.1:8000/health
"""

import sys
import urllib.request

TIMEOUT = 8.0  # seconds

try:
    # No proxy: the address is this container's own.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(sys.argv[1], timeout=TIMEOUT) as response:
        sys.exit(0 if response.status == 200 else 1)
except OSError:
    sys.exit(1)
