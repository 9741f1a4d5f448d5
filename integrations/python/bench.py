#!/usr/bin/env python3
"""What a call costs beside scim2-client, plain http.client and the component over wasmtime's own wasi:http: all in one run, against one
server in a process of its own.

    python integrations/python/bench.py [--calls 2000] [--limit 0.4]

Needs scim-connector-client, scim2-client and httpx2 installed. Exit code 1 where a call takes more than `--limit` of scim2-client's CPU.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROUNDS = 15

SERVER = """
import sys
sys.path.insert(0, sys.argv[1])
from support import Server, answer, user
ada = user(active=True, name={"givenName": "Ada", "familyName": "Lovelace"}, displayName="Ada Lovelace", title="Countess",
    emails=[{"value": "ada@example.com", "type": "work", "primary": True}],
    meta={"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z", "location": "/Users/1"})
read, made = answer(200, ada), answer(201, ada)
with Server(lambda request: made if request.method == "POST" else read) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
ADA = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "displayName": "Ada Lovelace", "active": True}


def least_cpu(calls: int, contestants: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """CPU of a call in microseconds: the least of rounds in which all take turns, since what else the machine does only adds to it."""
    seen: dict[str, list[float]] = {name: [] for name in contestants}
    for call in contestants.values():
        for _ in range(50):
            call()
    for _ in range(ROUNDS):
        for name, call in contestants.items():
            began = time.process_time()
            for _ in range(calls // ROUNDS):
                call()
            seen[name].append((time.process_time() - began) / (calls // ROUNDS) * 1e6)
    return {name: min(times) for name, times in seen.items()}


def contestants(url: str) -> dict[str, dict[str, Callable[[], Any]]]:
    """Who reads, and who creates."""
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import User

    from scim_connector import Client, models

    ours = Client({"serviceUrl": url, "auth": {"type": "bearer", "token": "x"}})
    # Its newer way of naming the models needs a server that describes itself.
    warnings.simplefilter("ignore", DeprecationWarning)
    theirs = SyncSCIMClient(httpx2.Client(base_url=url, headers={"Authorization": "Bearer x"}), resource_models=[User])
    host = url.split("/")[2]
    plain = http.client.HTTPConnection(host)
    headers = {"Authorization": "Bearer x", "Accept": "application/scim+json", "Content-Type": "application/scim+json"}

    def by_hand(method: str, path: str, body: Any = None) -> Any:
        plain.request(method, f"/scim{path}", body and json.dumps(body), headers)
        return json.loads(plain.getresponse().read())

    reads: dict[str, Callable[[], Any]] = {
        "scim-connector-client": lambda: ours.get_user("1"),
        "scim2-client": lambda: theirs.query(User, "1"),
        "http.client": lambda: by_hand("GET", "/Users/1"),
    }
    creates: dict[str, Callable[[], Any]] = {
        "scim-connector-client": lambda: ours.create_user(models.User(user_name="ada", display_name="Ada Lovelace", active=True)),
        "scim2-client": lambda: theirs.create(User(user_name="ada", display_name="Ada Lovelace", active=True)),
        "http.client": lambda: by_hand("POST", "/Users", ADA),
    }
    over_wasi = HERE.parents[1] / "target/scim-connector.narrow.wasm"
    if over_wasi.exists():
        sys.path.insert(0, str(HERE.parents[1] / "tests/bindings/python"))
        from connector import Component

        instance = Component(str(over_wasi)).instance()
        connection = json.dumps({"serviceUrl": url, "auth": {"type": "bearer", "token": "x"}})
        reads["over wasi:http"] = lambda: json.loads(instance.call("runtime.invoke", connection, "getUser", '{"id": "1"}', None)["output"])
    return {"getUser": reads, "createUser": creates}


def timed(code: str, **environment: str) -> float:
    """Milliseconds that a fresh interpreter takes for a line more than for none."""

    def once(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - began) * 1000

    return min(once(code) for _ in range(5)) - min(once("pass") for _ in range(5))


def installed(name: str) -> float:
    """Megabytes of a distribution's files."""
    files = importlib.metadata.files(name) or []
    return sum(Path(str(file.locate())).stat().st_size for file in files if Path(str(file.locate())).exists()) / 1e6


def resident() -> float:
    """Megabytes of memory now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return float("nan")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--limit", type=float, default=0.4)
    arguments = parser.parse_args()
    versions = {name: importlib.metadata.version(name) for name in ("scim-connector-client", "wasmtime", "scim2-client", "httpx2")}
    print(
        f"Python {platform.python_version()} on {platform.machine()}, {', '.join(f'{name} {version}' for name, version in versions.items())}"
    )
    print(f"installed: scim-connector-client {installed('scim-connector-client'):.1f} MB, wasmtime {installed('wasmtime'):.1f} MB")
    print(
        f"import: scim_connector {timed('import scim_connector'):.0f} ms, scim2_client with httpx2 {timed('import scim2_client.engines.httpx2'):.0f} ms"
    )
    code = "from scim_connector import Client; Client({'serviceUrl': 'https://example.com/scim', 'auth': {'type': 'none'}})"
    print(f"to the first client: {timed(code):.0f} ms, {timed(code, SCIM_CONNECTOR_CACHE=''):.0f} ms where code is compiled")
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(HERE / "tests")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None and server.stdout is not None
    worst = 0.0
    try:
        before = resident()
        for operation, calls in contestants(server.stdout.readline().strip()).items():
            cpu = least_cpu(arguments.calls, calls)
            share = cpu["scim-connector-client"] / cpu["scim2-client"]
            worst = max(worst, share)
            print(
                f"{operation}, CPU a call: {', '.join(f'{name} {microseconds:.0f} us' for name, microseconds in cpu.items())}; {share:.2f} of scim2-client"
            )
        print(f"memory: {before:.0f} MB before the first client, {resident():.0f} MB at the end, all of them loaded")
    finally:
        server.stdin.close()
        server.wait()
    if worst > arguments.limit:
        sys.exit(f"a call takes {worst:.2f} of scim2-client's CPU; {arguments.limit} are allowed")


if __name__ == "__main__":
    main()
