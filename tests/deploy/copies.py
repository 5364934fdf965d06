"""Three copies behind nginx, under load: killed, stopped and restarted in turn, then given another certificate in turn.

Usage: copies.py BINARY [--rounds N]

No request may fail, and every token must verify under the one certificate or the other.
"""

import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

APP_ID = "970CA35de60c44645bbae8a215061b33"
OLD = "5CFd2fd1755d40ecb72977518be15d3b"
NEW = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
COPIES = 3
CLIENTS = 8
PAUSE = 1.2  # seconds between two blows: longer than nginx leaves a copy alone, so that it comes back each time

JSON = {"Content-Type": "application/json"}
BODY = json.dumps({"tokenType": "rtc", "channel": "test", "uid": 1234, "role": 1})
REQUESTS = [
    ("GET", "/access_token?channel=test&uid=1234", None, {}, "token"),
    ("GET", "/rtc/test/publisher/uid/1234", None, {}, "rtcToken"),
    ("POST", "/getToken", BODY, JSON, "token"),
]

# As docs/operations.md has it; a copy is left alone for less long, for the test's sake.
NGINX = """
{user}
daemon off;
worker_processes 1;
error_log {directory}/error.log warn;
pid {directory}/nginx.pid;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  upstream agora-token-server {{
    {servers}
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location / {{
      proxy_pass http://agora-token-server;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 1s;
      proxy_read_timeout 5s;
      proxy_next_upstream error timeout http_503 non_idempotent;
    }}
  }}
}}
"""


def check(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_answer(port, target="/healthz"):
    for _ in range(1000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", target)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.01)
    sys.exit(f"failed: nothing answers on port {port}")


class Copy:
    def __init__(self, binary):
        self.binary = binary
        self.port = free_port()
        self.process = None

    def start(self, certificate, secondary):
        settings = {
            "APP_ID": APP_ID,
            "APP_CERTIFICATE": certificate,
            "APP_CERTIFICATE_SECONDARY": secondary,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "LOG_LEVEL": "error",
        }
        # A folder without a .env.
        self.process = subprocess.Popen([self.binary, "serve"], env=settings, cwd="/")
        wait_for_answer(self.port)

    def end(self, with_signal):
        self.process.send_signal(with_signal)
        code = self.process.wait(30)
        check(code == (0 if with_signal == signal.SIGTERM else -with_signal), f"a copy ended with {code}")


class Load:
    """Clients that ask one after another for as long as it lasts."""

    def __init__(self, port):
        self.port = port
        self.failures = []
        self.tokens = collections.deque()
        self.ending = threading.Event()
        self.clients = [threading.Thread(target=self.ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for client in self.clients:
            client.join()

    def ask(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.ending.is_set():
            method, target, body, headers, field = REQUESTS[number % len(REQUESTS)]
            number += 1
            try:
                connection.request(method, target, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 200:
                    self.tokens.append(json.loads(text)[field])
                else:
                    self.failures.append(f"{answer.status} {text[:200]}")
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                self.failures.append(repr(error))
                connection.close()


@contextlib.contextmanager
def nginx(ports):
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        servers = " ".join(f"server 127.0.0.1:{copy} max_fails=1 fail_timeout=1s;" for copy in ports)
        user = "user root;" if os.getuid() == 0 else ""
        configuration = pathlib.Path(directory) / "nginx.conf"
        configuration.write_text(NGINX.format(directory=directory, port=port, servers=servers, user=user))
        binary = os.environ.get("NGINX") or shutil.which("nginx") or "/usr/sbin/nginx"
        process = subprocess.Popen([binary, "-p", directory, "-e", f"{directory}/error.log", "-c", str(configuration)])
        try:
            wait_for_answer(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def verified(binary, tokens, certificate):
    """For each token, whether it verifies under the certificate."""
    settings = {"APP_ID": APP_ID, "APP_CERTIFICATE": certificate}
    command = [binary, "inspect", "--json", "--channel", "test", "--uid", "1234"]
    report = subprocess.run(command, input="\n".join(tokens), env=settings, cwd="/", capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in report.stdout.splitlines()]
    check(len(reports) == len(tokens), f"{len(tokens)} tokens, but {len(reports)} reports: {report.stderr}")
    return [report["signature"] == "valid" for report in reports]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--rounds", type=int, default=3, help="how often each copy is killed, and stopped")
    options = parser.parse_args()

    copies = [Copy(options.binary) for _ in range(COPIES)]
    try:
        for copy in copies:
            copy.start(OLD, NEW)
        with nginx([copy.port for copy in copies]) as port, Load(port) as load:
            started = time.monotonic()
            for _ in range(options.rounds):
                for with_signal in (signal.SIGKILL, signal.SIGTERM):
                    for copy in copies:
                        time.sleep(PAUSE)
                        copy.end(with_signal)
                        time.sleep(PAUSE)
                        copy.start(OLD, NEW)
            before = len(load.tokens)
            for copy in copies:
                time.sleep(PAUSE)
                copy.end(signal.SIGTERM)
                copy.start(NEW, OLD)
            changed = len(load.tokens)
            time.sleep(1)
            took = time.monotonic() - started
    finally:
        for copy in copies:
            if copy.process and copy.process.poll() is None:
                copy.process.kill()
                copy.process.wait()

    tokens = list(load.tokens)
    check(not load.failures, f"{len(load.failures)} of {len(tokens)} requests failed: {load.failures[:3]}")
    by_old = verified(options.binary, tokens, OLD)
    others = [token for token, old in zip(tokens, by_old) if not old]
    neither = [token for token, new in zip(others, verified(options.binary, others, NEW)) if not new]
    check(not neither, f"{len(neither)} tokens verify under neither certificate: {neither[:3]}")
    check(all(by_old[:before]), "the new certificate signed before it was deployed")
    # A client's last answer under the old certificate may have been counted after the change.
    check(not any(by_old[changed + CLIENTS :]), "the old certificate signed after all copies had the new one")
    check(0 < sum(by_old[before:changed]) < changed - before, "the change was not a rolling one")
    print(
        f"{len(tokens):,} requests in {took:.0f} s, 0 failed, while each of {COPIES} copies was killed {options.rounds} times and "
        f"stopped {options.rounds + 1} times; {sum(by_old):,} tokens verify under the old certificate, {len(others):,} under the new"
    )


main()
