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
# The user that /Me stands for, whoever asks: the server's tokens belong to nobody.
ME = "me@example.com"
DEVICE = "urn:ietf:params:scim:schemas:core:2.0:Device"
# A resource type besides User and Group: the core of RFC 9944.
DEVICE_TYPE = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    "id": "Device",
    "name": "Device",
    "endpoint": "/Devices",
    "description": "Device",
    "schema": DEVICE,
}
DEVICE_SCHEMA = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    "id": DEVICE,
    "name": "Device",
    "description": "Device",
    "attributes": [
        {"name": "displayName", "type": "string", "multiValued": False, "required": False},
        {"name": "active", "type": "boolean", "multiValued": False, "required": True},
        {"name": "mudUrl", "type": "reference", "referenceTypes": ["external"], "multiValued": False, "required": False, "caseExact": True},
    ],
}
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


def with_me(cli) -> None:
    """Let /Me stand for the user named ME, in the package's own service."""
    from scim2_models import NotFoundException

    stores = []

    class Storage(cli.InMemoryStorage):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            stores.append(self)

    class Service(cli.ScimService):
        def type_of_users(self):
            return next(it for it in self.provider.resource_types if it.name == "User")

        def me_target(self, request):
            for resource in stores[0].resources:
                if getattr(resource, "user_name", None) == ME:
                    return self.type_of_users(), resource.id
            raise NotFoundException

        def me_creation_type(self, request):
            return self.type_of_users()

    cli.InMemoryStorage = Storage
    cli.ScimService = Service


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

    packaged = resources.files("scim2_server").joinpath("resources")
    types = [*json.loads(packaged.joinpath("default-resource-types.json").read_text()), DEVICE_TYPE]
    schemas = [*json.loads(packaged.joinpath("default-schemas.json").read_text()), DEVICE_SCHEMA]
    with_me(cli)

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
    with tempfile.TemporaryDirectory() as folder:
        options = []
        for option, content in (("service-provider-config", config), ("resource-type", types), ("schema", schemas)):
            path = os.path.join(folder, option)
            with open(path, "w") as file:
                json.dump(content, file)
            options += [f"--{option}", path]
        sys.argv = ["scim2-server", "--hostname", HOST, "--port", port, f"--bearer-token={bearer}", *options]
        with contextlib.redirect_stdout(sys.stderr):
            cli.main()


if __name__ == "__main__":
    main()
