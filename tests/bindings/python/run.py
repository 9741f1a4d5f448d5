"""Calls the built component from Python, through wasmtime, against a SCIM provider.

    target/servers/venv/bin/python tests/bindings/python/run.py --component target/scim-connector.wasm
        --service-url http://127.0.0.1:PORT/scim/v2        environment: SCIM_TEST_BEARER, the provider's token

One line a check, a closing line, exit code 1 when a check failed. tests/bindings/node/run.mjs makes the same checks, those apart that are
about how wasmtime's values look in Python.
"""

import argparse
import concurrent.futures
import faulthandler
import http.server
import json
import os
import sys
import threading
import time
import uuid

from connector import CallFailed, Component, Variant, record

SLOW_SECONDS = 0.6
WHOLE_RUN_SECONDS = 120
faulthandler.dump_traceback_later(WHOLE_RUN_SECONDS, exit=True)

passed = failed = 0


def check(body):
    """Run a check now; its docstring is its name."""
    global passed, failed
    try:
        body()
    except Exception as error:  # a check that trips over anything has failed
        failed += 1
        print(f"not ok - {body.__doc__}: {type(error).__name__}: {error}", flush=True)
    else:
        passed += 1
        print(f"ok - {body.__doc__}", flush=True)


def equal(seen, wanted):
    """Hold what was seen against what was wanted."""
    assert seen == wanted, f"{seen!r} is not {wanted!r}"


def failure(call, kind):
    """Expect a call to fail permanently with this kind; give the failure."""
    try:
        value = call()
    except CallFailed as error:
        equal(error.tag, "permanent-failure")
        equal(error.failure["kind"]["tag"], kind)
        keeps_secrets(error.failure)
        return error.failure
    raise AssertionError(f"succeeded with {value!r}")


def keeps_secrets(value):
    """Whatever comes back holds no secret."""
    text = json.dumps(value)
    assert TOKEN not in text and WRONG_TOKEN not in text, "a secret in an answer"


parser = argparse.ArgumentParser()
parser.add_argument("--component", required=True)
parser.add_argument("--service-url", required=True)
given = parser.parse_args()
if not os.environ.get("SCIM_TEST_BEARER"):
    sys.exit("the environment variable SCIM_TEST_BEARER is not set")
TOKEN = os.environ["SCIM_TEST_BEARER"]
WRONG_TOKEN = f"wrong-{uuid.uuid4()}"
USER_NAME = f"python-{uuid.uuid4()}"
OTHER_NAME = f"python-{uuid.uuid4()}"
GROUP_NAME = f"python-{uuid.uuid4()}"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ME = "me@example.com"  # whom the provider takes the token's owner for


def bearer(secret):
    """A typed connection with a bearer token."""
    return record(service_url=given.service_url, auth=Variant("bearer", secret))


def connection_json(token):
    """The same connection as JSON."""
    return json.dumps({"serviceUrl": given.service_url, "auth": {"type": "bearer", "token": token}})


component = Component(given.component)
connector = component.instance()
connection = bearer(Variant("literal", TOKEN))
JSON = connection_json({"env": "SCIM_TEST_BEARER"})
ids = {}


@check
def manifest():
    """catalog.manifest lists the operations with their schemas"""
    operations = {one["name"]: one for one in json.loads(connector.call("catalog.manifest"))["operations"]}
    for name in ("createUser", "getUser", "listUsers", "patchUser", "deleteUser"):
        assert name in operations, name
    equal(operations["createUser"]["input"]["type"], "object")


@check
def create():
    """users.create-user, typed"""
    user = connector.call(
        "users.create-user",
        connection,
        record(
            user_name=USER_NAME,
            name=record(given_name="Ada", family_name="Lovelace"),
            active=True,
            emails=[record(value="ada@example.com", type="work", primary=True)],
            enterprise=record(department="Analysis"),
        ),
        None,
        None,
    )
    assert isinstance(user["id"], str)
    equal([user["user-name"], user["name"]["family-name"]], [USER_NAME, "Lovelace"])
    equal([user["emails"][0][name] for name in ("value", "type", "primary")], ["ada@example.com", "work", True])
    equal([user["enterprise"]["department"], user["meta"]["resource-type"]], ["Analysis", "User"])
    ids["typed"] = user["id"]


@check
def get():
    """users.get-user, typed"""
    user = connector.call("users.get-user", connection, ids["typed"], None, None)
    equal([user["id"], user["user-name"], user["active"], user["name"]["given-name"]], [ids["typed"], USER_NAME, True, "Ada"])
    equal(user["nick-name"], None)


@check
def get_with_view():
    """users.get-user with a view"""
    user = connector.call("users.get-user", connection, ids["typed"], record(attributes=["userName"]), None)
    equal([user["user-name"], user["emails"]], [USER_NAME, None])


@check
def create_again():
    """users.create-user again is a conflict"""
    seen = failure(lambda: connector.call("users.create-user", connection, record(user_name=USER_NAME), None, None), "conflict")
    equal([seen["status"], seen["scim-type"]["tag"], seen["maybe-applied"]], [409, "uniqueness", False])


@check
def get_wrong_id():
    """users.get-user with a wrong id is not found"""
    seen = failure(lambda: connector.call("users.get-user", connection, "no-such-id", None, None), "not-found")
    equal([seen["status"], seen["maybe-applied"]], [404, False])


@check
def secret_from_environment():
    """a secret from the environment"""
    user = component.instance().call("users.get-user", bearer(Variant("env", "SCIM_TEST_BEARER")), ids["typed"], None, None)
    equal(user["user-name"], USER_NAME)


@check
def secret_not_set():
    """a secret from a variable that is not set"""
    seen = failure(lambda: component.instance().call("users.get-user", bearer(Variant("env", "SCIM_TEST_UNSET")), ids["typed"], None, None), "configuration")
    assert "SCIM_TEST_UNSET" in seen["detail"], seen["detail"]


@check
def wrong_token():
    """a wrong token is a failure of authentication"""
    seen = failure(lambda: component.instance().call("users.get-user", bearer(Variant("literal", WRONG_TOKEN)), ids["typed"], None, None), "authentication")
    equal(seen["status"], 401)


@check
def list_users():
    """users.list-users with a filter, typed"""
    page = connector.call("users.list-users", connection, record(filter=f'userName eq "{USER_NAME}"', count=10), None)
    equal([user["id"] for user in page["resources"]], [ids["typed"]])
    equal([page["total-results"], page["next"], page["complete"]], [1, None, True])


@check
def patch():
    """users.patch-user, typed"""
    operations = [record(op="replace", path="active", value="false")]
    user = connector.call("users.patch-user", connection, ids["typed"], operations, None, record(read_back=True))
    equal(user["active"], False)


@check
def bulk():
    """bulk.bulk, typed"""
    data = json.dumps({"schemas": [USER], "userName": ME})
    operation = record(method="post", path="/Users", bulk_id="me", data=data)
    report = connector.call("bulk.bulk", connection, [operation], record(fail_on_errors=1), None)
    equal([report["succeeded"], report["failed"], len(report["results"])], [1, 0, 1])
    result = report["results"][0]
    equal([result[name] for name in ("index", "method", "bulk-id", "status", "failure")], [0, "post", "me", 201, None])


@check
def get_me():
    """me.get-me, typed"""
    user = connector.call("me.get-me", connection, record(attributes=["userName"]), None)
    equal(user["user-name"], ME)
    ids["me"] = user["id"]


@check
def groups():
    """groups.create-group and get-group, typed"""
    given_group = record(display_name=GROUP_NAME, members=[record(value=ids["me"])])
    ids["group"] = connector.call("groups.create-group", connection, given_group, None, None)["id"]
    group = connector.call("groups.get-group", connection, ids["group"], None, None)
    equal([group["display-name"], [member["value"] for member in group["members"]]], [GROUP_NAME, [ids["me"]]])


@check
def resources():
    """resources.list-resources and delete-resource, typed"""
    target = Variant("endpoint", "/Groups")
    page = connector.call("resources.list-resources", connection, target, record(filter=f'displayName eq "{GROUP_NAME}"'), None)
    equal([json.loads(text)["id"] for text in page["resources"]], [ids["group"]])
    equal(page["complete"], True)
    equal(connector.call("resources.delete-resource", connection, target, ids["group"], None), None)
    failure(lambda: connector.call("resources.get-resource", connection, target, ids["group"], None, None), "not-found")


@check
def discovery():
    """discovery, typed"""
    config = connector.call("discovery.get-service-provider-config", connection)
    equal([config["patch"]["supported"], config["patch"]["source"]], [True, "discovered"])
    types = connector.call("discovery.list-resource-types", connection)
    equal([one["endpoint"] for one in types if one["name"] == "User"], ["/Users"])
    schema = connector.call("discovery.get-schema", connection, USER)
    equal([one["type"] for one in schema["attributes"] if (one["parent"], one["name"]) == (None, "userName")], ["string"])


@check
def bulk_delete():
    """bulk.bulk deletes, and says what failed"""
    operations = [record(method="delete", path=f"/Users/{name}") for name in (ids["me"], "no-such-id")]
    report = connector.call("bulk.bulk", connection, operations, None, None)
    equal([report["succeeded"], report["failed"]], [1, 1])
    equal(report["results"][1]["failure"]["kind"]["tag"], "not-found")


@check
def invoke_create():
    """runtime.invoke createUser"""
    inputs = json.dumps({"payload": {"userName": OTHER_NAME, "emails": [{"value": "grace@example.com"}]}})
    outcome = connector.call("runtime.invoke", JSON, "createUser", inputs, record(run_id="run-1", attempt=1))
    user = json.loads(outcome["output"])
    equal([user["userName"], user["emails"][0]["value"]], [OTHER_NAME, "grace@example.com"])
    assert outcome["requests-made"] >= 1, outcome
    equal(outcome["warnings"], [])
    ids["invoked"] = user["id"]


@check
def invoke_get():
    """runtime.invoke getUser"""
    outcome = connector.call("runtime.invoke", JSON, "getUser", json.dumps({"id": ids["invoked"]}), None)
    equal(json.loads(outcome["output"])["userName"], OTHER_NAME)


@check
def invoke_create_again():
    """runtime.invoke createUser again is a conflict"""
    inputs = json.dumps({"payload": {"userName": OTHER_NAME}})
    seen = failure(lambda: connector.call("runtime.invoke", JSON, "createUser", inputs, None), "conflict")
    equal([seen["status"], seen["scim-type"]["tag"]], [409, "uniqueness"])


@check
def invoke_get_wrong_id():
    """runtime.invoke getUser with a wrong id is not found"""
    failure(lambda: connector.call("runtime.invoke", JSON, "getUser", '{"id": "no-such-id"}', None), "not-found")


@check
def invoke_unknown():
    """runtime.invoke of an unknown operation"""
    seen = failure(lambda: connector.call("runtime.invoke", JSON, "createUsr", "{}", None), "invalid-input")
    assert "createUser" in seen["detail"], f"it does not suggest the operation that was meant: {seen['detail']}"


@check
def connection_good():
    """runtime.test-connection, good"""
    report = connector.call("runtime.test-connection", JSON)
    steps = [f"{step['name']} {step['status']}" for step in report["steps"]]
    equal(steps, ["reachable passed", "authenticated passed", "capabilities passed", "users passed"])
    equal([report["ok"], report["failure"]], [True, None])


@check
def connection_wrong_token():
    """runtime.test-connection, wrong token"""
    report = component.instance().call("runtime.test-connection", connection_json(WRONG_TOKEN))
    equal([report["ok"], report["retryable"], report["failure"]["kind"]["tag"]], [False, False, "authentication"])
    keeps_secrets(report)


class Accepting(http.server.BaseHTTPRequestHandler):
    """A provider that carries requests out later."""

    posts = 0

    def do_POST(self):
        type(self).posts += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Location", "/Events/9")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        answer = {"schemas": [USER], "id": "9", "userName": "later"} if self.path.startswith("/Events/") else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@check
def accepted():
    """resources.submit-request, accepted, is a result, and sent once"""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Accepting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    later = record(service_url=url, auth=Variant("none"), overrides=json.dumps({"securityEvents": {"asyncRequest": "request"}}))
    request = record(method="post", path="/Users", data=json.dumps({"userName": "later"}))
    try:
        submission = component.instance().call("resources.submit-request", later, request, None)
        equal(submission["tag"], "accepted")
        equal([submission["val"]["method"], submission["val"]["path"]], ["post", "/Users"])
        equal(Accepting.posts, 1)
        refused = component.instance()
        nowhere = record(service_url="http://127.0.0.1:9", auth=Variant("none"), overrides=later.overrides)
        failure_of = None
        try:
            refused.call("resources.submit-request", nowhere, request, None)
        except CallFailed as error:
            failure_of = error
        equal([failure_of.tag, failure_of.failure["kind"]["tag"]], ["transient-failure", "unavailable"])
        ticket = record(**submission["val"])
        progress = component.instance().call("resources.collect-request", later, ticket)
        assert isinstance(progress, (int, dict)), progress
    finally:
        server.shutdown()


@check
def unknown_case():
    """a case that an enum has not ends the instance, and no other"""
    broken = component.instance()
    try:
        broken.call("bulk.bulk", connection, [record(method="no-such-method", path="/Users")], None, None)
    except CallFailed as error:
        raise AssertionError(f"it was taken: {error}") from error
    except Exception:  # whatever the runtime says
        pass
    else:
        raise AssertionError("it was taken")
    equal(component.instance().call("users.get-user", connection, ids["typed"], None, None)["user-name"], USER_NAME)


@check
def delete():
    """users.delete-user, typed, twice"""
    equal(connector.call("users.delete-user", connection, ids["typed"], None), None)
    failure(lambda: connector.call("users.delete-user", connection, ids["typed"], None), "not-found")
    equal(connector.call("users.delete-user", connection, ids["typed"], record(gone_is_done=True)), None)


@check
def invoke_delete():
    """runtime.invoke deleteUser"""
    outcome = connector.call("runtime.invoke", JSON, "deleteUser", json.dumps({"id": ids["invoked"]}), None)
    equal(json.loads(outcome["output"]), None)


class Slow(http.server.BaseHTTPRequestHandler):
    """A provider that takes its time."""

    def do_GET(self):
        time.sleep(SLOW_SECONDS)
        body = json.dumps({"schemas": [USER], "id": "slow", "userName": "slow"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@check
def other_threads_run():
    """other threads run while a call runs"""
    # The provider is a thread of this process: were the interpreter's lock held, the answer would never come.
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    slow = record(service_url=f"http://127.0.0.1:{server.server_port}", auth=Variant("none"))
    ticks = 0
    with concurrent.futures.ThreadPoolExecutor() as pool:
        call = pool.submit(lambda: component.instance().call("users.get-user", slow, "slow", None, None))
        while not call.done():
            time.sleep(0.01)
            ticks += 1
        equal(call.result()["user-name"], "slow")
    server.shutdown()
    assert ticks >= SLOW_SECONDS * 100 / 3, f"only {ticks} ticks of 10 ms in {SLOW_SECONDS} s"


print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
