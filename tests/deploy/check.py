"""Checks every file that a platform reads: against the platform's own schema where there is one, and against the server.

Usage: check.py HEROKU-SCHEMA, with the schema of app.json from npm's @heroku/mcp-server.
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
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
UNIT = ROOT / "deploy/systemd/agora-token-server.service"
TOOLS = pathlib.Path(sys.executable).parent

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


def docker():
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
    render = yaml.safe_load(read("render.yaml"))["services"][0]["maxShutdownDelaySeconds"]
    ocean = yaml.safe_load(read(".do/deploy.template.yaml"))["spec"]["services"][0]["termination"]["grace_period_seconds"]
    fly = tomllib.loads(read("fly.toml"))["kill_timeout"].removesuffix("s")
    compose = yaml.safe_load(read("compose.yaml"))["services"]["agora-token-server"]["stop_grace_period"].removesuffix("s")
    unit = re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text())[1]
    for where, seconds in {"Render": render, "DigitalOcean": ocean, "Fly": fly, "Compose": compose, "systemd": unit}.items():
        check(int(seconds) >= STOPS_WITHIN + 5, f"{where} kills after {seconds} s")


def probes():
    """Every path that a platform asks is one that docs/api.md says is answered."""
    answered = set(re.findall(r"`GET (/\w+)`", read("docs/api.md")))
    container = yaml.safe_load((KUBERNETES / "base/deployment.yaml").read_text())["spec"]["template"]["spec"]["containers"][0]
    ocean = yaml.safe_load(read(".do/deploy.template.yaml"))["spec"]["services"][0]
    asked = {
        *(container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")),
        ocean["health_check"]["http_path"],
        yaml.safe_load(read("render.yaml"))["services"][0]["healthCheckPath"],
        *(probe["path"] for probe in tomllib.loads(read("fly.toml"))["http_service"]["checks"]),
    }
    check(asked <= answered, f"nothing answers {asked - answered}")


def settings():
    """Every variable that a platform sets is one that the server reads."""
    known = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    ocean = yaml.safe_load(read(".do/deploy.template.yaml"))["spec"]["services"][0]["envs"]
    used = {
        "render.yaml": [entry["key"] for entry in yaml.safe_load(read("render.yaml"))["services"][0]["envVars"]],
        ".do/deploy.template.yaml": [entry["key"] for entry in ocean],
        "fly.toml": tomllib.loads(read("fly.toml"))["env"],
        "compose.yaml": yaml.safe_load(read("compose.yaml"))["services"]["agora-token-server"]["environment"],
        "settings.env": re.findall(r"^([A-Z_]+)=", (KUBERNETES / "base/settings.env").read_text(), re.MULTILINE),
        UNIT.name: re.findall(r"^Environment=([A-Z_]+)=", UNIT.read_text(), re.MULTILINE),
    }
    for where, names in used.items():
        check(set(names) <= known, f"{where}: the server does not read {set(names) - known}")


def main(schema):
    heroku(schema)
    docker()
    workflows()
    kubernetes()
    systemd()
    stopping()
    probes()
    settings()
    for failure in failures:
        print(failure)
    return bool(failures)


sys.exit(main(sys.argv[1]))
