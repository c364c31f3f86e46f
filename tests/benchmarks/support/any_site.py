"""A playground on the fake backend of any checkout, whatever its own benchmarks are: any_site.py TREE DATA PORT."""

import sys
import threading
from pathlib import Path

if __name__ == "__main__":
    tree, data, port = sys.argv[1:]
    sys.path[0] = tree
    from tests import serving

    # Earlier ones take no port.
    serving.free_port = lambda: int(port)
    with serving.served_site(Path(data)):
        threading.Event().wait()
