#!/usr/bin/env python3
"""canaille's SCIM server, its backend in memory, one bearer token.

    target/servers/venv/bin/python tests/servers/canaille_scim.py [--port 0]      environment: SCIM_TEST_BEARER
"""

import datetime
import secrets

from wsgi import serve


def create(_port, bearer):
    """The application, with a client and its token."""
    from canaille import create_app

    app = create_app({
        "SECRET_KEY": secrets.token_hex(32),
        "CANAILLE": {"DATABASE": "memory"},
        "CANAILLE_OIDC": {},
        "CANAILLE_SCIM": {"ENABLE_SERVER": True},
    })
    with app.app_context():
        from canaille.app import models
        from canaille.backends import Backend

        client = models.Client(client_id="tests", client_name="tests", client_secret=secrets.token_hex(16))
        Backend.instance.save(client)
        now = datetime.datetime.now(datetime.timezone.utc)
        token = models.Token(token_id="tests", access_token=bearer, client=client, issue_date=now, lifetime=86400, scope=[], type="access_token")
        Backend.instance.save(token)
    return app


if __name__ == "__main__":
    serve(create)
