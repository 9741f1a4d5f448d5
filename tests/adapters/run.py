#!/usr/bin/env python3
"""Every operation through every way of using the connector, with the same inputs: the outcome must be the same.

    python3 tests/adapters/run.py [--write]

Needs what `cargo xtask test component host javascript python node-red` builds. Each way gets a sandbox of its own, so that all begin with
the same. The inputs are the examples of the manifest, each about a resource that is there. Prints a table, an operation a line; exit code 1 where an
operation is missing somewhere, or has another outcome than with the library for Rust.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = ROOT / "target"
CORE = TARGET / "scim-connector.core.wasm"
PROGRAM = TARGET / "debug/scim-connector"
EXAMPLE = TARGET / "debug/examples/outcomes"
BEGIN = "<!-- begin: python3 tests/adapters/run.py --write -->"
END = "<!-- end -->"
SCHEMAS = "urn:ietf:params:scim:schemas:core:2.0:"
TOKEN = "token-of-the-adapters-test"
CALLER = "caller-of-the-adapters-test"

CONFIG = """[connections.sandbox]
serviceUrl = "{url}"

[connections.sandbox.auth]
type = "bearer"
token = {{ env = "ADAPTERS_TOKEN" }}
"""


def environment():
    """Of all programs: nothing of this machine's that changes what they do."""
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    return {**kept, "ADAPTERS_TOKEN": TOKEN, "SCIM_SANDBOX_BEARER_TOKEN": TOKEN, "NO_COLOR": "1"}


class Sandbox:
    """A provider of its own, and a folder with a Config.toml for it."""

    def __enter__(self):
        command = [str(PROGRAM), "sandbox", "--json"]
        self.process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.url = json.loads(self.process.stdout.readline())["serviceUrl"]
        self.folder = tempfile.TemporaryDirectory()
        self.config = Path(self.folder.name) / "Config.toml"
        self.config.write_text(CONFIG.format(url=self.url))
        self.config.chmod(0o600)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def created(self, endpoint, **resource):
        """The identifier of a resource that is there from now on."""
        connection = http.client.HTTPConnection(self.url.split("/")[2], timeout=60)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        connection.request("POST", f"/{self.url.split('/', 3)[3]}/{endpoint}", json.dumps(resource), headers)
        answer = connection.getresponse()
        if answer.status != 201:
            sys.exit(f"the sandbox answered {answer.status} to {endpoint}: {answer.read()}")
        return json.load(answer)["id"]

    def calls(self, operations):
        """The examples as calls: each is about a resource of its own, which is there."""

        def somebody(name):
            return self.created("Users", schemas=[f"{SCHEMAS}User"], userName=f"{name}@example.com")

        calls = []
        for one in operations:
            name, example = one["name"], json.dumps(one["example"])
            if not name.startswith(("list", "search", "ensure")) and name not in ("createUser", "createGroup"):
                # What one has made is not in the way of the others.
                example = example.replace("ada@example.com", f"{name}.new@example.com").replace("Engineering", f"{name} anew")
            given = json.loads(example)
            if "id" in given and one["interface"] == "users":
                given["id"] = somebody(name)
            elif "id" in given and one["interface"] == "groups":
                member = somebody(name)
                given["id"] = self.created("Groups", schemas=[f"{SCHEMAS}Group"], displayName=name, members=[{"value": member}])
                given |= {"members": [{"value": member}]} if "members" in given else {}
            elif "id" in given and one["interface"] == "resources":
                given["id"] = self.created("Devices", schemas=[f"{SCHEMAS}Device"], displayName=name, active=True)
            calls.append({"operation": name, "input": given})
        return calls

    def connection(self):
        """The connection as JSON."""
        return {"serviceUrl": self.url, "auth": {"type": "bearer", "token": TOKEN}}


def driven(command, given, **more):
    """What a program of ours says of the calls it is given."""
    done = subprocess.run(command, input=json.dumps(given), env=environment() | more, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return json.loads(done.stdout)


def rust(sandbox, calls):
    """The library."""
    return driven([str(EXAMPLE), str(CORE), str(sandbox.config)], calls)


def command_line(sandbox, calls):
    """The command."""
    outcomes = []
    for call in calls:
        command = [str(PROGRAM), "--component", str(CORE), "--config", str(sandbox.config), "--error-format", "json", "call"]
        command += [call["operation"], "--json", "--input", json.dumps(call["input"])]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        kinds = [line["kind"] for line in lines if "kind" in line]
        outcomes.append("ok" if done.returncode == 0 else kinds[-1] if kinds else f"exit code {done.returncode}: {done.stderr}")
    return outcomes


def javascript(sandbox, calls):
    """The package for JavaScript."""
    return driven(["node", str(HERE / "javascript.mjs"), str(TARGET / "js/package")], {"connection": sandbox.connection(), "calls": calls})


def python(sandbox, calls):
    """The package for Python, as it is installed into an empty environment."""
    folder = TARGET / "python/empty"
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    given = {"connection": sandbox.connection(), "calls": calls}
    return driven([str(program), str(HERE / "python_package.py")], given, SCIM_CONNECTOR_CACHE=str(TARGET / "python/cache"))


def node_red(sandbox, calls):
    """The node of Node-RED, in Node-RED."""
    [tarball] = (TARGET / "node-red").glob("*.tgz")
    command = ["node", str(HERE / "node_red.mjs"), str(tarball), str(TARGET / "node-red/modules"), str(TARGET / "js")]
    return driven(command, {"connection": sandbox.connection(), "calls": calls})


class Served:
    """The door over HTTP, which has the operations as tools for agents, too."""

    def __init__(self, sandbox):
        command = [str(PROGRAM), "--component", str(CORE), "--config", str(sandbox.config), "serve", "--changes", "--listen", "127.0.0.1:0"]
        command += ["--caller", "tests=env:ADAPTERS_CALLER", "--rate", "1000", "--audit", str(Path(sandbox.folder.name) / "audit.jsonl")]
        more = {"ADAPTERS_CALLER": CALLER}
        self.process = subprocess.Popen(
            command, env=environment() | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )

    def __enter__(self):
        for line in self.process.stderr:
            if "http://" in line:
                self.address = line.split("http://", 1)[1].split("/", 1)[0].strip()
                return self
        sys.exit("scim-connector serve did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()

    def post(self, path, body, **headers):
        """Status, headers, and the body as JSON; of a stream of events the last one."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {CALLER}", **headers}
        connection.request("POST", path, json.dumps(body), sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        lines = [line.removeprefix("data:") for line in text.splitlines() if line.startswith("data:") and line.strip() != "data:"]
        return answer, json.loads(lines[-1] if lines else text or "null")


def over_http(sandbox, calls):
    """The door over HTTP."""
    outcomes = []
    with Served(sandbox) as served:
        for call in calls:
            answer, body = served.post(f"/v1/{call['operation']}", call["input"])
            outcomes.append("ok" if answer.status < 300 else body["kind"])
    return outcomes


def agents(sandbox, calls):
    """The tools for agents. What is destructive is confirmed, as a person would have it confirmed."""
    outcomes = []
    with Served(sandbox) as served:
        session = {"Accept": "application/json, text/event-stream"}
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}}
        answer, _ = served.post("/mcp", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}, **session)
        if answer.getheader("Mcp-Session-Id"):
            session["Mcp-Session-Id"] = answer.getheader("Mcp-Session-Id")
        served.post("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}, **session)
        for number, call in enumerate(calls):

            def tool(arguments):
                given = {"name": call["operation"], "arguments": arguments}
                asked = {"jsonrpc": "2.0", "id": number + 1, "method": "tools/call", "params": given}
                return served.post("/mcp", asked, **session)[1]

            found = tool(call["input"])
            shown = found.get("result", {}).get("structuredContent", {})
            if "confirm" in shown:
                found = tool({**call["input"], "confirm": shown["confirm"]})
                shown = found.get("result", {}).get("structuredContent", {})
            if "error" in found:
                outcomes.append(found["error"]["message"])
            else:
                outcomes.append(shown["kind"] if found["result"].get("isError") else "ok")
    return outcomes


WAYS = [
    ("Rust", rust),
    ("command line", command_line),
    ("JavaScript", javascript),
    ("Python", python),
    ("Node-RED", node_red),
    ("HTTP", over_http),
    ("MCP", agents),
]


def main():
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="puts the table into docs/adapters.md")
    arguments = parser.parse_args()
    describe = [str(PROGRAM), "--component", str(CORE), "describe", "--json"]
    manifest = json.loads(subprocess.run(describe, env=environment(), stdout=subprocess.PIPE, check=True).stdout)
    operations = [one for one in manifest["operations"] if one["available"]]
    columns = []
    for name, way in WAYS:
        with Sandbox() as sandbox:
            calls = sandbox.calls(operations)
            outcomes = way(sandbox, calls)
        if len(outcomes) != len(calls):
            sys.exit(f"{name}: {len(outcomes)} outcomes of {len(calls)} calls")
        columns.append(outcomes)
    lines = [f"| operation | {' | '.join(name for name, _ in WAYS)} |", "|---|" + "---|" * len(WAYS)]
    lines += [f"| {call['operation']} | {' | '.join(row)} |" for call, row in zip(calls, zip(*columns))]
    print("\n".join(lines))
    wrong = [call["operation"] for call, row in zip(calls, zip(*columns)) if len(set(row)) > 1]
    succeeded = sum(outcome == "ok" for outcome in columns[0])
    print(f"{len(calls)} operations, {succeeded} of them succeed, {len(WAYS)} ways, {len(wrong)} differ")
    document = ROOT / "docs/adapters.md"
    text = document.read_text()
    before, rest = text.split(BEGIN, 1)
    current = f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{rest.split(END, 1)[1]}"
    if arguments.write:
        document.write_text(current)
    elif text != current:
        wrong.append("docs/adapters.md (write it anew with --write)")
    if wrong or succeeded < len(calls) // 2:
        sys.exit(f"not the same everywhere: {', '.join(wrong) or 'little succeeds'}")


if __name__ == "__main__":
    main()
