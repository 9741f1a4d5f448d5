#!/usr/bin/env python3
"""django-scim2 on Django, with the package's own adapters and filters, a database in a temporary file, one bearer token.

    target/servers/venv/bin/python tests/servers/django_scim2.py [--port 0]      environment: SCIM_TEST_BEARER
"""

import atexit
import secrets
import shutil
import tempfile

from wsgi import HOST, serve


def create(port, bearer):
    """The application over an empty database; the models are those of `django_people`."""
    import django
    from django.conf import settings

    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        AUTH_USER_MODEL="django_people.User",
        BEARER=bearer,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/people", "OPTIONS": {"timeout": 30}}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_people", "django_scim"],
        LOGGING_CONFIG=None,
        MIDDLEWARE=["django_people.token.middleware", "django_scim.middleware.SCIMAuthCheckMiddleware"],
        ROOT_URLCONF="django_people.urls",
        SCIM_SERVICE_PROVIDER={
            "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Token", "description": "A bearer token"}],
            "GROUP_MODEL": "django_people.models.Group",
            "NETLOC": f"{HOST}:{port}",
            "SCHEME": "http",
        },
        SECRET_KEY=secrets.token_hex(32),
    )
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", run_syncdb=True, verbosity=0)
    return get_wsgi_application()


if __name__ == "__main__":
    serve(create)
