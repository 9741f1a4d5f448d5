#!/usr/bin/env bash
# What two SCIM servers answer with success although less was done than asked, or somebody else was found:
# django-scim2 0.23.0 with its own adapters, and canaille 0.3.6. Needs python3 and PyPI; uses a temporary folder only; both
# run inside this process, without a socket. Fails when an answer changes.
#
# Seen: a group is created without its members, 201. A group that is there is not found by its name, 200, although users are
# found by theirs, and although the configuration says that filters are not supported. A filter is ignored: everybody comes,
# 200. A member that does not exist is added, 200, and is not there. Any count is a 500.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
django-scim2: filter.supported: False
django-scim2: POST a user: 201
django-scim2: POST a group with that user: 201, 0 members
django-scim2: GET it by displayName: 200, 0 found
django-scim2: GET the user by userName: 200, 1 found
django-scim2: GET a user by title: 200, 0 found
canaille: filter.supported: False
canaille: POST two users: 201, 201
canaille: GET by the userName of neither: 200, 2 found
canaille: GET with count=1: 500
canaille: POST a group with the first: 201, member "ada"
canaille: PATCH to add a member that does not exist: 200, 1 member
EXPECTED

python3 -m venv django
django/bin/pip install --quiet django==5.2.19 django-scim2==0.23.0
mkdir people
touch people/__init__.py
cat > people/models.py <<'PYTHON'
from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Group(AbstractSCIMGroupMixin):
    name = models.CharField(max_length=150, unique=True)


class User(AbstractSCIMUserMixin, AbstractUser):
    groups = models.ManyToManyField(Group, related_name="user_set")

    @property
    def scim_groups(self):
        return self.groups
PYTHON
cat > people/urls.py <<'PYTHON'
from django.urls import include, path

urlpatterns = [path("v2/", include("django_scim.urls"))]
PYTHON
cat > people/anybody.py <<'PYTHON'
def middleware(get_response):
    def respond(request):
        from people.models import User

        request.user = User(username="anybody")
        return get_response(request)

    return respond
PYTHON
cat > django_answers.py <<'PYTHON'
import json

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    AUTH_USER_MODEL="people.User",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "people", "django_scim"],
    LOGGING_CONFIG=None,
    MIDDLEWARE=["people.anybody.middleware", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    ROOT_URLCONF="people.urls",
    SCIM_SERVICE_PROVIDER={
        "AUTHENTICATION_SCHEMES": [{"type": "oauth2", "name": "none", "description": "none"}],
        "GROUP_MODEL": "people.models.Group",
        "NETLOC": "example.com",
    },
    SECRET_KEY="not-secret",
)
django.setup()
from django.core.management import call_command
from django.test import Client

call_command("migrate", run_syncdb=True, verbosity=0)
client = Client()


def call(method, path, body=None):
    answer = client.generic(method, f"/v2/{path}", json.dumps(body) if body else "", content_type="application/scim+json")
    return answer.status_code, json.loads(answer.content)


def tell(text):
    print(f"django-scim2: {text}")


def found(path):
    status, body = call("GET", path)
    return f"{status}, {body['totalResults']} found"


core = "urn:ietf:params:scim:schemas:core:2.0"
tell(f"filter.supported: {call('GET', 'ServiceProviderConfig')[1]['filter']['supported']}")
status, user = call("POST", "Users", {"schemas": [f"{core}:User"], "userName": "ada"})
tell(f"POST a user: {status}")
status, group = call("POST", "Groups", {"schemas": [f"{core}:Group"], "displayName": "Team", "members": [{"value": user["id"]}]})
tell(f"POST a group with that user: {status}, {len(group['members'])} members")
tell(f"GET it by displayName: {found('Groups?filter=displayName%20eq%20%22Team%22')}")
tell(f"GET the user by userName: {found('Users?filter=userName%20eq%20%22ada%22')}")
tell(f"GET a user by title: {found('Users?filter=title%20eq%20%22x%22')}")
PYTHON
django/bin/python django_answers.py 2> django.log > seen.txt || { cat django.log; exit 1; }

python3 -m venv canaille
canaille/bin/pip install --quiet "canaille[front,oidc,scim]==0.3.6" scim2-models==0.8.2 scim2-client==0.9.0
cat > canaille_answers.py <<'PYTHON'
import datetime

from canaille import create_app

app = create_app({
    "SECRET_KEY": "not-secret",
    "CANAILLE": {"DATABASE": "memory"},
    "CANAILLE_OIDC": {},
    "CANAILLE_SCIM": {"ENABLE_SERVER": True},
})
app.config["PROPAGATE_EXCEPTIONS"] = False
with app.app_context():
    from canaille.app import models
    from canaille.backends import Backend

    client = models.Client(client_id="tests", client_name="tests", client_secret="not-secret")
    Backend.instance.save(client)
    now = datetime.datetime.now(datetime.timezone.utc)
    Backend.instance.save(models.Token(token_id="tests", access_token="not-secret", client=client, issue_date=now, lifetime=3600, scope=[], type="access_token"))
web = app.test_client()


def call(method, path, body=None):
    answer = web.open(f"/scim/v2/{path}", method=method, json=body, headers={"Authorization": "Bearer not-secret"})
    return answer.status_code, answer.get_json(silent=True)


def tell(text):
    print(f"canaille: {text}")


core = "urn:ietf:params:scim:schemas:core:2.0"
tell(f"filter.supported: {call('GET', 'ServiceProviderConfig')[1]['filter']['supported']}")
users = [
    call("POST", "Users", {"schemas": [f"{core}:User"], "userName": name, "active": True, "name": {"familyName": "L", "formatted": "A L"}})
    for name in ("ada", "bob")
]
tell(f"POST two users: {users[0][0]}, {users[1][0]}")
status, listed = call("GET", "Users?filter=userName%20eq%20%22zoe%22")
tell(f"GET by the userName of neither: {status}, {listed['totalResults']} found")
tell(f"GET with count=1: {call('GET', 'Users?count=1')[0]}")
member = {"value": users[0][1]["id"], "$ref": f"https://example.com/Users/{users[0][1]['id']}"}
status, group = call("POST", "Groups", {"schemas": [f"{core}:Group"], "displayName": "Team", "members": [member]})
tell(f'POST a group with the first: {status}, member "{group["members"][0]["value"]}"')
stranger = {"value": "nobody", "$ref": "https://example.com/Users/nobody"}
operation = {"op": "add", "path": "members", "value": [stranger]}
patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
status, group = call("PATCH", f"Groups/{group['id']}", patch)
tell(f"PATCH to add a member that does not exist: {status}, {len(group['members'])} member")
PYTHON
canaille/bin/python canaille_answers.py 2> canaille.log >> seen.txt || { cat canaille.log; exit 1; }

cat seen.txt
diff expected.txt seen.txt
echo "as expected: django-scim2 0.23.0, canaille 0.3.6"
