#!/usr/bin/env python3
"""Runs scim2-tester, a public checker of SCIM servers, against a running server.

    run.py --url http://127.0.0.1:PORT/scim/v2 --token TOKEN [--venv FOLDER]

The token may also come from the environment variable SCIM_TOKEN. The checker and everything it needs are pinned in
requirements.txt and installed into a virtual environment (default: target/venvs/scim2-tester, or SCIM_TESTER_VENV)
when they are not there yet. Every result that is not a success is printed, then the counts.

Exit status: 0 no errors; 1 at least one error, or nothing was checked; 2 the checker could not be installed.
"""

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
DEFAULT_VENV = HERE.parent.parent / "target" / "venvs" / "scim2-tester"


def install(folder: Path) -> Path:
    """Makes the virtual environment, unless it holds what requirements.txt says, and returns its interpreter."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed-requirements.txt"
    wanted = REQUIREMENTS.read_text()
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        print(f"installing scim2-tester into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
        subprocess.run(pip, check=True)
        stamp.write_text(wanted)
    return python


def check(url: str, token: str) -> int:
    """Runs every check and prints the outcome. Needs the packages of requirements.txt."""
    from collections import Counter

    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    failures = (Status.ERROR, Status.CRITICAL)
    with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        results = check_server(SyncSCIMClient(http))
    for result in results:
        if result.status is not Status.SUCCESS:
            where = f" [{result.resource_type}]" if result.resource_type else ""
            print(f"{result.status.name} {result.title}{where}: {result.reason}")
    counts = Counter(result.status for result in results)
    print("scim2-tester: " + ", ".join(f"{counts[status]} {status.name.lower()}" for status in Status))
    # The checker stops early when discovery fails; resources that were never tried are a failure too.
    tried = {result.resource_type for result in results if result.status is Status.SUCCESS}
    for missing in {"User", "Group"} - tried:
        print(f"ERROR no check of {missing} succeeded")
    return int(any(counts[status] for status in failures) or not {"User", "Group"} <= tried)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs scim2-tester against a SCIM server.")
    parser.add_argument("--url", required=True, help="service URL, for instance http://127.0.0.1:8080/scim/v2")
    parser.add_argument("--token", default=os.environ.get("SCIM_TOKEN"), help="bearer token (default: SCIM_TOKEN)")
    parser.add_argument("--venv", type=Path, default=os.environ.get("SCIM_TESTER_VENV", DEFAULT_VENV))
    parser.add_argument("--installed", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.token:
        parser.error("a bearer token is needed: --token or SCIM_TOKEN")
    if arguments.installed:
        return check(arguments.url, arguments.token)
    try:
        python = install(Path(arguments.venv))
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"scim2-tester could not be installed: {error}", file=sys.stderr)
        return 2
    # The token goes through the environment, so that it is not in the list of processes.
    environment = os.environ | {"SCIM_TOKEN": arguments.token}
    return subprocess.run([python, __file__, "--installed", "--url", arguments.url], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
