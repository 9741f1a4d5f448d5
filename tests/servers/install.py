#!/usr/bin/env python3
"""Installs what the end-to-end and binding tests need, pinned, below a folder of the build: never into the source tree.

    python3 tests/servers/install.py target/servers

leaves target/servers/node (npm packages of package-lock.json), target/servers/venv (PyPI packages of requirements.txt) and
target/servers/canaille (those of requirements-canaille.txt);

    python3 tests/servers/install.py --venv FOLDER REQUIREMENTS

leaves a virtual environment with the packages of another file, and

    python3 tests/servers/install.py --node FOLDER SOURCE

the npm packages of another folder's package-lock.json. A folder is left alone when its stamp says that it already holds what the lock files name, so a second
run is instant. Exit code 1, with the package and the tool's own words on standard error, where something is not to be had.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST_NODE = 20
OLDEST_PYTHON = (3, 10)


class NotToBeHad(Exception):
    """Something could not be installed; the message says what and why."""


def run(what, command, **kwargs):
    """Run a tool quietly; what it said comes out only when it fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, **kwargs)
    except OSError as error:
        raise NotToBeHad(f"{what}: {command[0]} cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        raise NotToBeHad(f"{what}: {Path(command[0]).name} failed with exit code {done.returncode}\n{done.stdout.rstrip()}")
    return done.stdout


def blame(error, pins):
    """Put the pinned packages that a tool's message is about in front of it: `name@1.0`, `name==1.0` or `https://…/name`."""

    def at_fault(name):
        escaped = re.escape(name).replace("/", "(?:/|%2[fF])")
        return re.search(rf"(?<![\w/-]){escaped}(?:@|==)|://\S+/{escaped}(?=[\s:]|$)", str(error), re.MULTILINE)

    names = [f"{name} {version}" for name, version in pins.items() if at_fault(name)]
    return NotToBeHad(f"could not get {', '.join(names)}\n{error}" if names else str(error))


def up_to_date(folder, inputs):
    """The stamp a folder should bear, and whether it does."""
    stamp = hashlib.sha256("\0".join(inputs).encode()).hexdigest()
    file = folder / ".installed"
    return stamp, file.is_file() and file.read_text() == stamp


def install(folder, inputs, steps):
    """Carry out the steps unless the folder's stamp says they were; the stamp is the last thing written."""
    stamp, done = up_to_date(folder, inputs)
    if done:
        return f"{folder}: up to date"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".installed").unlink(missing_ok=True)
    steps()
    (folder / ".installed").write_text(stamp)
    return f"{folder}: installed"


def node_packages(folder, source=HERE):
    """The npm packages of a folder's lock file, without running any of their scripts."""
    npm = shutil.which("npm") or "npm"
    version = run("Node", [shutil.which("node") or "node", "--version"]).strip()
    if int(re.sub(r"\D.*", "", version.lstrip("v"))) < OLDEST_NODE:
        raise NotToBeHad(f"Node {version} is too old: version {OLDEST_NODE} or later is needed")
    files = [source / "package.json", source / "package-lock.json"]
    pins = {path.rpartition("node_modules/")[2]: entry["version"] for path, entry in json.loads(files[1].read_text())["packages"].items() if path}

    def steps():
        for file in files:
            shutil.copy(file, folder)
        try:
            run("npm packages", [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)
        except NotToBeHad as error:
            raise blame(error, pins) from error

    return install(folder, [version, *(file.read_text() for file in files)], steps)


def python_packages(folder, requirements=HERE / "requirements.txt"):
    """The PyPI packages of a file, in a virtual environment."""
    if sys.version_info < OLDEST_PYTHON:
        raise NotToBeHad(f"Python {sys.version.split()[0]} is too old: version {'.'.join(map(str, OLDEST_PYTHON))} or later is needed")
    pins = dict(line.split("==") for line in requirements.read_text().splitlines() if "==" in line)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def steps():
        run("virtual environment (on Debian and Ubuntu: apt-get install python3-venv)", [sys.executable, "-m", "venv", "--clear", str(folder)])
        try:
            run("PyPI packages", [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r", str(requirements)])
        except NotToBeHad as error:
            raise blame(error, pins) from error

    # A virtual environment holds absolute paths: one that was moved is not the same.
    return install(folder, [sys.version, str(folder), requirements.read_text()], steps)


def main():
    """Install all at once; report all, whichever fails."""
    if len(sys.argv) == 4 and sys.argv[1] == "--venv":
        wanted = [(python_packages, Path(sys.argv[2]).resolve(), Path(sys.argv[3]))]
    elif len(sys.argv) == 4 and sys.argv[1] == "--node":
        wanted = [(node_packages, Path(sys.argv[2]).resolve(), Path(sys.argv[3]))]
    elif len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        target = Path(sys.argv[1]).resolve()
        wanted = [
            (node_packages, target / "node"),
            (python_packages, target / "venv"),
            (python_packages, target / "canaille", HERE / "requirements-canaille.txt"),
        ]
    else:
        sys.exit(f"usage: {sys.argv[0]} TARGET_DIR\n       {sys.argv[0]} --venv FOLDER REQUIREMENTS\n       {sys.argv[0]} --node FOLDER SOURCE")
    failed = False
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for job in [pool.submit(*one) for one in wanted]:
            try:
                print(job.result())
            except NotToBeHad as error:
                failed = True
                print(f"install.py: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
