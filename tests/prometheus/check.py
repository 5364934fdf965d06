"""Lets promtool judge what the server serves at /metrics, and the rules and the configuration in deploy/prometheus.

Usage: check.py BINARY PROMTOOL
"""

import os
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request

RULES = pathlib.Path(__file__).resolve().parents[2] / "deploy/prometheus"
TARGETS = ["/access_token?channel=test", "/access_token", "/v1/tokens?channel=test", "/nothing", "/readyz"]


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return error.read()


def scrape(binary):
    """What a server that has answered something serves."""
    settings = {"HOST": "127.0.0.1", "PORT": "0", "METRICS_PORT": "0", "LOG_LEVEL": "info", "LOG_FORMAT": "json"}
    server = subprocess.Popen(
        [binary, "serve", "--demo"], env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        found = {}
        for line in server.stdout:
            if match := re.search(r"(listening on|metrics at) (http://[0-9.:]+)", line):
                found[match[1]] = match[2]
            if len(found) == 2:
                break
        for target in TARGETS:
            get(found["listening on"] + target)
        get(found["metrics at"] + "/metrics")
        return get(found["metrics at"] + "/metrics")
    finally:
        server.terminate()
        server.communicate(timeout=30)


def main(binary, promtool):
    promtool = pathlib.Path(promtool).resolve()

    def check(*command, **options):
        subprocess.run([promtool, *command], cwd=RULES, check=True, **options)

    metrics = scrape(binary)
    print(f"{len(metrics.splitlines())} lines of metrics")
    check("check", "metrics", input=metrics)
    check("check", "config", "prometheus.yml")
    check("check", "rules", "--lint-fatal", "alerts.yml")
    check("test", "rules", "alerts_test.yml")


if __name__ == "__main__":
    main(*sys.argv[1:])
