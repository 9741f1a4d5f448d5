"""What the servers in Python share: arguments, the start protocol of this folder, and a server for a WSGI application."""

import contextlib
import json
import os
import secrets
import sys
import threading

HOST = "127.0.0.1"


def end_with_stdin() -> None:
    """End the process when whoever started it closes standard input, or dies."""
    sys.stdin.buffer.read()
    os._exit(0)


def serve(create) -> None:
    """Serve what `create` makes of a port and a token, until standard input closes. Standard output carries the ready line only."""
    bearer = os.environ.get("SCIM_TEST_BEARER") or secrets.token_urlsafe(24)
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 0
    stdout = sys.stdout
    try:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *_args):
                pass

        with contextlib.redirect_stdout(sys.stderr):
            # The port is known before the application, which may want to name it.
            server = make_server(HOST, port, None, threaded=True, request_handler=Quiet)
            server.app = create(server.server_port, bearer)
    except ModuleNotFoundError as error:
        sys.exit(f"{sys.argv[0]}: {error}; run tests/servers/install.py first")
    print(json.dumps({"ready": True, "serviceUrl": f"http://{HOST}:{server.server_port}/scim/v2", "bearer": bearer}), file=stdout, flush=True)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    server.serve_forever()
