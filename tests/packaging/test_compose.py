"""compose.yaml: its form, what shuts each service in, and a playground started with exactly what it is told there."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from gradio_client import Client
from moto.server import ThreadedMotoServer

from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from tests.backend.record.postgresql import programs, server

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "compose.yaml"
NEEDED = {
    "POSTGRES_PASSWORD": "rehearsal-of-a-password",
    "S3_ACCESS_KEY": "rehearsal",
    "S3_SECRET_KEY": "rehearsal-of-a-secret",
    "S3_IMAGE": "example.org/s3:1",
    "S3_COMMAND": "serve /store",
}
OURS = ("playground", "bucket")


def services(told: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Read the services as compose does, with these variables in .env."""
    text = interpolated(COMPOSE.read_text(encoding="utf-8"), NEEDED if told is None else told)
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


def interpolated(text: str, told: dict[str, str]) -> str:
    """Put variables in: `${NAME:-default}` and `${NAME:?what is missing}`, the two forms that the file uses."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name not in told and kind == "?":
            raise LookupError(f"{name} {rest}")
        return told.get(name, rest)

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", value, text)


def test_it_keeps_to_composes_own_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_has_a_default_or_is_asked_for() -> None:
    assert "$" not in interpolated(COMPOSE.read_text(encoding="utf-8"), NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_it_starts_with_nothing_that_is_secret_or_a_choice_left_out(name: str) -> None:
    with pytest.raises(LookupError, match=f"{name} is missing"):
        services({each: value for each, value in NEEDED.items() if each != name})


@pytest.mark.parametrize("name", services())
def test_each_service_is_shut_in(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert not service.get("privileged")


def test_this_machine_alone_reaches_the_page_and_nobody_the_rest() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert ports == {"playground": ["127.0.0.1:7860:7860"]}


def test_the_page_waits_for_a_healthy_record_and_a_bucket() -> None:
    conditions = {name: each["condition"] for name, each in services()["playground"]["depends_on"].items()}
    assert conditions == {"database": "service_healthy", "bucket": "service_completed_successfully"}
    assert "pg_isready" in services()["database"]["healthcheck"]["test"][1]
    assert "healthcheck" not in services()["playground"], "the image has its own"


def test_what_is_built_is_an_image_of_the_dockerfile_with_packages_of_known_versions() -> None:
    build, dockerfile = services()["playground"]["build"], (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f" AS {build['target']}\n" in dockerfile
    assert all(f"ARG {name}=" in dockerfile for name in build["args"])
    exact = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for package in build["args"]["PACKAGES"].split():
        assert re.search(rf"^{re.escape(package.partition('[')[0])}==", exact, re.MULTILINE), package


def test_no_secret_stands_in_the_file() -> None:
    secrets = re.findall(r"^\s+\w*(?:PASSWORD|SECRET|KEY)\w*:\s*(\S+)", COMPOSE.read_text(), re.MULTILINE)
    assert secrets
    assert all(value.startswith("${") for value in secrets)


@pytest.fixture
def addresses() -> Iterator[dict[str, str]]:
    """Start what `database` and `store` are, by hand; yield where they are instead of compose's names."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL isn't installed")
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    told = services()["database"]["environment"]
    try:
        with server(found) as admin:
            with psycopg.connect(admin.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(f"CREATE ROLE {told['POSTGRES_USER']} LOGIN")
                connection.execute(f"CREATE DATABASE {told['POSTGRES_DB']} OWNER {told['POSTGRES_USER']}")
            address, port = store.get_host_and_port()
            yield {"database:5432": admin.partition("@")[2].partition("/")[0], "store:9000": f"{address}:{port}"}
    finally:
        store.stop()


@pytest.mark.system
@pytest.mark.slow
def test_with_what_compose_tells_it_a_picture_lands_in_the_store(addresses: dict[str, str], tmp_path: Path) -> None:
    bucket = services()["bucket"]["command"]
    made = [run(addresses, "bucket", tmp_path, [sys.executable, *bucket[1:]]) for _ in range(2)]
    assert [said.strip() for said in made] == ["The bucket playground is made.", "The bucket playground is there."]
    port, files = free_port(), ImageFiles(tmp_path / "provider")
    with running(World(FlatArtist(files), files)) as provider, (tmp_path / "said").open("w") as log:
        keys = {"RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": f"{provider}/v1", "PLAYGROUND_BACKEND": "runware"}
        here = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), "PLAYGROUND_DATA": str(tmp_path)}
        env = environment(addresses, "playground", tmp_path) | keys | here
        # A shell's background jobs ignore SIGINT, and so would all that they start.
        heard = ["env", "--default-signal=INT", sys.executable, "app.py"]
        started = subprocess.Popen(heard, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            until_ready(started, tmp_path / "said")
            client = Client(f"http://127.0.0.1:{port}", verbose=False)
            images, answer = client.predict(prompt="a fox", api_name="/text_to_image")
            assert (len(images), answer["cost_kind"]) == (1, "billed")
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(60)
    kept = httpx.get(f"http://{addresses['store:9000']}/playground?list-type=2").text
    assert re.search(r"<Key>pictures/[0-9a-f/]+\.\w+</Key>", kept), kept
    assert not (tmp_path / "playground.db").exists()
    with psycopg.connect(env["PLAYGROUND_DATABASE_URL"].replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)


@pytest.mark.system
def test_a_store_that_refuses_is_told_in_a_sentence(tmp_path: Path) -> None:
    program = "import tools.container.bucket as b; b.PATIENCE_SECONDS = -1; raise SystemExit(b.main(['playground']))"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        there = {"store:9000": f"127.0.0.1:{nobody.getsockname()[1]}", "database:5432": ""}
        said = run(there, "bucket", tmp_path, [sys.executable, "-c", program], fails=True)
    assert said.splitlines()[-1].startswith("The store at AWS_ENDPOINT_URL refuses, or doesn't answer: ")


def environment(addresses: dict[str, str], name: str, home: Path) -> dict[str, str]:
    """Return what a service's process finds in its environment, with the addresses of here."""
    told = {"PATH": os.environ["PATH"], "HOME": str(home)}
    for variable, value in services()[name]["environment"].items():
        told[variable] = value
        for theirs, ours in addresses.items():
            told[variable] = told[variable].replace(theirs, ours)
    return told


def run(addresses: dict[str, str], name: str, home: Path, command: list[str], *, fails: bool = False) -> str:
    env = environment(addresses, name, home) | {"AWS_MAX_ATTEMPTS": "1"}  # botocore's own tries take half a minute
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


def until_ready(started: "subprocess.Popen[bytes]", said: Path) -> None:
    end = time.monotonic() + 60
    while "The playground is ready" not in said.read_text():
        assert started.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
