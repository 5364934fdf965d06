"""One server under load for long: what grows, and what gets slower."""

import sys
import time
from statistics import median

from compare import machine, table
from servers import API_KEY, HOST, QUIET, Request, Server, free_port, POST, RTC, TARGET

SLICE_SECONDS = 10
WARM_UP_SLICES = 3


def guarded(request):
    headers = {**request.headers, "X-API-Key": API_KEY}
    return Request(request.target, headers, request.script)


REQUESTS = [
    guarded(request)
    for request in (
        Request(TARGET),
        RTC,
        POST,
        Request("/v1/tokens?channel=test&uid=1234&service=streaming"),
    )
]


def run(options, binary):
    """With key, limit, metrics, request log and audit, which go to /dev/null; a kind of token after the other."""
    print(machine(), end="\n\n", flush=True)
    env = {
        "API_KEYS": f"backend:{API_KEY}",
        "RATE_LIMIT": "1000000/s",
        "METRICS_PORT": str(free_port()),
        "AUDIT_LOG": "stdout",
    }
    server = Server("soak", [binary], {**QUIET, "LOG_LEVEL": "info", **env}, silent=True, request=REQUESTS[0])
    server.start()
    slices = []
    end = time.monotonic() + options.minutes * 60
    while time.monotonic() < end or len(slices) < WARM_UP_SLICES + 2 * len(REQUESTS):
        request = REQUESTS[len(slices) % len(REQUESTS)]
        one = server.load(SLICE_SECONDS, options.connections, request)
        time.sleep(0.2)  # the connections of wrk are gone then
        one |= {"resident": server.resident_mb(), "files": server.files()}
        slices.append(one)
        print(
            f"{len(slices) * SLICE_SECONDS} s: {one['requests']:,} requests, p99 {one['p99']:.2f} ms,"
            f" {one['resident']:.1f} MB, {one['files']} files",
            file=sys.stderr,
        )
    server.stop()
    return report(slices[WARM_UP_SLICES:], sum(one["requests"] for one in slices))


def report(slices, requests):
    half = len(slices) // 2
    early, late = slices[:half], slices[half:]

    def of(part, key):
        return median(one[key] for one in part)

    growth = (max(one["resident"] for one in late) / max(one["resident"] for one in early) - 1) * 100
    files = slices[-1]["files"] - slices[0]["files"]
    slower = of(late, "p99") / of(early, "p99")
    limits = [
        ("growth of memory from the first to the second half, %", growth, 5),
        ("more file descriptors at the end", files, 0),
        ("p99 of the second half, × that of the first", slower, 1.5),
    ]
    print(f"{requests:,} requests in slices of {SLICE_SECONDS} s on {HOST}.\n")
    table(
        ["", "first half", "second half"],
        [
            ["median p99, ms", f"{of(early, 'p99'):.2f}", f"{of(late, 'p99'):.2f}"],
            ["resident at most, MB"]
            + [f"{max(one['resident'] for one in part):.1f}" for part in (early, late)],
            ["file descriptors between two slices"]
            + [" to ".join(str(end(one["files"] for one in part)) for end in (min, max)) for part in (early, late)],
        ],
    )
    table(
        ["figure", "measured", "wanted", ""],
        [
            [what, f"{value:.2f}", f"≤ {limit}", "ok" if value <= limit else "MISSED"]
            for what, value, limit in limits
        ],
    )
    return all(value <= limit for _, value, limit in limits)
