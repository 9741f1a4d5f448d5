"""Installs what pack.py made, each into an empty environment, and creates a user in the sandbox with it. Prints how long each took.

    check.py FOLDER [--without NAME]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path


def only(folder, pattern):
    found = list(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{pattern}: {len(found)} files instead of one")
    return found[0]


def environment(home):
    """Nothing of whoever runs this but where programs are."""
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def run(command, home, **more):
    done = subprocess.run([str(part) for part in command], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def creates_a_user(program, home, *options):
    """The first user: a sandbox in one process, the call in another, as a person does it in two terminals."""
    sandbox = subprocess.Popen([str(program), "sandbox", "--toml"], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = "".join(sandbox.stdout.readline() for _ in range(3))
        (home / "Config.toml").write_text(text)
        made = run([program, *options, "call", "createUser", "userName=ada", "emails[0][value]=ada@example.com", "active:=true"], home, cwd=home)
        user = json.loads(made)
        if user["userName"] != "ada" or user["active"] is not True or not user["id"]:
            sys.exit(f"not the user that was asked for: {made}")
    finally:
        sandbox.terminate()
        sandbox.wait()


def of_the_archive(folder, home):
    with tarfile.open(only(folder, "scim-connector-*-*-*.tar.gz")) as archive:
        archive.extractall(home, filter="data")
    place = only(home, "scim-connector-*")
    for name in ["completions/scim-connector.bash", "man/man1/scim-connector.1", "man/man1/scim-connector-call.1", "LICENSE"]:
        if not (place / name).is_file():
            sys.exit(f"{name} is missing in the archive")
    return place / "scim-connector"


def of_the_wheel(folder, home):
    run([sys.executable, "-m", "venv", home / "venv"], home)
    run([home / "venv/bin/pip", "install", "--quiet", "--no-index", "--no-deps", only(folder, "*.whl")], home)
    return home / "venv/bin/scim-connector"


def of_npm(folder, home):
    run(["npm", "install", "--offline", "--no-audit", "--no-fund", only(folder, "*.tgz").resolve()], home, cwd=home)
    return home / "node_modules/.bin/scim-connector"


def of_the_layout(folder, home):
    """The component as a registry would give it, run by the archive's program."""
    program = of_the_archive(folder, home)
    index = json.loads((folder / "oci/index.json").read_text())
    blob = lambda digest: folder / "oci/blobs" / digest.replace(":", "/")
    manifest = json.loads(blob(index["manifests"][0]["digest"]).read_text())
    for name in ["scim-connector.core.wasm", "scim-connector.wasm"]:
        (program.parent / name).unlink()
    return program, "--component", blob(manifest["layers"][0]["digest"]).resolve()


STEPS = {"archive": of_the_archive, "wheel": of_the_wheel, "npm": of_npm, "oci": of_the_layout}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", action="append", default=[])
    arguments = parser.parse_args()
    needs = {"npm": "npm"}
    skipped = []
    for name, install in STEPS.items():
        if name in arguments.without or name in needs and not shutil.which(needs[name]):
            skipped.append(name)
            print(f"{name:<10} not run")
            continue
        with tempfile.TemporaryDirectory() as home:
            home = Path(home)
            started = time.monotonic()
            installed = install(arguments.folder, home)
            program, *options = installed if isinstance(installed, tuple) else (installed,)
            ready = time.monotonic()
            creates_a_user(program, home, *options)
            print(f"{name:<10} installed in {ready - started:5.1f} s, first user {time.monotonic() - ready:5.1f} s later")
    lines = [line.split("  ") for line in (arguments.folder / "SHA256SUMS").read_text().splitlines()]
    import hashlib
    for digest, name in lines:
        if hashlib.sha256((arguments.folder / name).read_bytes()).hexdigest() != digest:
            sys.exit(f"{name} is not what SHA256SUMS says")
    if set(skipped) - set(arguments.without):
        sys.exit(f"not run: {', '.join(sorted(set(skipped) - set(arguments.without)))}; --without NAME leaves one out")


if __name__ == "__main__":
    main()
