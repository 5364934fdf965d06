"""The servers that are measured: started on one core, loaded from another."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
TARGET = "/access_token?channel=test&uid=1234"
RTC_TARGET = "/rtc/test/publisher/uid/1234/?expiry=3600"
KEYS = {"APP_ID": "0123456789abcdef" * 2, "APP_CERTIFICATE": "fedcba9876543210" * 2}
QUIET = {"LOG_LEVEL": "warn"}
TICKS = os.sysconf("SC_CLK_TCK")
PATH = os.environ.get("PATH", "") + ":/usr/sbin"
SERVER_CORE, LOAD_CORE = (sorted(os.sched_getaffinity(0)) * 2)[:2]

API_KEY = "0123456789abcdef" * 4
JWT_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2


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


def jwt():
    """A user's, by HS256: 1234, in every channel, for a day."""

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    claims = {"sub": "1234", "agora_channels": ["*"], "exp": int(time.time()) + 86400}
    signed = b".".join(part(json.dumps(data).encode()) for data in ({"alg": "HS256"}, claims))
    signature = hmac.digest(JWT_SECRET.encode(), signed, hashlib.sha256)
    return (signed + b"." + part(signature)).decode()


class Request:
    """What is asked of a server, by the first question and by wrk."""

    def __init__(self, target=TARGET, headers=(), script=None):
        self.target, self.headers, self.script = target, dict(headers), script

    def bytes(self):
        lines = [f"GET {self.target} HTTP/1.1", f"Host: {HOST}"]
        body = b""
        if self.script:  # wrk's own language; the body stands in it
            body = re.search(r"wrk\.body = '(.*)'", self.script.read_text())[1].encode()
            lines[0] = f"POST {self.target} HTTP/1.1"
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def wrk_options(self):
        headers = [f"{name}: {value}" for name, value in self.headers.items()]
        options = [option for header in headers for option in ("-H", header)]
        return options + (["-s", str(self.script)] if self.script else [])


ACCESS_TOKEN = Request()
RTC = Request(RTC_TARGET)
POST = Request("/v1/tokens", script=HERE / "tokens.lua")
BY_KEY = Request(headers={"X-API-Key": API_KEY})


def by_jwt():
    return Request(headers={"Authorization": f"Bearer {jwt()}"})


class Server:
    started = []

    def __init__(self, name, command, env=(), silent=False, log=None, request=ACCESS_TOKEN):
        """`log` is the file that takes standard output; each round begins with an empty one."""
        self.name, self.command, self.env, self.silent, self.log = name, command, dict(env), silent, log
        self.request, self.port, self.rounds = request, free_port(), []

    def start(self):
        """Starts the server on its core; returns the seconds to its first answer."""
        env = {"PATH": PATH, "HOST": HOST, "PORT": str(self.port), **KEYS, **self.env}
        os.sched_setaffinity(0, {SERVER_CORE})  # the child inherits it
        stdout = open(self.log, "ab") if self.log else subprocess.DEVNULL
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            cwd="/",  # away from a developer's .env file
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.DEVNULL if self.silent else None,
        )
        os.sched_setaffinity(0, {LOAD_CORE})
        Server.started.append(self)
        while True:
            try:
                head, self.body = self.fetch()
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - begin > 30:
                    sys.exit(f"bench: {self.name} does not start: {self.command}")
        seconds = time.perf_counter() - begin
        if not head.startswith("HTTP/1.1 200"):
            sys.exit(f"bench: {self.name} answered {head.splitlines()[0]}: {self.body}")
        self.size = len(head) + 4 + len(self.body)
        return seconds

    def fetch(self):
        """The head and the body of one answer; OSError until the server listens."""
        with socket.create_connection((HOST, self.port), timeout=5) as client:
            client.sendall(self.request.bytes())
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

    def files(self):
        """How many file descriptors it has."""
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids())

    def load(self, seconds, connections, request=None):
        """One run of wrk."""
        request = request or self.request
        if self.log:
            os.truncate(self.log, 0)
        before, wrk_before = self.cpu_seconds(), children_cpu_seconds()
        text = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
            + request.wrk_options()
            + [f"http://{HOST}:{self.port}{request.target}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        cpu, wrk_cpu = self.cpu_seconds() - before, children_cpu_seconds() - wrk_before
        if "Non-2xx" in text or "Socket errors" in text:
            sys.exit(f"bench: {self.name} failed under load:\n{text}")
        requests, took = re.search(r"(\d+) requests in ([\d.]+)(?=s)", text).groups()
        return {
            "requests": int(requests),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50": milliseconds(re.search(r"\n +50% +(\S+)", text)[1]),
            "p99": milliseconds(re.search(r"\n +99% +(\S+)", text)[1]),
            "cpu": cpu / int(requests) * 1e6,
            "busy": cpu / float(took),
            "wrk busy": wrk_cpu / float(took),
            "lines lost": max(0, int(requests) - self.lines()) if self.log else 0,
        }

    def lines(self):
        """Lines in the log, after the last batch was written."""
        time.sleep(0.1)
        with open(self.log, "rb") as file:
            return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))

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
