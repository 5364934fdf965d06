"""Checks every file that a platform reads: against the platform's own schema where there is one, and against the server.

Usage: check.py HEROKU-SCHEMA, with the schema of app.json from npm's @heroku/mcp-server.

Schemas of fly.toml (SchemaStore) and render.yaml (Render) exist, but in no package that could be pinned; DigitalOcean has
none for its template. Of these the fields are checked that matter here.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import jsonschema
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KUBERNETES = ROOT / "deploy/kubernetes"
FLY = ROOT / "deploy/fly.toml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
UNIT = ROOT / "deploy/systemd/agora-token-server.service"
TOOLS = pathlib.Path(sys.executable).parent

ITSELF = 20_000_000  # bytes that the server takes, and one connection at most: docs/operations.md has the measurement
CONNECTION = 100_000
STOPS_WITHIN = 25  # seconds: what every platform has to grant, and some to spare
EXPOSURE = 15  # in tenths, as `systemd-analyze security` gives it: 10 is open, 1.5 is well closed

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def read(path):
    return (ROOT / path).read_text()


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{pathlib.Path(command[0]).name}: {done.stdout}{done.stderr}")
    return done.stdout


def heroku(schema):
    app = json.loads(read("app.json"))
    jsonschema.validate(app, json.loads(pathlib.Path(schema).read_text()))
    for buildpack in app["buildpacks"]:
        check(re.search(r"#[0-9a-f]{40}$", buildpack["url"]), f"app.json: {buildpack['url']} is not pinned to a commit")
    check(read("Procfile") == "web: ./target/release/agora-token-server\n", "Procfile: not what the buildpack leaves")
    check(yaml.safe_load(read("heroku.yml")) == {"build": {"docker": {"web": "Dockerfile"}}}, "heroku.yml")


def platforms():
    for where, dockerfile in {
        FLY: FLY.parent / fly()["build"]["dockerfile"],
        ROOT / "render.yaml": ROOT / render().get("dockerfilePath", "Dockerfile"),
        ROOT / ".do/deploy.template.yaml": ROOT / ocean()["dockerfile_path"],
    }.items():
        check(dockerfile.resolve() == ROOT / "Dockerfile", f"{where.name}: builds {dockerfile}")
    check(fly()["http_service"]["internal_port"] == ocean()["http_port"] == 8080, "Fly or DigitalOcean asks another port")
    check(render()["runtime"] == "docker" and render()["type"] == "web", "render.yaml: not a web service of the Dockerfile")
    asked = {entry["key"] for entry in render()["envVars"] if entry.get("sync") is False}
    check(asked == {"APP_ID", "APP_CERTIFICATE"}, f"render.yaml asks for {asked}")
    hidden = {entry["key"] for entry in ocean()["envs"] if entry.get("type") == "SECRET"}
    check(hidden == {"APP_CERTIFICATE"}, f".do/deploy.template.yaml hides {hidden}")


def fly():
    return tomllib.loads(FLY.read_text())


def render():
    return yaml.safe_load(read("render.yaml"))["services"][0]


def ocean():
    return yaml.safe_load(read(".do/deploy.template.yaml"))["spec"]["services"][0]


def compose():
    return yaml.safe_load(read("compose.yaml"))["services"]["agora-token-server"]


def container():
    return yaml.safe_load((KUBERNETES / "base/deployment.yaml").read_text())["spec"]["template"]["spec"]["containers"][0]


def assigned(pattern, path):
    """Names and values of the lines NAME=VALUE of a file that begin so."""
    return dict(re.findall(rf"^{pattern}([A-Z_]+)=(.*)$", path.read_text(), re.MULTILINE))


def docker():
    compiler = re.search(r"^FROM rust:([0-9.]+)-", read("Dockerfile"), re.MULTILINE)[1]
    check(compiler == read("rust-toolchain").strip(), f"Dockerfile: Rust {compiler} is not what rust-toolchain names")
    check("--mount" not in re.sub(r"(?m)^#.*", "", read("Dockerfile")), "Dockerfile: Cloud Run and Heroku refuse RUN --mount")
    run(TOOLS / "hadolint", ROOT / "Dockerfile")
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml")


def workflows():
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    run(TOOLS / "check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *WORKFLOWS)
    run(TOOLS / "zizmor", "--offline", "--no-progress", "--quiet", "--min-severity", "medium", *WORKFLOWS)
    for path in WORKFLOWS:
        for action in re.findall(r"uses: (.*)", path.read_text()):
            pinned = re.fullmatch(r"\./\S+|[^@\s]+@[0-9a-f]{40} # v[0-9.]+", action)
            check(pinned, f"{path.name}: {action} is not pinned to a commit")


def is_manifest(path):
    return path.name != "kustomization.yaml" and yaml.safe_load(path.read_text())["kind"] != "Middleware"


def kubernetes():
    for path in filter(is_manifest, sorted(KUBERNETES.glob("*/*.yaml"))):
        manifest = yaml.safe_load(path.read_text())
        # A patch is no whole object; it is checked when it has been applied.
        if path.name not in patches(path.parent):
            valid_manifest(manifest, path.name)
    for folder in sorted(path.parent for path in KUBERNETES.glob("*/kustomization.yaml")):
        named = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
        for name in [*named, *patches(folder)]:
            check((folder / name).exists(), f"{folder.name}/kustomization.yaml: {name} is missing")
        if shutil.which("kubectl"):
            for manifest in yaml.safe_load_all(run("kubectl", "kustomize", folder)):
                valid_manifest(manifest, folder.name)
    if not shutil.which("kubectl"):
        print("without kubectl: the manifests were checked one by one, not as kustomize joins them")
    pod = yaml.safe_load((KUBERNETES / "base/deployment.yaml").read_text())["spec"]["template"]["spec"]
    pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    check(pod["terminationGracePeriodSeconds"] >= pause + STOPS_WITHIN + 5, "Kubernetes kills too early")


def patches(folder):
    patches = yaml.safe_load((folder / "kustomization.yaml").read_text()).get("patches", [])
    return [patch["path"] for patch in patches]


def valid_manifest(manifest, where):
    if manifest["apiVersion"].startswith("traefik.io/"):
        return
    try:
        kubernetes_validate.validate(manifest, "1.37", strict=True)
    except kubernetes_validate.ValidationError as error:
        failures.append(f"{where}: {manifest['kind']}: {error.message}")


def systemd():
    if not shutil.which("systemd-analyze"):
        print("without systemd-analyze: the unit was not verified")
        return
    with tempfile.TemporaryDirectory() as directory:
        # The binary is not installed here, and another stands in.
        unit = pathlib.Path(directory) / UNIT.name
        unit.write_text(re.sub(r"/usr/local/bin/agora-token-server", "/bin/true", UNIT.read_text()))
        # It warns of what it does not understand, and ends well.
        said = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
        check(not said.stdout + said.stderr, f"systemd-analyze: {said.stderr}")
        run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", unit)


def stopping():
    granted = {
        "Render": render()["maxShutdownDelaySeconds"],
        "DigitalOcean": ocean()["termination"]["grace_period_seconds"],
        "Fly": fly()["kill_timeout"].removesuffix("s"),
        "Compose": compose()["stop_grace_period"].removesuffix("s"),
        "systemd": re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text())[1],
    }
    for where, seconds in granted.items():
        check(int(seconds) >= STOPS_WITHIN + 5, f"{where} kills after {seconds} s")


def memory():
    """As many connections as there may be fit into the memory that there is."""
    sizes = {
        "Compose": (compose()["mem_limit"], compose()["environment"]["MAX_CONNECTIONS"]),
        "Kubernetes": (
            container()["resources"]["limits"]["memory"],
            assigned("", KUBERNETES / "base/settings.env")["MAX_CONNECTIONS"],
        ),
        "systemd": (re.search(r"MemoryMax=(\w+)", UNIT.read_text())[1], assigned("Environment=", UNIT)["MAX_CONNECTIONS"]),
        "Fly": (fly()["vm"][0]["memory"], fly()["env"]["MAX_CONNECTIONS"]),
        # What their plans have.
        "Render": ("512m", next(entry["value"] for entry in render()["envVars"] if entry["key"] == "MAX_CONNECTIONS")),
        "DigitalOcean": ("512m", next(entry["value"] for entry in ocean()["envs"] if entry["key"] == "MAX_CONNECTIONS")),
        "Heroku": ("512m", json.loads(read("app.json"))["env"]["MAX_CONNECTIONS"]["value"]),
    }
    for where, (size, connections) in sizes.items():
        megabytes = int(re.fullmatch(r"(\d+)(m|mb|M|Mi)", size)[1])
        needed = ITSELF + int(connections) * CONNECTION
        check(needed <= megabytes * 1_000_000, f"{where}: {connections} connections may take {needed:,} bytes of {size}")


def probes():
    """Every path that a platform asks is one that docs/api.md says is answered."""
    answered = set(re.findall(r"`GET (/\w+)`", read("docs/api.md")))
    asked = {
        *(container()[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")),
        ocean()["health_check"]["http_path"],
        render()["healthCheckPath"],
        *(probe["path"] for probe in fly()["http_service"]["checks"]),
    }
    check(asked <= answered, f"nothing answers {asked - answered}")


def settings():
    """Every variable that a platform sets is one that the server reads."""
    known = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    used = {
        "render.yaml": [entry["key"] for entry in render()["envVars"]],
        ".do/deploy.template.yaml": [entry["key"] for entry in ocean()["envs"]],
        FLY.name: fly()["env"],
        "compose.yaml": compose()["environment"],
        "settings.env": assigned("", KUBERNETES / "base/settings.env"),
        UNIT.name: assigned("Environment=", UNIT),
    }
    for where, names in used.items():
        check(set(names) <= known, f"{where}: the server does not read {set(names) - known}")


def main(schema):
    heroku(schema)
    docker()
    workflows()
    kubernetes()
    systemd()
    platforms()
    stopping()
    memory()
    probes()
    settings()
    for failure in failures:
        print(failure)
    return bool(failures)


sys.exit(main(sys.argv[1]))
