#!/usr/bin/env python3
"""Starts each server of this folder, works through the life of a user on it, and prints what departs from the RFCs.

    python3 tests/servers/smoke.py [target/servers]

A step that must work and does not ends the run with exit code 1. A departure from an RFC is printed as `oddity`: it is a
fact the connector must bear, not a failure. README.md lists the ones that matter.
"""

import base64
import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCIM = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

passed = failed = 0
seen_oddities = set()


def check(name, good, seen=""):
    """Count one step that must work."""
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'ok' if good else 'not ok'} - {name}" + ("" if good else f": {seen}"))


def oddity(good, text):
    """Print a departure from an RFC, where there is one, once."""
    if not good and text not in seen_oddities:
        seen_oddities.add(text)
        print(f"   oddity: {text}")


class Answer:
    """An HTTP answer with its body read."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.json = json.loads(body) if body else None
        except ValueError:
            self.json = None

    def __str__(self):
        return f"{self.status} {self.headers.get('content-type')} {self.body[:300]!r}"


def send(method, url, body=None, headers=None):
    """One HTTP request; an error status is an answer like any other."""
    request = urllib.request.Request(url, method=method, data=body, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


@contextlib.contextmanager
def server(command):
    """Start a server, give its ready line, close its standard input and wait for its end."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{command[1]} did not start: {process.stderr.read().decode()}")
        print(f"   ready after {time.monotonic() - begin:.2f} s")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()
            end = process.wait(timeout=10)
            check("ends when standard input closes", end == 0, end)


def token(facts):
    """A token by client_secret_basic (RFC 6749 section 4.4)."""
    credentials = ":".join(urllib.parse.quote_plus(facts[name]) for name in ("clientId", "clientSecret"))
    headers = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    return send("POST", facts["tokenUrl"], b"grant_type=client_credentials&scope=scim", headers)


def life_of_a_user(base, bearer):
    """Create, read, list, replace, change, delete; and the errors on the way."""

    def call(method, path, body=None):
        headers = {"Authorization": f"Bearer {bearer}", "Accept": SCIM}
        if body is not None:
            headers["Content-Type"] = SCIM
        answer = send(method, base + path, None if body is None else json.dumps(body).encode(), headers)
        kind = answer.headers.get("content-type")
        where = f"{method} /{path.split('/')[1].split('?')[0]} {answer.status}"
        if answer.body:
            oddity(kind == SCIM, f"content type {kind}, not {SCIM}")
        if answer.status >= 400:
            oddity(isinstance(answer.json, dict) and answer.json.get("schemas") == [ERROR], f"{where} is no SCIM error: {answer}")
            oddity(isinstance(answer.json, dict) and answer.json.get("status") == str(answer.status), f"{where} has no status member like it")
        return answer

    ada = {"schemas": [USER], "userName": "ada", "name": {"givenName": "Ada"}, "active": True, "emails": [{"value": "ada@example.com", "type": "work"}]}
    made = call("POST", "/Users", ada)
    check("create", made.status == 201 and made.json.get("id"), made)
    user = made.json
    path = f"/Users/{user['id']}"
    place = user.get("meta", {}).get("location")
    oddity(made.headers.get("location"), "POST /Users 201 has no Location header (RFC 7644 section 3.3)")
    oddity(place == base + path, f"meta.location is {place}, not {base + path}")
    for again in ("ada", "ADA"):
        clash = call("POST", "/Users", {**ada, "userName": again})
        check(f"create {again} again: 409", clash.status == 409, clash)
        oddity(clash.json.get("scimType") == "uniqueness", f"409 has scimType {clash.json.get('scimType')}")
    got = call("GET", path)
    check("get", got.status == 200 and got.json["userName"] == "ada", got)
    oddity(got.headers.get("etag") == got.json.get("meta", {}).get("version"), f"ETag {got.headers.get('etag')} but meta.version {got.json.get('meta', {}).get('version')}")
    missing = call("GET", "/Users/nobody")
    check("get what is not there: 404", missing.status == 404, missing)
    few = call("GET", path + "?attributes=userName")
    oddity("emails" not in few.json and few.json.get("id"), f"attributes=userName gives {sorted(few.json)}")
    for name in ("grace", "edsger"):
        call("POST", "/Users", {"schemas": [USER], "userName": name})
    found = call("GET", "/Users?filter=" + urllib.parse.quote('userName eq "ada"'))
    check("list with a filter finds one", found.status == 200 and [one["userName"] for one in found.json.get("Resources", [])] == ["ada"], found)
    capitals = call("GET", "/Users?filter=" + urllib.parse.quote('userName eq "ADA"'))
    oddity(capitals.json.get("totalResults") == 1, "a filter compares userName with regard to case (RFC 7643 section 4.1.1 says without)")
    oddity(capitals.json.get("itemsPerPage") == len(capitals.json["Resources"]), f"itemsPerPage is {capitals.json.get('itemsPerPage')} with {len(capitals.json['Resources'])} resources")
    oddity(found.json.get("schemas") == [LIST], f"a list's schemas are {found.json.get('schemas')}")
    none = call("GET", "/Users?filter=" + urllib.parse.quote('userName eq "nobody"'))
    check("list that finds nothing", none.status == 200 and none.json.get("totalResults") == 0, none)
    oddity("Resources" in none.json, "Resources is absent from an empty list (allowed by RFC 7644 section 3.4.2)")
    page = call("GET", "/Users?startIndex=2&count=1")
    check("list, second page", page.status == 200 and len(page.json["Resources"]) == 1 and page.json["totalResults"] == 3, page)
    check("page says where it is", page.json.get("startIndex") == 2 and page.json.get("itemsPerPage") == 1, page)
    empty = call("GET", "/Users?count=0")
    oddity(not empty.json.get("Resources") and empty.json.get("totalResults") == 3, f"count=0 gives {len(empty.json.get('Resources', []))} resources")
    past = call("GET", "/Users?startIndex=99")
    oddity(not past.json.get("Resources"), f"startIndex past the end gives {len(past.json.get('Resources', []))} resources")
    cursor = call("GET", "/Users?cursor=&count=2")
    oddity(cursor.status == 200 and cursor.json.get("nextCursor"), f"cursor= is not answered with nextCursor: {cursor.status} {sorted(cursor.json)}")
    wrong = call("GET", "/Users?filter=" + urllib.parse.quote("userName eq"))
    oddity(wrong.status == 400 and wrong.json.get("scimType") == "invalidFilter", f"a broken filter gives {wrong.status} {wrong.json.get('scimType') or ''}")
    searched = call("POST", "/Users/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 'userName eq "ada"'})
    check("search", searched.status == 200 and searched.json.get("totalResults") == 1, searched)
    put = call("PUT", path, {**ada, "displayName": "Ada L."})
    check("replace", put.status == 200 and put.json.get("displayName") == "Ada L.", put)
    patched = call("PATCH", path, {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]})
    check("patch", patched.status in (200, 204), patched)
    print(f"   PATCH answers {patched.status}")
    check("patched", call("GET", path).json.get("active") is False)
    nothing = call("PATCH", path, {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]})
    print(f"   PATCH that changes nothing answers {nothing.status}")
    by_value = call("PATCH", path, {"schemas": [PATCH], "Operations": [{"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@example.com"}]})
    oddity(call("GET", path).json["emails"][0]["value"] == "a@example.com", f"a value path is not applied: {by_value}")
    gone = call("DELETE", path)
    check("delete", gone.status == 204 and not gone.body, gone)
    check("delete again: 404", call("DELETE", path).status == 404)
    bad = call("POST", "/Users", {"schemas": [USER]})
    check("create without userName: 400", bad.status == 400, bad)
    oddity(bad.json.get("scimType") in ("invalidValue", "invalidSyntax"), f"a missing userName has scimType {bad.json.get('scimType')}")
    broken = send("POST", base + "/Users", b"{", {"Authorization": f"Bearer {bearer}", "Content-Type": SCIM})
    oddity(broken.status == 400 and (broken.json or {}).get("scimType") == "invalidSyntax", f"malformed JSON gives {broken}")
    config = call("GET", "/ServiceProviderConfig")
    check("service provider config", config.status == 200 and config.json["patch"]["supported"], config)
    for name in ("filter", "sort", "etag", "changePassword", "bulk", "pagination"):
        print(f"   {name}: {json.dumps(config.json.get(name))}")
    for name in ("ResourceTypes", "Schemas"):
        answer = call("GET", f"/{name}")
        oddity(isinstance(answer.json, dict) and answer.json.get("schemas") == [LIST], f"/{name} is not a ListResponse")
    stranger = send("GET", base + "/Users", None, {"Authorization": "Bearer wrong"})
    check("wrong token: 401", stranger.status == 401, stranger)
    oddity(stranger.headers.get("www-authenticate"), "401 without WWW-Authenticate (RFC 9110 section 11.6.1)")
    who = send("GET", base + "/ServiceProviderConfig")
    print(f"   ServiceProviderConfig without a token answers {who.status}")


def main():
    """Every server in turn."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "target/servers").resolve()
    node = ["--modules", str(target / "node")]
    venv = target / "venv"
    python = next((file for file in (venv / "bin/python", venv / "Scripts/python.exe") if file.exists()), "python")

    print("# scimmy")
    with server(["node", str(HERE / "scimmy.mjs"), *node]) as facts:
        life_of_a_user(facts["serviceUrl"], facts["bearer"])
    print("# scim2-server")
    with server([str(python), str(HERE / "scim2.py")]) as facts:
        life_of_a_user(facts["serviceUrl"], facts["bearer"])
    print("# scim2-server behind oidc-provider")
    with server(["node", str(HERE / "guard.mjs"), *node, "--venv", str(venv), "--token-lifetime", "5"]) as facts:
        answer = token(facts)
        check("token", answer.status == 200 and answer.json["expires_in"] == 5, answer)
        issued = time.monotonic()
        life_of_a_user(facts["serviceUrl"], answer.json["access_token"])
        refused = token({**facts, "clientSecret": "wrong"})
        check("wrong secret: 401 invalid_client", refused.status == 401 and refused.json["error"] == "invalid_client", refused)
        time.sleep(max(0.0, issued + 6 - time.monotonic()))
        late = send("GET", facts["serviceUrl"] + "/Users", None, {"Authorization": f"Bearer {answer.json['access_token']}"})
        check("expired token: 401", late.status == 401 and "invalid_token" in late.headers["www-authenticate"], late)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
