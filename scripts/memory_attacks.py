"""The rows "memory" of scripts/reliability: attacks on the memory of a server in a container of 128, 256 and 512 MB.

Each attack opens nearly as many connections as the documented MAX_CONNECTIONS allows and holds them. The server must
stay alive and serve other clients. Needs the right to create memory cgroups (version 1 or 2): root, as a rule.
"""

import base64
import os
import socket
import struct
import sys
import threading
import time
import zlib
from pathlib import Path

# The documented MAX_CONNECTIONS for each size of a container in MB (docs/operations.md).
LIMITS = {128: 1_000, 256: 2_300, 512: 4_900}

# The documented memory per connection in kB, kernel buffers included.
PER_CONNECTION = 100

# The documented memory in MB of requests to the webhook: 64 calls and 256 requests that wait, 20 kB each.
WEBHOOK_MEGABYTES = 6.4

# Connections of an attacker where MAX_CONNECTIONS is not set: more than fit into 512 MB.
UNSET = 6_000

# Connections that the attacker leaves to other clients.
SPARE = 16

HOLD = 4  # seconds
TOKEN = b"GET /access_token?channel=test&uid=1234 HTTP/1.1\r\nHost: test\r\n\r\n"
POST = b"POST /v1/tokens HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
SMALL = b'{"services":[{"service":"rtc","channel":"test","uid":1}]}'
CHUNKED = (
    b"POST /v1/tokens HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%s\r\n0\r\n\r\n"
)
PING = b"GET /ping HTTP/1.1\r\nHost: test\r\n\r\n"
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"

# The good requests, and those of the rows with a webhook that never responds.
GOOD = [TOKEN, POST % (len(SMALL), SMALL), CHUNKED % (len(SMALL), SMALL), SCRAPE]
GOOD_WITH_WEBHOOK = [PING, SCRAPE]


class Cgroup:
    """A memory cgroup that ends with the block. Socket buffers count too."""

    ROOT = Path("/sys/fs/cgroup")

    def __init__(self, limit):
        is_v1 = (self.ROOT / "memory/memory.limit_in_bytes").exists()
        self.path = (self.ROOT / "memory" if is_v1 else self.ROOT) / f"agora-token-server-{os.getpid()}"
        limits = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"] if is_v1 else ["memory.max"]
        # In version 1 socket buffers have a counter of their own, which counts once it has a limit.
        self.peaks = ["memory.max_usage_in_bytes", "memory.kmem.tcp.max_usage_in_bytes"] if is_v1 else ["memory.peak"]
        self.usages = ["memory.usage_in_bytes", "memory.kmem.tcp.usage_in_bytes"] if is_v1 else ["memory.current"]
        try:
            if not is_v1:
                (self.ROOT / "cgroup.subtree_control").write_text("+memory")
            self.path.mkdir()
            for name in limits:
                if name != "memory.memsw.limit_in_bytes" or (self.path / name).exists():
                    (self.path / name).write_text(str(limit))
            if is_v1:
                (self.path / "memory.kmem.tcp.limit_in_bytes").write_text(str(limit))
            elif (self.path / "memory.swap.max").exists():
                (self.path / "memory.swap.max").write_text("0")
            self.peak()
        except OSError as error:
            sys.exit(f"scripts/reliability: cannot create a memory cgroup, which the rows \"memory\" need: {error}")

    def join(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def sum(self, names):
        return sum(int((self.path / name).read_text()) for name in names)

    def usage(self):
        return self.sum(self.usages)

    def peak(self):
        return self.sum(self.peaks)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _ in range(50):
            try:
                return self.path.rmdir()
            except OSError:  # the process has not quite ended
                time.sleep(0.1)


def text(value):
    return struct.pack("<H", len(value)) + value


def token(count, services):
    """A 007 token of a few hundred bytes that unpacks to these services."""
    content = text(b"x" * 32) + text(b"0123456789abcdef" * 2) + struct.pack("<IIIH", 1_700_000_000, 3600, 1, count)
    return b"007" + base64.b64encode(zlib.compress(content + services, 9))


def inspection(count, services):
    return posted(b"/v1/tokens/inspect", b'{"token":"%s"}' % token(count, services))[0]


def posted(path, body, missing=0):
    """A POST whose body lacks the last bytes, and those bytes."""
    head = b"POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    request = head % (path, len(body)) + body
    return request[: len(request) - missing], request[len(request) - missing :]


def attacks():
    """By name: what each connection sends first, and what all send together afterwards."""
    zeros = b'{"channelName":"test","uid":"1","ignored":[%s0]}' % (b"0," * 8_160)
    names = b'{"services":[{"service":"rtm2","user_id":"a","permissions":{"users":{"read":[%s"a"]}}}]}' % (b'"a",' * 4_060)
    long_headers = b"Host: test\r\nContent-Type: application/json\r\nX-Padding: " + b"x" * 15_000 + b"\r\n"
    chunks = b"POST /v1/tokens HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 16_383
    return {
        "inspect, services": (b"", inspection(16_000, struct.pack("<HH", 9, 0) * 16_000)),
        "inspect, names": (b"", inspection(1, struct.pack("<HH", 8, 0) + text(b"a") + struct.pack("<5H", 1, 0, 1, 0, 9_000) + text(b"a") * 9_000)),
        "openapi": (b"", b"GET /openapi.json HTTP/1.1\r\nHost: test\r\n\r\n"),
        "tokens, names": (b"", b"".join(posted(b"/v1/tokens", names, 0))),
        "pipelined": (b"", b"GET /openapi.json HTTP/1.1\r\nHost: test\r\n\r\n" * 2_000),
        "chunks": (chunks, b""),
        "headers": (b"GET /ping HTTP/1.1\r\nHost: test\r\nX-Padding: " + b"x" * 15_000, b""),
        "headers and body": (b"POST /v1/tokens HTTP/1.1\r\n" + long_headers + b"Content-Length: 16000\r\n\r\n" + b" " * 15_999, b""),
        "webhook, zeros": posted(b"/api/agora/token", zeros, 1),
        "webhook, names": posted(b"/v1/tokens", names, 1),
    }


class Webhook:
    """A webhook that accepts connections and never responds."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.accepted = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.accepted.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self):
        self.listener.close()
        for one in self.accepted:
            one.close()


def offer(client, data):
    """Sends what the server takes."""
    try:
        while data:
            data = data[client.send(data) :]
    except OSError:
        pass  # its buffers are full, or it has closed the connection


def connected(port):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # unread responses stay with the server
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(5)
    client.connect(("127.0.0.1", port))
    client.setblocking(False)
    return client


def attacked(server_of, name, megabytes, connections=None):
    """Runs one attack: whether the server is alive, the good requests, those not served, and kB per connection.

    With a number of connections, MAX_CONNECTIONS is not set."""
    first, then = attacks()[name]
    webhook = Webhook() if name.startswith("webhook") else None
    environment = {"MAX_CONNECTIONS_PER_ADDRESS": "0"} | ({"AUTHORIZE_URL": webhook.url} if webhook else {})
    if not connections:
        environment["MAX_CONNECTIONS"] = str(LIMITS[megabytes])
    count = connections or LIMITS[megabytes] - SPARE
    served, done = [], threading.Event()

    requests = GOOD_WITH_WEBHOOK if webhook else GOOD

    def ask(server, request):
        """The response; metrics are at a port of their own."""
        return server.ask(request, server.metrics_port if request is SCRAPE else server.port)

    def good(server):
        while not done.is_set():
            request = requests[len(served) % len(requests)]
            try:
                text, _ = ask(server, request)
            except OSError as error:
                text = str(error)
            served.append(text[9:12] == "200")
            time.sleep(0.01)

    with Cgroup(megabytes * 1_000_000) as cgroup, server_of(cgroup.join, **environment) as server:
        for request in requests:
            text, _ = ask(server, request)
            if text[9:12] != "200":
                sys.exit(f"scripts/reliability: a good request is not served before the attack: {text}")
        before = cgroup.usage()
        client = threading.Thread(target=good, args=(server,))
        client.start()
        crowd = []
        try:
            for _ in range(count):
                crowd.append(connected(server.port))
                offer(crowd[-1], first)
        except OSError:
            pass  # it is seen below
        for one in crowd:
            offer(one, then)
        end = time.perf_counter() + HOLD
        while time.perf_counter() < end and server.process.poll() is None:
            time.sleep(0.1)
        done.set()
        client.join()
        alive = server.process.poll() is None and len(crowd) == count
        taken = cgroup.peak() - before - (WEBHOOK_MEGABYTES * 1_000_000 if webhook else 0)
        each = taken / count / 1000
        for one in crowd:
            one.close()
    if webhook:
        webhook.close()
    return alive, len(served), served.count(False), each


def memory(server_of):
    """The rows: each attack in each container."""
    for name in attacks():
        for megabytes in LIMITS:
            alive, asked, lost, each = attacked(server_of, name, megabytes)
            what = f"{name}, {LIMITS[megabytes] - SPARE:,} connections in {megabytes} MB"
            yield f"{what}: exits", 0 if alive else 1, 0
            yield f"{what}: good requests not served, of {asked:,}", lost, 0
            yield f"{what}: kB per connection", each, PER_CONNECTION
    alive, asked, lost, _ = attacked(server_of, "headers and body", 512, UNSET)
    what = f"headers and body, {UNSET:,} connections in 512 MB, MAX_CONNECTIONS unset"
    yield f"{what}: exits", 0 if alive else 1, 0
    yield f"{what}: good requests not served, of {asked:,}", lost, 0
