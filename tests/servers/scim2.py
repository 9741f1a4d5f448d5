"""scim2-server under the start protocol of this folder, with paging by index and by cursor (RFC 9865).

    target/servers/venv/bin/python scim2.py [--port 0]      environment: SCIM_TEST_BEARER

The server is the package's own command; this script gives it a free port, makes it say when it listens, and ends it when
standard input closes. HTTP/1.0, one request a connection.
"""

import contextlib
import json
import os
import secrets
import sys
import tempfile
import threading
from importlib import resources

HOST = "127.0.0.1"
PAGINATION = {
    "cursor": True,
    "index": True,
    "defaultPaginationMethod": "index",
    "defaultPageSize": 100,
    "maxPageSize": 1000,
    "cursorTimeout": 3600,
}


def end_with_stdin() -> None:
    """End the process when whoever started it closes standard input, or dies."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Start the package's command with its server replaced by one that reports its port."""
    try:
        from scim2_server.testserver import cli
    except ModuleNotFoundError as error:
        sys.exit(f"{sys.argv[0]}: {error}; run tests/servers/install.py first")

    bearer = os.environ.get("SCIM_TEST_BEARER") or secrets.token_urlsafe(24)
    port = sys.argv[sys.argv.index("--port") + 1] if "--port" in sys.argv else "0"
    config = json.loads(resources.files("scim2_server").joinpath("resources/default-service-provider-config.json").read_text())
    config["pagination"] = PAGINATION

    stdout = sys.stdout
    plain_make_server = cli.make_server
    # The package listens with a backlog of 5, too few for tests that call it in parallel.
    cli.ThreadingWSGIServer.request_queue_size = 128

    def make_server(*args, **kwargs):
        server = plain_make_server(*args, **kwargs)
        url = f"http://{HOST}:{server.server_port}/v2"
        print(json.dumps({"ready": True, "serviceUrl": url, "bearer": bearer}), file=stdout, flush=True)
        threading.Thread(target=end_with_stdin, daemon=True).start()
        return server

    cli.make_server = make_server
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        sys.argv = ["scim2-server", "--hostname", HOST, "--port", port, f"--bearer-token={bearer}", "--service-provider-config", file.name]
        with contextlib.redirect_stdout(sys.stderr):
            cli.main()


if __name__ == "__main__":
    main()
