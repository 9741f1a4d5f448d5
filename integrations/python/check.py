#!/usr/bin/env python3
"""Builds the package, installs it into an empty environment and tests what is there; then the types.

    python3 integrations/python/check.py [--bench] [--wasmtime VERSION] [--python PROGRAM]

Needs target/scim-connector.core.wasm (cargo xtask component), the servers of tests/servers (tests/servers/install.py) and openssl. All
that is made stands in target/python. With --bench the cost of a call is measured as well; --wasmtime and --python test with others.
Exit code 1 when something failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = ROOT / "target/python"
WASMTIME = next(
    line.split("==")[1].strip() for line in (HERE / "requirements.txt").read_text().splitlines() if line.startswith("wasmtime==")
)


def program(environment: Path) -> str:
    """The interpreter of an environment."""
    return str(environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def run(what: str, *command: str, cwd: Path = HERE) -> None:
    """A step; it says how long it took, and ends all where it fails."""
    began = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"SCIM_CONNECTOR_CACHE": str(TARGET / "cache"), "SCIM_CONNECTOR_SERVERS": str(ROOT / "target/servers")}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL)
    print(f"{'ok' if done.returncode == 0 else 'not ok'} - {what} ({time.monotonic() - began:.0f} s)", flush=True)
    if done.returncode != 0:
        sys.exit(1)


def main() -> None:
    """All steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("--wasmtime", default=WASMTIME)
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    if not (ROOT / "target/scim-connector.core.wasm").is_file():
        sys.exit("target/scim-connector.core.wasm: build the component first (cargo xtask component)")
    for needed in (ROOT / "target/servers/node", ROOT / "target/servers/venv"):
        if not needed.is_dir():
            sys.exit(f"{needed}: run tests/servers/install.py first")
    if shutil.which("openssl") is None:
        sys.exit("openssl is not installed: the tests make certificates with it")
    tools, empty, wheels = TARGET / "tools", TARGET / "empty", TARGET / "wheels"
    run("tools", sys.executable, str(ROOT / "tests/servers/install.py"), "--venv", str(tools), str(HERE / "requirements.txt"), cwd=ROOT)
    shutil.rmtree(TARGET / "dist", ignore_errors=True)
    run("the wheel is built", program(tools), "-m", "hatchling", "build", "-t", "wheel", "-d", str(TARGET / "dist"))
    [wheel] = (TARGET / "dist").glob("*.whl")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB", flush=True)
    if not list(wheels.glob(f"wasmtime-{arguments.wasmtime}-*")):
        run(
            "wasmtime is fetched",
            program(tools),
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            str(wheels),
            f"wasmtime=={arguments.wasmtime}",
        )
    run("an empty environment", arguments.python, "-m", "venv", "--clear", "--without-pip", str(empty))
    install = ["-m", "pip", "--python", program(empty), "install", "-q", "--no-index", "--find-links", str(wheels)]
    run("the wheel is installed", program(tools), *install, str(wheel), f"wasmtime=={arguments.wasmtime}")
    tests = HERE / "tests"
    run(
        "tests", program(empty), "-W", "error::ResourceWarning", "-m", "unittest", "discover", "-s", str(tests), "-t", str(tests), cwd=tests
    )
    mypy = [program(tools), "-m", "mypy", "--strict", "--cache-dir", str(TARGET / "mypy"), "--python-executable", program(empty)]
    run("types", *mypy, "--python-version", "3.10", "-p", "scim_connector", cwd=tests)
    run("types of the example and the tests", *mypy, str(HERE / "example.py"), *map(str, sorted(tests.glob("*.py"))), cwd=tests)
    if arguments.bench:
        run(
            "the wheel is installed beside scim2-client",
            program(tools),
            "-m",
            "pip",
            "install",
            "-q",
            "--no-index",
            "--force-reinstall",
            "--no-deps",
            str(wheel),
        )
        run("what a call costs", program(tools), "bench.py")


if __name__ == "__main__":
    main()
