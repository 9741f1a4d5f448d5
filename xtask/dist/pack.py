"""Makes what a person installs without a compiler, of a program and components that are built: an archive, a wheel, an npm package, an OCI
layout of the component, a bill of materials, checksums. The same input gives the same bytes. Uses Python's standard library alone.

    pack.py --program PATH --out FOLDER [--key PEM] [--without sign]
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ["scim-connector.core.wasm", "scim-connector.wasm"]
SHELLS = {"bash": "scim-connector.bash", "zsh": "_scim-connector", "fish": "scim-connector.fish"}
ABOUT = "Provision users and groups in any SCIM 2.0 service"
LICENCE = "Apache-2.0"
# Files have one time, so that the same input gives the same bytes; zip knows none before 1980.
TIME = 315532800


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, **more).stdout


def version():
    text = (ROOT / "Cargo.toml").read_text()
    return re.search(r'\[workspace\.package\]\nversion = "([^"]+)"', text).group(1)


def machine():
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())


def target():
    system = {"linux": "unknown-linux-gnu", "darwin": "apple-darwin", "win32": "pc-windows-msvc"}[sys.platform]
    return f"{machine()}-{system}"


def wheel_tag(program):
    """What pip calls this platform: on Linux by the newest symbol of the C library that the program needs."""
    if sys.platform == "linux":
        found = re.findall(rb"GLIBC_(\d+)\.(\d+)", program)
        major, minor = max((int(a), int(b)) for a, b in found) if found else (2, 17)
        return f"manylinux_{major}_{minor}_{machine()}"
    if sys.platform == "darwin":
        return "macosx_11_0_arm64" if machine() == "aarch64" else "macosx_10_13_x86_64"
    return "win_amd64"


def stage(program, folder):
    """The files that every package has, by their path: content and whether it is a program."""
    stripped = folder / "scim-connector"
    shutil.copyfile(program, stripped)
    stripped.chmod(0o755)
    run("strip", stripped)
    environment = {**os.environ, "SCIM_CONNECTOR_COMPONENT": str(ROOT / "target" / COMPONENTS[0])}
    files = {"scim-connector": (stripped.read_bytes(), True)}
    for name in COMPONENTS:
        files[name] = ((ROOT / "target" / name).read_bytes(), False)
    for shell, name in SHELLS.items():
        files[f"completions/{name}"] = (run(stripped, "completions", shell, env=environment), False)
    pages = folder / "man"
    run(stripped, "man-pages", pages, env=environment)
    for page in sorted(pages.iterdir()):
        files[f"man/man1/{page.name}"] = (page.read_bytes(), False)
    for name in ["LICENSE", "README.md"]:
        files[name] = ((ROOT / name).read_bytes(), False)
    return files


def tar_gz(path, files):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, (content, is_program) in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), TIME, 0o755 if is_program else 0o644
            archive.addfile(entry, io.BytesIO(content))
    with path.open("wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(raw.getvalue())
    return path


def archive(out, files):
    name = f"scim-connector-{version()}-{target()}"
    return tar_gz(out / f"{name}.tar.gz", {f"{name}/{path}": file for path, file in files.items()})


def wheel(out, files):
    """The program goes where pip puts programs, the component one folder above, where the program looks for it."""
    number, program = version(), files["scim-connector"][0]
    tag = f"py3-none-{wheel_tag(program)}"
    base, info = f"scim_connector-{number}", f"scim_connector-{number}.dist-info"
    end = ".exe" if sys.platform == "win32" else ""
    entries = {
        f"{base}.data/scripts/scim-connector{end}": (program, True),
        f"{base}.data/data/{COMPONENTS[0]}": files[COMPONENTS[0]],
        f"{info}/METADATA": (
            f"Metadata-Version: 2.4\nName: scim-connector\nVersion: {number}\nSummary: {ABOUT}\nLicense-Expression: {LICENCE}\n"
            f"Requires-Python: >=3.9\n".encode(), False),
        f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: xtask\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), False),
        f"{info}/licenses/LICENSE": files["LICENSE"],
    }
    digest = lambda content: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    record = "".join(f"{name},sha256={digest(content)},{len(content)}\n" for name, (content, _) in entries.items())
    entries[f"{info}/RECORD"] = ((record + f"{info}/RECORD,,\n").encode(), False)
    path = out / f"{base}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, (content, is_program) in entries.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if is_program else 0o644)) << 16
            packed.writestr(entry, content)
    return path


def npm(out, files):
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}[sys.platform]
    cpu = {"x86_64": "x64", "aarch64": "arm64"}[machine()]
    name = f"scim-connector-cli-{system}-{cpu}"
    manifest = {"name": name, "version": version(), "description": ABOUT, "license": LICENCE, "os": [system], "cpu": [cpu],
                "bin": {"scim-connector": "bin/scim-connector"}, "files": ["bin", COMPONENTS[0], "LICENSE"]}
    entries = {"package/package.json": (json.dumps(manifest, indent=2).encode() + b"\n", False),
               "package/bin/scim-connector": files["scim-connector"], f"package/{COMPONENTS[0]}": files[COMPONENTS[0]],
               "package/LICENSE": files["LICENSE"]}
    return tar_gz(out / f"{name}-{version()}.tgz", entries)


def oci(out, files):
    """The component as registries keep it (the CNCF's layout of Wasm artifacts), its WIT beside it."""
    folder = out / "oci"
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content, media, **more):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content), **more}

    component = files["scim-connector.wasm"][0]
    layer = blob(component, "application/wasm")
    wit = tar_gz(out / f"scim-connector-wit-{version()}.tar.gz",
                 {f"wit/{path.name}": (path.read_bytes(), False) for path in sorted((ROOT / "wit").glob("*.wit"))})
    created = "1980-01-01T00:00:00Z"
    config = {"created": created, "architecture": "wasm", "os": "wasip2", "layerDigests": [layer["digest"]],
              "component": {"exports": [], "imports": [], "target": "scim:connector"}}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": blob(json.dumps(config).encode(), "application/vnd.wasm.config.v0+json"), "layers": [layer],
                "annotations": {"org.opencontainers.image.title": "scim-connector", "org.opencontainers.image.version": version(),
                                "org.opencontainers.image.licenses": LICENCE}}
    named = blob(json.dumps(manifest).encode(), manifest["mediaType"], annotations={"org.opencontainers.image.ref.name": version()})
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    (folder / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    contents = {str(path.relative_to(folder)): (path.read_bytes(), False) for path in sorted(folder.rglob("*")) if path.is_file()}
    return [tar_gz(out / f"scim-connector-{version()}.oci.tar.gz", contents), wit]


def sbom(out):
    """What the program is made of: CycloneDX 1.5, of what cargo resolved for this platform."""
    metadata = json.loads(run("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target(), cwd=ROOT))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    lock = (ROOT / "Cargo.lock").read_text()
    sums = dict(((name, number), digest) for name, number, digest in
                re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = [^\n]+\nchecksum = "([0-9a-f]{64})"', lock))
    start = next(id for id, package in packages.items() if package["name"] == "scim-connector-cli")
    used, left, below = set(), [start], {}
    while left:
        id = left.pop()
        if id in used:
            continue
        used.add(id)
        needs = [one["pkg"] for one in nodes[id]["deps"] if any(kind["kind"] is None for kind in one["dep_kinds"])]
        below[id] = needs
        left += needs
    purl = lambda id: f"pkg:cargo/{packages[id]['name']}@{packages[id]['version']}"

    def component(id):
        package = packages[id]
        entry = {"type": "library", "bom-ref": purl(id), "name": package["name"], "version": package["version"], "purl": purl(id)}
        if package["license"]:
            # Cargo's older form has / for OR.
            entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        if (package["name"], package["version"]) in sums:
            entry["hashes"] = [{"alg": "SHA-256", "content": sums[package["name"], package["version"]]}]
        return entry

    main = {**component(start), "type": "application", "name": "scim-connector"}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": main},
                "components": [component(id) for id in sorted(used - {start}, key=purl)],
                "dependencies": [{"ref": purl(id), "dependsOn": sorted({purl(need) for need in below[id]})} for id in sorted(used, key=purl)]}
    path = out / f"scim-connector-{version()}.cdx.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def checksums(out, paths):
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(paths)]
    (out / "SHA256SUMS").write_text("".join(lines))
    return out / "SHA256SUMS"


def sign(sums, key):
    """A detached signature of the checksums with the key that is given; `openssl pkeyutl -verify -rawin` tells whether it is good."""
    signature = sums.with_name("SHA256SUMS.sig")
    run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", sums, "-out", signature)
    return signature


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--without", action="append", default=[])
    arguments = parser.parse_args()
    missing = [tool for tool in ["strip", "cargo"] if not shutil.which(tool)]
    if missing:
        sys.exit(f"not run: {', '.join(missing)} not found")
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    folder = arguments.out / "stage"
    folder.mkdir()
    files = stage(arguments.program, folder)
    shutil.rmtree(folder)
    made = [archive(arguments.out, files), wheel(arguments.out, files), npm(arguments.out, files), *oci(arguments.out, files), sbom(arguments.out)]
    sums = checksums(arguments.out, made)
    print(f"{'program, stripped':<64} {len(files['scim-connector'][0]):>12}")
    for path in made:
        print(f"{path.name:<64} {path.stat().st_size:>12}")
    if arguments.key and shutil.which("openssl"):
        print(f"{sign(sums, arguments.key).name:<64} signed")
    elif "sign" not in arguments.without:
        why = "openssl not found" if arguments.key else "no --key was given"
        sys.exit(f"sign: not run: {why}; --without sign leaves it out")
    else:
        print("sign: not run, as was asked for")


if __name__ == "__main__":
    main()
