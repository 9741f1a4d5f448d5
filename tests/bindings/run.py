#!/usr/bin/env python3
"""Calls the built component from Node and from Python against one provider of tests/servers.

    python3 tests/bindings/run.py target/scim-connector.wasm [target/servers]

Starts scimmy, runs node/run.mjs and python/run.py against it, stops it. Exit code 1 when a check failed in either.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    """Both languages in turn, then one closing line for both."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} COMPONENT [SERVERS_DIR]")
    component = Path(sys.argv[1]).resolve()
    servers = Path(sys.argv[2] if len(sys.argv) > 2 else "target/servers").resolve()
    modules = servers / "node"
    python = servers / ("venv/Scripts/python.exe" if os.name == "nt" else "venv/bin/python")
    if not component.is_file():
        sys.exit(f"{sys.argv[0]}: no component at {component}: build it first")
    if not (modules / ".installed").is_file() or not python.is_file():
        sys.exit(f"{sys.argv[0]}: nothing installed below {servers}: run tests/servers/install.py first")

    server = [str(HERE.parent / "servers/scimmy.mjs"), "--modules", str(modules)]
    passed = failed = 0
    with subprocess.Popen(["node", *server], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as provider:
        line = provider.stdout.readline()
        if not line:
            sys.exit(f"{sys.argv[0]}: scimmy did not start")
        facts = json.loads(line)
        environment = {**os.environ, "SCIM_TEST_BEARER": facts["bearer"]}
        to = ["--component", str(component), "--service-url", facts["serviceUrl"]]
        for command in (
            ["node", str(HERE / "node/run.mjs"), "--modules", str(modules), *to],
            [str(python), str(HERE / "python/run.py"), *to],
        ):
            print(f"# {Path(command[1]).parent.name}", flush=True)
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
            closing = re.search(r"^(\d+) passed, (\d+) failed\n\Z", done.stdout, re.MULTILINE)
            print(done.stdout[: closing.start()] if closing else done.stdout, end="", flush=True)
            passed += int(closing[1]) if closing else 0
            failed += int(closing[2]) if closing else 1
            if not closing or (done.returncode != 0 and closing[2] == "0"):
                failed += bool(closing)
                print(f"not ok - {command[1]} ended with exit code {done.returncode}")
        provider.stdin.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
