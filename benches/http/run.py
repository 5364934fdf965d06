#!/usr/bin/env python3
"""Measures the release build and prints Markdown: `compare`, which is what it
does unless told otherwise, sets it beside other servers; `soak` loads it for
long. Every server is held on one core, and wrk and this program on another.

Run it with scripts/bench, which builds and installs what is needed here.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

import compare
import soak
from servers import PATH, Server


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["compare", "soak"], default="compare")
    parser.add_argument("--seconds", type=int, default=5, help="of each run (default: 5)")
    parser.add_argument("--rounds", type=int, default=3, help="each server's runs (default: 3)")
    parser.add_argument("--minutes", type=float, default=10, help="of soaking (default: 10)")
    parser.add_argument("--connections", type=int, default=64, help="default: 64")
    parser.add_argument("--check", action="store_true", help="exit 1 when a limit is missed")
    parser.add_argument("--target", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.target = options.target.resolve()
    return options


def main():
    options = arguments()
    os.environ["PATH"] = PATH
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        try:
            if options.what == "soak":
                held = soak.run(options, options.target / "release/agora-token-server")
            else:
                held = compare.run(options, folder)
        finally:
            for server in Server.started:
                server.stop()
    if options.check and not held:
        sys.exit(1)


if __name__ == "__main__":
    main()
