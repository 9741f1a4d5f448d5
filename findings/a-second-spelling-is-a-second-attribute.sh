#!/usr/bin/env bash
# What scim-patch 0.8.3 (npm), which servers apply PATCH with, does beside scim2-models 0.12.3 (PyPI) to the same user and the same
# operations of RFC 7644 section 3.5.2. Needs node, npm, python3 and PyPI; uses a temporary folder only. Fails when an answer changes.
#
# Seen: an attribute named in another case (RFC 7643 section 2.1: one name) is stored beside the first, so that a person who is to be
# deactivated stays active, without an error. A part of a name that is sent without a path replaces the whole name, with a path it does
# not. A second primary address leaves the first one primary. A value path that selects nobody makes somebody, also for replace, where
# section 3.5.2.3 wants noTarget.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > cases.json <<'JSON'
{
  "user": {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada", "active": true,
    "name": {"familyName": "Berg", "givenName": "Ada"}, "emails": [{"type": "work", "value": "a@example.com", "primary": true}],
    "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z", "location": "https://example.com/Users/1"}
  },
  "cases": {
    "Active by path": {"op": "replace", "path": "Active", "value": false},
    "Active without a path": {"op": "replace", "value": {"Active": false}},
    "givenName by path": {"op": "replace", "path": "name", "value": {"givenName": "Eve"}},
    "givenName without a path": {"op": "replace", "value": {"name": {"givenName": "Eve"}}},
    "another primary address": {"op": "add", "path": "emails", "value": [{"type": "home", "value": "b@example.com", "primary": true}]},
    "replace of nobody's": {"op": "replace", "path": "emails[type eq \"other\"].value", "value": "c@example.com"}
  }
}
JSON

cat > expected.txt <<'EXPECTED'
Active by path
  scim-patch: {"active":true,"Active":false}
  scim2-models: {"active":false}
Active without a path
  scim-patch: {"active":true,"Active":false}
  scim2-models: {"active":false}
givenName by path
  scim-patch: {"name":{"familyName":"Berg","givenName":"Eve"}}
  scim2-models: {"name":{"familyName":"Berg","givenName":"Eve"}}
givenName without a path
  scim-patch: {"name":{"givenName":"Eve"}}
  scim2-models: {"name":{"familyName":"Berg","givenName":"Eve"}}
another primary address
  scim-patch: {"emails":[["a@example.com",true],["b@example.com",true]]}
  scim2-models: {"emails":[["a@example.com",false],["b@example.com",true]]}
replace of nobody's
  scim-patch: {"emails":[["a@example.com",true],["c@example.com",false]]}
  scim2-models: NoTargetException
EXPECTED

npm init --yes > npm.log
npm install --silent --no-audit --no-fund scim-patch@0.8.3 >> npm.log
cat > javascript.mjs <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import { patchBodyValidation, scimPatch } from "scim-patch";

const { user, cases } = JSON.parse(readFileSync("cases.json"));
const seen = {};
for (const [name, operation] of Object.entries(cases)) {
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation] };
  patchBodyValidation(body);
  seen[name] = scimPatch(structuredClone(user), body.Operations);
}
console.log(JSON.stringify(seen));
JAVASCRIPT
node javascript.mjs > javascript.json

python3 -m venv venv
venv/bin/pip install --quiet scim2-models==0.12.3
cat > python.py <<'PYTHON'
import json

from scim2_models import Context, PatchOp, User

cases = json.load(open("cases.json"))
javascript = json.load(open("javascript.json"))


def told(name, user):
    """The attribute that the case is about, in both spellings where there are two; addresses with whether they are primary."""
    wanted = {"Active": ("active", "Active"), "givenName": ("name",)}.get(name.split()[0], ("emails",))
    parts = {key: user[key] for key in wanted if key in user}
    if "emails" in parts:
        parts["emails"] = [[email["value"], bool(email.get("primary"))] for email in parts["emails"]]
    return json.dumps(parts, separators=(",", ":"))


for name, operation in cases["cases"].items():
    print(name)
    print(f"  scim-patch: {told(name, javascript[name])}")
    user = User.model_validate(cases["user"])
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    try:
        PatchOp[User].model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST).patch(user)
        print(f"  scim2-models: {told(name, user.model_dump())}")
    except Exception as error:
        print(f"  scim2-models: {type(error).__name__}")
PYTHON
venv/bin/python python.py > seen.txt
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
