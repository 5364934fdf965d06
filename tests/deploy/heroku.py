"""Runs a slug as a Heroku dyno does, and checks what its router and its process manager expect.

Usage: heroku.py SLUG [--idle SECONDS]

SLUG is the folder that the buildpack leaves: the sources, and under target/ nothing but the built executables.
"""

import argparse
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

APP_ID = "970CA35de60c44645bbae8a215061b33"
APP_CERTIFICATE = "5CFd2fd1755d40ecb72977518be15d3b"

FIRST_ANSWER = 10  # seconds; Heroku gives a dyno 60
KILL = 30  # seconds from SIGTERM to SIGKILL
IN_FLIGHT = 50


def check(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    """One kept connection, as the router has to a dyno."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=KILL)

    def send(self, text):
        self.socket.sendall(text.encode())

    def answer(self):
        """Status and body of the next answer."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.read()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        while len(body) < length:
            body += self.read()
        return int(lines[0].split()[1]), body.decode()

    def get(self, target):
        self.send(
            f"GET {target} HTTP/1.1\r\nHost: example.herokuapp.com\r\nX-Forwarded-For: 192.0.2.1\r\n"
            "X-Forwarded-Proto: https\r\nX-Request-Id: 01234567-89ab-cdef-0123-456789abcdef\r\n\r\n"
        )
        return self.answer()

    def read(self):
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def command_line(slug):
    """What stands behind `web:` in the Procfile."""
    lines = (slug / "Procfile").read_text().splitlines()
    return next(line.removeprefix("web:").strip() for line in lines if line.startswith("web:"))


def environment(slug, port):
    """What Heroku sets, and what the form of app.json asked for; nothing of this machine."""
    form = json.loads((slug / "app.json").read_text())["env"]
    return {
        **{name: entry["value"] for name, entry in form.items() if "value" in entry},
        "APP_ID": APP_ID,
        "APP_CERTIFICATE": APP_CERTIFICATE,
        "DYNO": "web.1",
        "HOME": str(slug),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PORT": str(port),
        "PS": "web.1",
    }


def check_slug(slug):
    built = [path for path in (slug / "target").rglob("*") if path.is_file()]
    others = [str(path) for path in built if path.parent != slug / "target/release" or not os.access(path, os.X_OK)]
    check(not others, f"target/ holds more than executables: {others}")
    check(not (slug / ".env").exists(), "a .env got into the slug")
    toolchain = (slug / "rust-toolchain").read_text()
    check(len(toolchain.split()) == 1, "the buildpack wants one word in rust-toolchain")


def wait_for_answer(server, port, started):
    while time.monotonic() - started < FIRST_ANSWER:
        check(server.poll() is None, f"the Procfile's line ended with {server.returncode}")
        try:
            status, _ = Connection(port).get("/healthz")
            check(status == 200, f"/healthz answers {status}")
            return time.monotonic() - started
        except ConnectionRefusedError:
            time.sleep(0.002)
    sys.exit(f"failed: no answer within {FIRST_ANSWER} s")


def check_token(slug, environment, port):
    status, body = Connection(port).get("/access_token?channel=test&uid=1234")
    check(status == 200, f"/access_token answers {status}: {body}")
    binary = str(slug / "target/release/agora-token-server")
    inspect = [binary, "inspect", "--json", "--channel", "test", "--uid", "1234", json.loads(body)["token"]]
    report = subprocess.run(inspect, env=environment, capture_output=True, text=True, check=False).stdout
    check(json.loads(report)["signature"] == "valid", f"the token does not verify: {report}")


def check_idle(port, seconds):
    """The router keeps an unused connection to a dyno for 90 seconds, and may use it up to the last."""
    connection = Connection(port)
    connection.get("/healthz")
    time.sleep(seconds)
    try:
        status, _ = connection.get("/healthz")
    except OSError as error:
        sys.exit(f"failed: after {seconds} idle seconds: {error}")
    check(status == 200, f"after {seconds} idle seconds /healthz answers {status}")


def check_stop(server, port):
    """Requests that have begun are answered, however often Heroku sends SIGTERM; returns how long it took."""
    body = json.dumps({"tokenType": "rtc", "channel": "test", "role": "publisher", "uid": "1234"})
    half = len(body) // 2
    requests = [Connection(port) for _ in range(IN_FLIGHT)]
    for request in requests:
        request.send(
            "POST /getToken HTTP/1.1\r\nHost: example.herokuapp.com\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body[:half]}"
        )
    Connection(port).get("/healthz")  # the others have been accepted by now
    stopped = time.monotonic()
    for _ in range(3):
        os.killpg(server.pid, signal.SIGTERM)  # to every process of the dyno
        time.sleep(0.2)
    lost = []
    for request in requests:
        try:
            request.send(body[half:])
            status, answer = request.answer()
            if status != 200:
                lost.append(f"{status} {answer}")
        except OSError as error:
            lost.append(str(error))
    check(not lost, f"{len(lost)} of {IN_FLIGHT} requests in flight were lost: {lost[:3]}")
    try:
        code = server.wait(KILL - (time.monotonic() - stopped))
    except subprocess.TimeoutExpired:
        sys.exit(f"failed: still there {KILL} s after SIGTERM")
    check(code == 0, f"exit code {code}")
    return time.monotonic() - stopped


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status")
    if not status.exists():
        return "unknown"
    return next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS:")) + " kB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("slug", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--idle", type=float, default=95, help="seconds that an unused connection must survive")
    options = parser.parse_args()

    check_slug(options.slug)
    port = free_port()
    settings = environment(options.slug, port)
    # A dyno starts the line in a shell of its own.
    started = time.monotonic()
    server = subprocess.Popen(
        ["bash", "-c", command_line(options.slug)],
        cwd=options.slug,
        env=settings,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        first = wait_for_answer(server, port, started)
        check_token(options.slug, settings, port)
        check_idle(port, options.idle)
        memory = resident(server.pid)
        stop = check_stop(server, port)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    print(
        f"first answer after {first * 1000:.0f} ms; {options.idle:g} s idle survived; {memory} resident; "
        f"{IN_FLIGHT} requests in flight answered; stopped {stop:.1f} s after SIGTERM"
    )


main()
