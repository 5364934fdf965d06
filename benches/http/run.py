#!/usr/bin/env python3
"""Measures the servers in turn, round after round, and prints Markdown.

Run it with scripts/bench, which builds and installs what is needed here.
Every server is held on one core, and wrk and this program on another.
"""

import argparse
import datetime
import os
import platform
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
TARGET = "/access_token?channel=test&uid=1234"
REQUEST = f"GET {TARGET} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
KEYS = {"APP_ID": "0123456789abcdef" * 2, "APP_CERTIFICATE": "fedcba9876543210" * 2}
TICKS = os.sysconf("SC_CLK_TCK")
PATH = os.environ.get("PATH", "") + ":/usr/sbin"
SERVER_CORE, LOAD_CORE = (sorted(os.sched_getaffinity(0)) * 2)[:2]


def free_port():
    """A free port below the range for outgoing connections: polling a closed
    port of that range can connect a socket to itself."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
                return port
            except OSError:
                continue


def fetch(port):
    """The head and the body of one answer; OSError until the server listens."""
    with socket.create_connection((HOST, port), timeout=5) as client:
        client.sendall(REQUEST)
        data = b""
        while True:
            head, gap, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if gap and length and len(body) >= int(length[1]):
                return head.decode(), body.decode()
            part = client.recv(65536)
            if not part:
                raise ConnectionResetError("closed before the answer's end")
            data += part


class Server:
    started = []

    def __init__(self, name, command, env=(), silent=False, target=TARGET, script=None):
        self.name, self.command, self.env, self.silent = name, command, dict(env), silent
        self.target, self.script = target, script
        self.port, self.rounds = free_port(), []

    def start(self):
        """Starts the server on its core; returns the seconds to its first answer."""
        env = {"PATH": PATH, "HOST": HOST, "PORT": str(self.port), **KEYS, **self.env}
        os.sched_setaffinity(0, {SERVER_CORE})  # the child inherits it
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            cwd="/",  # away from a developer's .env file
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if self.silent else None,
        )
        os.sched_setaffinity(0, {LOAD_CORE})
        Server.started.append(self)
        while True:
            try:
                head, self.body = fetch(self.port)
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - begin > 30:
                    sys.exit(f"bench: {self.name} does not start: {self.command}")
        seconds = time.perf_counter() - begin
        if not head.startswith("HTTP/1.1 200"):
            sys.exit(f"bench: {self.name} answered {head.splitlines()[0]}: {self.body}")
        self.size = len(head) + 4 + len(self.body)
        return seconds

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def pids(self):
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def cpu_seconds(self):
        """User and system time of the server's processes."""
        total = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def resident_mb(self):
        status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in self.pids())
        return sum(map(int, re.findall(r"VmRSS:\s+(\d+)", status))) * 1024 / 1e6

    def load(self, seconds, connections):
        """One run of wrk."""
        before, wrk_before = self.cpu_seconds(), children_cpu_seconds()
        text = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
            + (["-s", str(self.script)] if self.script else [])
            + [f"http://{HOST}:{self.port}{self.target}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        cpu, wrk_cpu = self.cpu_seconds() - before, children_cpu_seconds() - wrk_before
        if "Non-2xx" in text or "Socket errors" in text:
            sys.exit(f"bench: {self.name} failed under load:\n{text}")
        requests, took = re.search(r"(\d+) requests in ([\d.]+)s", text).groups()
        return {
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50": milliseconds(re.search(r"\n +50% +(\S+)", text)[1]),
            "p99": milliseconds(re.search(r"\n +99% +(\S+)", text)[1]),
            "cpu": cpu / int(requests) * 1e6,
            "busy": cpu / float(took),
            "wrk busy": wrk_cpu / float(took),
        }

    def median(self, key):
        return median(one[key] for one in self.rounds)

    def ratio(self, other):
        """How many times the other's requests it answers in the same CPU time."""
        return median(b["cpu"] / a["cpu"] for a, b in zip(self.rounds, other.rounds))


def children_cpu_seconds():
    """User and system time of the programs that ran and ended: of wrk."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def nginx(folder, body):
    """One worker that answers the constant text `body`."""
    command = ["nginx", "-p", folder, "-e", "stderr", "-c", "nginx.conf"]
    server = Server("nginx, fixed body", command)
    temp = [
        f"{kind}_temp_path {kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    Path(folder, "nginx.conf").write_text(
        f"""
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr crit;
        events {{ worker_connections 4096; }}
        http {{
          {" ".join(temp)}
          access_log off;
          keepalive_requests 1000000000;
          keepalive_timeout 1h;
          default_type application/json;
          server {{
            listen {HOST}:{server.port};
            location = /access_token {{ return 200 '{body}'; }}
          }}
        }}
        """
    )
    return server


def machine():
    def first_line(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[0]

    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return ", ".join(
        [
            model[1] if model else platform.machine(),
            f"{os.cpu_count()} cores",
            f"Linux {platform.release()}",
            first_line("rustc", "--version"),
            first_line("nginx", "-v").removeprefix("nginx version: "),
            f"node {first_line('node', '--version')}",
            datetime.date.today().isoformat(),
            f"load average at the start {os.getloadavg()[0]:.2f}",
        ]
    )


def table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("|" + " --- |" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def run(options, folder):
    print(machine(), end="\n\n", flush=True)

    binary = options.target / "release/agora-token-server"
    express_folder = options.target / "bench-express"
    quiet = {"LOG_LEVEL": "warn"}

    ours = Server("agora-token-server, 006", [binary], quiet)
    logging = Server("the same with its request log, to /dev/null", [binary], silent=True)
    watched = Server(
        "the same with metrics and an audit in a file",
        [binary],
        {**quiet, "METRICS_PORT": str(free_port()), "AUDIT_LOG": f"{folder}/audit.jsonl"},
    )
    counted = Server("the same with metrics", [binary], {**quiet, "METRICS_PORT": str(free_port())})
    newer = Server("agora-token-server, 007", [binary], {**quiet, "ACCESS_TOKEN_VERSION": "007"})
    uikit = Server(
        "agora-token-server, /rtc/… (007)",
        [binary],
        quiet,
        target="/rtc/test/publisher/uid/1234/?expiry=3600",
    )
    own = Server(
        "agora-token-server, POST /v1/tokens (007)",
        [binary],
        quiet,
        target="/v1/tokens",
        script=Path(__file__).with_name("tokens.lua"),
    )
    ours.start()
    bare = Server(
        "bare axum route, fixed body",
        [options.target / "release/examples/bare-axum"],
        {"BODY": ours.body},
    )
    fixed = nginx(folder, ours.body)
    express = Server(
        "express + agora-access-token, 006",
        ["node", express_folder / "server.js"],
        {"NODE_ENV": "production"},
    )
    servers = [ours, logging, counted, watched, newer, uikit, own, bare, fixed, express]
    for server in servers[1:]:
        server.start()
        if server is not newer and abs(len(server.body) - len(ours.body)) > 4:
            print(
                f"Warning: {server.name} answers {len(server.body)} bytes,"
                f" {ours.name} {len(ours.body)}\n"
            )

    for server in servers:
        server.load(1, options.connections)
    for turn in range(options.rounds):
        for server in servers:
            print(f"round {turn + 1} of {options.rounds}: {server.name}", file=sys.stderr)
            server.rounds.append(server.load(options.seconds, options.connections))

    print(
        f"Medians of {options.rounds} rounds of {options.seconds} s, {options.connections}"
        " keep-alive connections, each server on one core and wrk on another."
        " Bare axum and nginx answer a fixed text; the others make a token for each request."
        " Only the row that says so writes a request log. The ratios are of requests for the same"
        " CPU time, which other work on the machine disturbs less than req/s.\n"
    )
    table(
        ["server", "req/s", "p50 ms", "p99 ms", "CPU µs/request", "of its core", "wrk, of its core"]
        + ["answer bytes", "resident MB", "× bare axum", "× nginx", "× express"],
        [
            [
                server.name,
                f"{server.median('rate'):,.0f}",
                f"{server.median('p50'):.2f}",
                f"{server.median('p99'):.2f}",
                f"{server.median('cpu'):.1f}",
                f"{server.median('busy'):.0%}",
                f"{server.median('wrk busy'):.0%}",
                f"{server.size}",
                f"{server.resident_mb():.1f}",
                *(f"{server.ratio(other):.2f}" for other in (bare, fixed, express)),
            ]
            for server in servers
        ],
    )
    if min(server.median("busy") for server in servers) < 0.9:
        print(
            "Warning: a server had less than nine tenths of its core, because of other work on this"
            " machine or of wrk: req/s, p50 and p99 are not the servers' own.\n"
        )

    resident = max(server.resident_mb() for server in (ours, logging, newer, uikit, own))
    for server in servers:
        server.stop()
    starts = []
    for _ in range(10):
        server = Server(ours.name, [binary], quiet)
        starts.append(server.start() * 1000)
        server.stop()
    size = binary.stat().st_size / 1e6

    limits = [
        ("006 beside bare axum", ours.ratio(bare), "≥ 0.85 ×", ours.ratio(bare) >= 0.85),
        ("/rtc/… beside bare axum", uikit.ratio(bare), "≥ 0.70 ×", uikit.ratio(bare) >= 0.70),
        ("POST /v1/tokens beside bare axum", own.ratio(bare), "≥ 0.70 ×", own.ratio(bare) >= 0.70),
        ("006 with metrics and audit beside all off", watched.ratio(ours), "≥ 0.80 ×", watched.ratio(ours) >= 0.80),
        ("006 beside express", ours.ratio(express), "≥ 18 ×", ours.ratio(express) >= 18),
        ("resident after load, the largest, MB", resident, "≤ 8", resident <= 8),
        ("exec to first answer, median of 10, ms", median(starts), "≤ 20", median(starts) <= 20),
        ("release binary, MB", size, "≤ 6", size <= 6),
    ]
    table(
        ["figure", "measured", "wanted", ""],
        [
            [what, f"{value:.2f}", wanted, "ok" if held else "MISSED"]
            for what, value, wanted, held in limits
        ],
    )
    return all(held for *_, held in limits)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="of each run (default: 5)")
    parser.add_argument("--rounds", type=int, default=3, help="each server's runs (default: 3)")
    parser.add_argument("--connections", type=int, default=64, help="default: 64")
    parser.add_argument("--check", action="store_true", help="exit 1 when a limit is missed")
    parser.add_argument("--target", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.target = options.target.resolve()

    os.environ["PATH"] = PATH
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        try:
            held = run(options, folder)
        finally:
            for server in Server.started:
                server.stop()
    if options.check and not held:
        sys.exit(1)


if __name__ == "__main__":
    main()
