"""The release build beside a bare axum route, nginx and express, round after round."""

import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from servers import (
    API_KEY,
    BY_KEY,
    JWT_SECRET,
    POST,
    QUIET,
    RTC,
    Server,
    by_jwt,
    free_port,
    nginx,
)


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


class Servers:
    """All that are compared. The fixed bodies are as long as the tokens' answers."""

    def __init__(self, target, folder):
        binary = target / "release/agora-token-server"
        bare = target / "release/examples/bare-axum"

        def ours(name, env=(), **options):
            return Server(name, [binary], {**QUIET, **dict(env)}, **options)

        def everything(by, file):
            return {
                **by,
                "RATE_LIMIT": "1000000/s",
                "METRICS_PORT": str(free_port()),
                "AUDIT_LOG": f"{folder}/{file}",
            }

        def express(name, **options):
            script = target / "bench-express/server.js"
            return Server(name, ["node", script], {"NODE_ENV": "production"}, **options)

        self.binary = binary

        def logging(name, file, **settings):
            return Server(name, [binary], settings, silent=True, log=f"{folder}/{file}")

        self.default = logging("`/access_token`, 006, default settings: text log to a file", "text.log")
        self.json = logging("the same with `LOG_FORMAT=json`", "json.log", LOG_FORMAT="json")
        self.open = ours("`/access_token`, 006, `LOG_LEVEL=warn`")
        self.counted = ours("the same with metrics", {"METRICS_PORT": str(free_port())})
        by_key = everything({"API_KEYS": f"backend:{API_KEY}"}, "by_key.jsonl")
        self.by_key = ours("the same with API key, rate limit, metrics, audit in a file", by_key, request=BY_KEY)
        by_user = everything({"JWT_SECRET": JWT_SECRET}, "by_jwt.jsonl")
        self.by_jwt = ours("the same with HS256 JWT in place of the key, 007", by_user, request=by_jwt())
        self.newer = ours("`/access_token`, 007", {"ACCESS_TOKEN_VERSION": "007"})
        self.rtc = ours("`/rtc/…`, 007", request=RTC)
        self.post = ours("`POST /v1/tokens`, 007", request=POST)
        for server in (self.open, self.post):
            server.start()
        self.bare = Server("bare axum route, fixed text", [bare], {"BODY": self.open.body})
        name = "bare axum route that reads the `POST`, fixed text"
        self.bare_post = Server(name, [bare], {"BODY": self.post.body}, request=POST)
        self.nginx = nginx(folder, self.open.body)
        self.express = express("express with `agora-access-token`, 006")
        self.express_newer = express("express with `agora-token`, `/rtc/…`, 007", request=RTC)
        self.all = [value for value in vars(self).values() if isinstance(value, Server)]
        for server in self.all:
            if server not in (self.open, self.post):
                server.start()

    def of_other_length(self):
        """Those that should answer as much as ours, and do not."""
        pairs = [
            (self.bare, self.open),
            (self.nginx, self.open),
            (self.express, self.open),
            (self.bare_post, self.post),
            (self.express_newer, self.rtc),
        ]
        return [other.name for other, ours in pairs if abs(len(other.body) - len(ours.body)) > 12]


def measure(servers, options):
    for server in servers.all:
        server.load(1, options.connections)
    for turn in range(options.rounds):
        for server in servers.all:
            print(f"round {turn + 1} of {options.rounds}: {server.name}", file=sys.stderr)
            server.rounds.append(server.load(options.seconds, options.connections))


def print_servers(servers, options):
    print(
        f"Medians of {options.rounds} rounds of {options.seconds} s, {options.connections}"
        " keep-alive connections, each server on one core and wrk on another."
        " Those of a fixed text make no token. The ratios are of requests for the same"
        " CPU time, which other work on the machine disturbs less than req/s.\n"
    )
    table(
        ["server", "req/s", "p50 ms", "p99 ms", "CPU µs/request", "of its core", "wrk, of its core"]
        + ["answer bytes", "resident MB", "× all off", "× bare axum", "× nginx", "× express"],
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
                *(
                    f"{server.ratio(other):.2f}"
                    for other in (servers.open, servers.bare, servers.nginx, servers.express)
                ),
            ]
            for server in servers.all
        ],
    )
    if min(server.median("busy") for server in servers.all) < 0.9:
        print(
            "Warning: a server had less than nine tenths of its core, because of other work on this"
            " machine or of wrk: req/s, p50 and p99 are not the servers' own.\n"
        )
    for name in servers.of_other_length():
        print(f"Warning: {name} does not answer as many bytes as what it is compared with.\n")


def print_costs(servers):
    """What a million tokens cost is what one costs in µs."""
    ours = [servers.default, servers.json, servers.open, servers.newer, servers.rtc, servers.post]
    ours += [servers.by_key, servers.by_jwt]
    table(
        ["a million tokens", "CPU seconds"],
        [[server.name, f"{server.median('cpu'):.1f}"] for server in ours],
    )


def starts(binary):
    """Milliseconds from exec to the first answer, ten times."""
    for _ in range(10):
        server = Server("start", [binary], QUIET)
        yield server.start() * 1000
        server.stop()


def run(options, folder):
    print(machine(), end="\n\n", flush=True)
    servers = Servers(options.target, folder)
    measure(servers, options)
    print_servers(servers, options)
    print_costs(servers)

    ours = [servers.default, servers.json, servers.open, servers.newer, servers.rtc, servers.post]
    resident = max(server.resident_mb() for server in ours)
    lost = sum(one["lines lost"] for server in servers.all for one in server.rounds)
    for server in servers.all:
        server.stop()
    limits = [
        ("006 with its text log in a file beside bare axum", servers.default.ratio(servers.bare), "≥", 0.85),
        ("006 with its JSON log in a file beside bare axum", servers.json.ratio(servers.bare), "≥", 0.80),
        ("log lines lost under load, of all rounds", lost, "≤", 0),
        ("006 without request log beside bare axum", servers.open.ratio(servers.bare), "≥", 0.88),
        ("006 beside nginx", servers.open.ratio(servers.nginx), "≥", 0.80),
        ("007 beside 006", servers.newer.ratio(servers.open), "≥", 0.80),
        ("/rtc/… beside bare axum", servers.rtc.ratio(servers.bare), "≥", 0.70),
        ("POST /v1/tokens beside bare axum", servers.post.ratio(servers.bare), "≥", 0.60),
        ("the same beside bare axum's POST", servers.post.ratio(servers.bare_post), "≥", 0.70),
        ("key, limit, metrics and audit beside all off", servers.by_key.ratio(servers.open), "≥", 0.70),
        ("the same with HS256 JWT", servers.by_jwt.ratio(servers.open), "≥", 0.65),
        ("006 beside express", servers.open.ratio(servers.express), "≥", 12),
        ("/rtc/… beside express", servers.rtc.ratio(servers.express_newer), "≥", 12),
        ("resident after load, the largest, MB", resident, "≤", 10),
        ("exec to first answer, median of 10, ms", median(starts(servers.binary)), "≤", 20),
        ("release binary, MB", servers.binary.stat().st_size / 1e6, "≤", 10),
    ]
    held = [value >= limit if sign == "≥" else value <= limit for _, value, sign, limit in limits]
    table(
        ["figure", "measured", "wanted", ""],
        [
            [what, f"{value:.2f}", f"{sign} {limit:g}", "ok" if is_held else "MISSED"]
            for (what, value, sign, limit), is_held in zip(limits, held)
        ],
    )
    return all(held)
