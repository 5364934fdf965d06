"""Looks through a built image, then runs it with little memory, no capability and a read-only root.

Usage: image.py FOLDER SECRET -- PODMAN…

FOLDER is the image as `buildah push … dir:FOLDER` writes it; PODMAN… the command that knows the same image by its name.
"""

import http.client
import json
import pathlib
import socket
import subprocess
import sys
import tarfile
import threading
import time

IMAGE = "localhost/agora-token-server"
LARGEST = 30_000_000  # bytes, unpacked
MEMORY = "32m"
REQUESTS = 100_000
CONNECTIONS = 16
STOP = 2  # seconds
APP_ID = "970CA35de60c44645bbae8a215061b33"
# Docker's own defaults are no lower; a container manager may hand down less.
LIMITS = ["--ulimit", "nofile=4096:20000", "--ulimit", "nproc=4096:4096"]


def check(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_layers(folder, secret):
    """Unpacked bytes of each layer; none holds the secret or what should not be there."""
    manifest = json.loads((folder / "manifest.json").read_text())
    sizes = []
    for layer in manifest["layers"]:
        size = 0
        with tarfile.open(folder / layer["digest"].split(":")[1], "r|*") as files:
            for member in files:
                check(".env" not in member.name, f"{member.name} is in a layer")
                content = files.extractfile(member).read() if member.isfile() else b""
                check(secret.encode() not in content, f"the certificate is in {member.name}")
                size += len(content)
        sizes.append(size)
    config = (folder / manifest["config"]["digest"].split(":")[1]).read_text()
    check(secret not in config, "the certificate is in the image's configuration or history")
    check(sum(sizes) <= LARGEST, f"{sum(sizes):,} bytes unpacked")
    return sizes, json.loads(config)["config"]


def check_config(config):
    """Returns the command of the health check."""
    check(config["User"] == "65532:65532", f"runs as {config['User']!r}")
    check(config["Entrypoint"] == ["/agora-token-server"], "the entry point is not the binary alone")
    check(not [entry for entry in config["Env"] if entry.startswith("APP_")], "a setting is part of the image")
    for label in ("title", "description", "licenses"):
        check(config["Labels"].get(f"org.opencontainers.image.{label}"), f"the label {label} is missing")
    kind, *command = config["Healthcheck"]["Test"]
    check(kind == "CMD", "the health check wants a shell")
    return command


class Container:
    def __init__(self, podman, secret):
        self.podman = podman
        self.port = free_port()
        settings = {"APP_ID": APP_ID, "APP_CERTIFICATE": secret, "HOST": "127.0.0.1", "PORT": self.port, "LOG_LEVEL": "info"}
        variables = [f"--env={name}={value}" for name, value in settings.items()]
        self.id = self.run(
            *("run", "--detach", "--no-healthcheck", "--network", "host", "--memory", MEMORY, "--read-only"),
            *("--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges", *LIMITS),
            *(*variables, IMAGE),
        )

    def run(self, *command):
        done = subprocess.run([*self.podman, *command], capture_output=True, text=True, check=False)
        check(done.returncode == 0, f"podman {command[0]} ends with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def inspect(self, what):
        return self.run("inspect", "--format", "{{" + what + "}}", self.id)

    def peak_memory(self):
        """Highest number of bytes that the kernel counted, cached files among them."""
        pid = self.inspect(".State.Pid")
        for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for peak in (
                pathlib.Path(f"/sys/fs/cgroup/memory{path}/memory.max_usage_in_bytes"),
                pathlib.Path(f"/sys/fs/cgroup{path}/memory.peak"),
            ):
                if ("memory" in controllers or not controllers) and peak.exists():
                    return int(peak.read_text())
        sys.exit("failed: the container has no memory limit here")

    def stop(self):
        """Seconds until it had ended by itself."""
        started = time.monotonic()
        self.run("stop", "--time", "20", self.id)
        return time.monotonic() - started


def get(connection, target):
    connection.request("GET", target)
    answer = connection.getresponse()
    return answer.status, answer.read()


def wait_for_answer(port):
    for _ in range(1000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            check(get(connection, "/healthz")[0] == 200, "/healthz does not answer 200")
            return
        except ConnectionRefusedError:
            time.sleep(0.01)
    sys.exit("failed: no answer within 10 s")


def load(port):
    """Requests that were answered with a token, out of REQUESTS."""
    served = []

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        good = 0
        for _ in range(REQUESTS // CONNECTIONS):
            status, body = get(connection, "/access_token?channel=test&uid=1234")
            good += status == 200 and body.startswith(b'{"token":"006')
        served.append(good)

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return sum(served)


def main(folder, secret, podman):
    sizes, config = check_layers(pathlib.Path(folder), secret)
    health_check = check_config(config)
    print(f"   {sum(sizes):,} bytes unpacked, {sizes[-1]:,} of them not the base image's; no certificate in {len(sizes)} layers")

    container = Container(podman, secret)
    wait_for_answer(container.port)
    started = time.monotonic()
    served = load(container.port)
    took = time.monotonic() - started
    check(served == REQUESTS, f"{REQUESTS - served} of {REQUESTS} requests were not served")
    container.run("exec", container.id, *health_check)
    peak = container.peak_memory()
    stopped = container.stop()
    code = container.inspect(".State.ExitCode")
    check(code == "0", f"exit code {code}")
    check(stopped <= STOP, f"it took {stopped:.1f} s to stop")
    check(container.inspect(".State.OOMKilled") == "false", "it ran out of memory")
    logs = subprocess.run([*podman, "logs", container.id], capture_output=True, text=True, check=True)
    check(secret not in logs.stdout + logs.stderr, "the certificate is in the log")
    print(
        f"   {served:,} requests served in {took:.0f} s with at most {peak / 1e6:.1f} MB of {MEMORY}; healthy; "
        f"stopped in {stopped:.1f} s"
    )


main(sys.argv[1], sys.argv[2], sys.argv[sys.argv.index("--") + 1 :])
