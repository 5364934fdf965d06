"""Starts the server, open and guarded, then checks that its description is valid OpenAPI 3.1, and with Schemathesis that
it is true. The guarded one is shown its API key, but where Schemathesis tries what happens without.

Usage: check.py BINARY [SEED]
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = "75"  # for each operation and server; all of them take half a minute
KEY = "0123456789abcdef0123456789abcdef"
# Schemathesis sends more invalid keys than FAILED_AUTH_LIMIT allows.
SERVERS = {"open": {}, "guarded": {"API_KEYS": f"check:{KEY}", "FAILED_AUTH_LIMIT": "off"}}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def document(url):
    for _ in range(500):
        try:
            with urllib.request.urlopen(url) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.02)
    sys.exit(f"nothing answers at {url}")


def schemathesis(url, seed):
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", url, "--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES),
        *("--continue-on-failure", "--warnings", "off", "--no-color", "--generation-database", "none"),
        *(("--seed", seed) if seed else ()),
    ]
    # It leaves a cache where it runs.
    with tempfile.TemporaryDirectory() as directory:
        return subprocess.run(command, cwd=directory, env={**os.environ, "API_KEY": KEY}, check=False).returncode


def main(binary, seed=None):
    failed = 0
    for name, access in SERVERS.items():
        port = free_port()
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "LOG_LEVEL": "warn", **access}
        server = subprocess.Popen([binary, "serve", "--demo"], env={**os.environ, **settings})
        try:
            url = f"http://127.0.0.1:{port}/openapi.json"
            print(f"== the {name} server", flush=True)
            OpenAPIV31SpecValidator(document(url)).validate()
            failed |= schemathesis(url, seed)
        finally:
            server.terminate()
        failed |= server.wait()
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
