"""Calls, typed and by name: what goes out, what comes back, and what is refused before anything goes out."""

from __future__ import annotations

import json
import math
import os
import pickle
import unittest
from typing import Any
from unittest import mock

from support import TOKEN, Server, answer, page, user

from scim_connector import Client, ScimError, errors, models

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Calls(unittest.TestCase):
    """Against a provider that answers what the test says."""

    def test_a_user_is_created_typed(self) -> None:
        with Server(lambda request: answer(201, {**request.json(), "id": "7"})) as server, Client(server.connection()) as client:
            given = models.User(
                user_name="ada", active=True, emails=[models.MultiValued(value="ada@example.com", type="work", primary=True)]
            )
            given.enterprise = models.EnterpriseUser(department="Analysis")
            given.extra["urn:example:User"] = {"badge": 9}
            made = client.create_user(given)
            sent = server.requests[0]
        self.assertEqual((sent.method, sent.target, sent.headers["authorization"]), ("POST", "/scim/Users", f"Bearer {TOKEN}"))
        self.assertEqual(sent.json()["emails"], [{"value": "ada@example.com", "type": "work", "primary": True}])
        self.assertEqual(sent.json()["urn:example:User"], {"badge": 9})
        assert made.emails is not None and made.enterprise is not None
        self.assertEqual(
            (made.id, made.user_name, made.emails[0].value, made.enterprise.department), ("7", "ada", "ada@example.com", "Analysis")
        )
        self.assertEqual(made.extra["urn:example:User"], {"badge": 9})

    def test_the_same_with_names_of_json(self) -> None:
        with Server(lambda request: answer(201, {**request.json(), "id": "7"})) as server, Client(server.connection()) as client:
            made = client.create_user({"userName": "ada", "emails": ({"value": "ada@example.com"},)})
            outcome = client.invoke("createUser", {"payload": {"userName": "ada"}})
        self.assertEqual(made.id, "7")
        self.assertEqual((outcome.output["id"], outcome.requests_made, outcome.next), ("7", 1, None))

    def test_what_was_read_can_be_sent_again(self) -> None:
        odd = user(nickName=None, groups=[{"value": "g", "$ref": "../Groups/g"}], x={"y": [1]})
        with (
            Server(lambda request: answer(200, odd if request.method == "GET" else request.json())) as server,
            Client(server.connection()) as client,
        ):
            read = client.get_user("1")
            read.title = "Countess"
            client.update_user("1", read)
            sent = server.requests[-1].json()
        self.assertEqual({name: sent[name] for name in ("title", "x")}, {"title": "Countess", "x": {"y": [1]}})
        self.assertEqual(read.to_json()["groups"], [{"value": "g", "$ref": "../Groups/g"}])
        self.assertIsNone(read.nick_name)
        self.assertIn("nickName", read.extra)

    def test_failures_are_exceptions_with_all_members(self) -> None:
        body = {"schemas": [ERROR], "status": "409", "scimType": "uniqueness", "detail": "userName is taken"}
        script = lambda _: answer(409, body, headers={"X-Request-Id": "r-1"})  # noqa: E731
        with Server(script) as server, Client(server.connection()) as client, self.assertRaises(errors.ConflictError) as caught:
            client.create_user(models.User(user_name="ada"))
        failure = caught.exception
        seen = (
            failure.kind,
            failure.status,
            failure.scim_type,
            failure.maybe_applied,
            failure.transient,
            failure.operation,
            failure.request_id,
        )
        self.assertEqual(seen, ("conflict", 409, "uniqueness", False, False, "createUser", "r-1"))
        self.assertIn("userName is taken", str(failure))
        again = pickle.loads(pickle.dumps(failure))
        self.assertEqual((type(again), vars(again)), (errors.ConflictError, vars(failure)))

    def test_a_lost_answer_to_a_creation_is_never_sent_again(self) -> None:
        with Server(lambda _: [b""]) as server, Client(server.connection(retry={"maxAttempts": 5, "baseDelayMs": 1})) as client:
            with self.assertRaises(errors.UnavailableError) as caught:
                client.create_user(models.User(user_name="ada"))
            self.assertEqual((caught.exception.maybe_applied, caught.exception.transient), (True, False))
            self.assertEqual(len(server.requests), 1)
            with self.assertRaises(errors.UnavailableError):
                client.get_user("1")
            self.assertEqual(len(server.requests), 6, "reads are repeated, by the component alone")

    def test_an_accepted_request_is_a_result_and_not_sent_again(self) -> None:
        accepted = answer(202, headers={"Location": "/scim/Events/9", "Set-Txn": "t-1", "Preference-Applied": "respond-async"})
        connection: dict[str, Any] = {"overrides": {"securityEvents": {"asyncRequest": "request"}}}
        with Server(lambda _: accepted) as server, Client(server.connection(**connection)) as client:
            submitted = client.submit_request(models.BulkOperation(method="POST", path="/Users", data={"userName": "ada"}))
            sent = [request for request in server.requests if request.method == "POST"]
        assert submitted.ticket is not None
        self.assertEqual((submitted.done, submitted.ticket.method, submitted.result, len(sent)), (False, "POST", None, 1))

    def test_names_are_checked_ahead(self) -> None:
        with Server(lambda _: answer(200, user())) as server, Client(server.connection()) as client:
            with self.assertRaisesRegex(errors.InvalidInputError, "createUser is one"):
                client.invoke("createUsr", {})
            with self.assertRaisesRegex(errors.InvalidInputError, "no such listing"):
                client.listing("createUser", {"payload": {"userName": "ada"}})
            with self.assertRaises(errors.InvalidInputError) as caught:
                client.invoke("listUsers", {"sortOrder": "upwards"})
            self.assertEqual(caught.exception.pointer, "/sortOrder")
            with self.assertRaises(errors.InvalidInputError):
                client.invoke("getUser", {"id": "1", "attribtes": ["userName"]})
            with self.assertRaises(errors.ScimError):
                client.choices("nothing")
            self.assertEqual(server.requests, [])
            self.assertEqual(client.get_user("1").id, "1", "the instance goes on")

    def test_numbers_that_no_field_takes_are_refused_here(self) -> None:
        with Server(lambda _: answer(200, page([]))) as server, Client(server.connection()) as client:
            for count in (-1, 1 << 64, 1 << 32, 1.5, True, "10"):
                with self.subTest(count=count), self.assertRaises(errors.InvalidInputError) as caught:
                    client.invoke("listUsers", {"count": count})
                self.assertEqual(caught.exception.pointer, "/count")
            for given in (math.nan, math.inf, "\ud800", {1, 2}, object()):
                with self.subTest(given=str(type(given))), self.assertRaises(errors.InvalidInputError):
                    client.invoke("createUser", {"payload": {"userName": "ada", "x": given}})
            circular: dict[str, Any] = {}
            circular["payload"] = circular
            deep: Any = []
            for _ in range(100_000):
                deep = [deep]
            for nested in (circular, {"payload": {"userName": "ada", "x": deep}}):
                with self.assertRaises(errors.InvalidInputError):
                    client.invoke("createUser", nested)
            for timeout in (0, -1, math.nan, math.inf, 1e9, True, "5"):
                with self.subTest(timeout=timeout), self.assertRaises(errors.InvalidInputError):
                    client.get_user("1", timeout=timeout)  # type: ignore[arg-type]
            for attempt in (-1, 1 << 32):
                with self.assertRaises(errors.InvalidInputError):
                    client.invoke("getUser", {"id": "1"}, attempt=attempt)
            self.assertEqual(server.requests, [])

    def test_large_numbers_of_a_provider_arrive_whole(self) -> None:
        body = json.dumps(user()).replace('"id"', '"big": 123456789012345678901234567890, "id"').encode()
        with Server(lambda _: answer(200, body=body)) as server, Client(server.connection()) as client:
            self.assertEqual(client.get_user("1").extra["big"], 123456789012345678901234567890)

    def test_a_wrong_connection_is_told_at_once(self) -> None:
        for connection, pointer in (
            ({"serviceUrl": "https://example.com/scim", "auth": {"type": "bearer"}}, "/auth/token"),
            ({"serviceUrl": "https://example.com/scim"}, "/auth"),
            ({"serviceUrl": "https://example.com/scim", "auth": {"type": "none"}, "retries": 1}, "/retries"),
            ({"serviceUrl": "https://example.com/scim", "auth": {"type": "host"}}, "/auth"),
        ):
            with self.subTest(pointer=pointer), self.assertRaises(ScimError) as caught:
                Client(connection)
            self.assertEqual(caught.exception.pointer, pointer)
        with self.assertRaises(errors.InvalidInputError):
            Client({"serviceUrl": "https://example.com/scim", "auth": {"type": "none"}}, concurrency=0)

    def test_secrets_come_from_the_environment_at_each_call(self) -> None:
        connection = {"auth": {"type": "bearer", "token": {"env": "SCIM_CONNECTOR_TEST_TOKEN"}}}
        with Server(lambda _: answer(200, user())) as server, Client(server.connection(**connection)) as client:
            for token in ("one", "two"):
                with mock.patch.dict(os.environ, {"SCIM_CONNECTOR_TEST_TOKEN": token, "SCIM_CONNECTOR_OTHER": "x"}):
                    client.get_user("1")
                self.assertEqual(server.requests[-1].headers["authorization"], f"Bearer {token}")
            with self.assertRaisesRegex(errors.ConfigurationError, "SCIM_CONNECTOR_TEST_TOKEN"):
                client.get_user("1")

    def test_a_token_is_fetched_once(self) -> None:
        def script(request: Any) -> bytes:
            if request.target == "/token":
                return answer(200, {"access_token": "fetched", "token_type": "Bearer", "expires_in": 3600})
            return answer(200, user())

        with Server(script) as server:
            url = server.url.removesuffix("/scim") + "/token"
            auth = {"type": "clientCredentials", "tokenUrl": url, "clientId": "me", "clientSecret": TOKEN}
            with Client(server.connection(auth=auth)) as client:
                for _ in range(3):
                    client.get_user("1")
        self.assertEqual([request.target for request in server.requests], ["/token"] + ["/scim/Users/1"] * 3)
        self.assertEqual(server.connections, 1)

    def test_warnings_reach_the_caller(self) -> None:
        heard: list[tuple[str, str]] = []
        script = lambda request: answer(200, user(title="Baroness"))  # noqa: E731
        with Server(script) as server, Client(server.connection(), on_warning=lambda *told: heard.append(told)) as client:
            client.update_user("1", models.User(user_name="ada", title="Countess"))
        with Server(script) as server, Client(server.connection()) as client, self.assertLogs("scim_connector", "WARNING") as logged:
            client.update_user("1", models.User(user_name="ada", title="Countess"))
        self.assertEqual({operation for operation, _ in heard}, {"updateUser"})
        self.assertIn("title", heard[0][1] + logged.output[0])

    def test_no_secret_is_shown(self) -> None:
        connection = models.Connection(service_url="http://localhost:9/scim", auth=models.BearerAuth(token=TOKEN))
        client = Client(connection)
        shown = [repr(connection), repr(client), repr(vars(client)), repr(models.User(user_name="ada", password=TOKEN))]
        with self.assertRaises(errors.UnavailableError) as caught:
            client.create_user(models.User(user_name="ada", password=TOKEN))
        trace = caught.exception.__traceback__
        shown += [str(caught.exception), repr(vars(caught.exception))]
        while trace is not None:
            # Tools that report exceptions show the variables of each frame; the caller's own are the caller's.
            if "scim_connector" in trace.tb_frame.f_code.co_filename:
                held = {name: value for name, value in trace.tb_frame.f_locals.items() if name not in ("payload", "given")}
                shown.append(repr(held).replace(repr({"userName": "ada", "password": TOKEN}), ""))
            trace = trace.tb_next
        self.assertFalse([text for text in shown if TOKEN in text and "userName" not in text])

    def test_the_connection_is_tested_step_by_step(self) -> None:
        def script(request: Any) -> bytes:
            if "ServiceProviderConfig" in request.target:
                return answer(200, {"patch": {"supported": True}})
            return answer(401 if request.headers["authorization"] != f"Bearer {TOKEN}" else 200, page([user()]))

        with Server(script) as server:
            with Client(server.connection()) as client:
                report = client.test_connection()
            with Client(server.connection(auth={"type": "bearer", "token": "wrong"})) as client:
                refused = client.test_connection()
        self.assertEqual((report.ok, [step.status for step in report.steps]), (True, ["passed"] * 4))
        assert refused.failure is not None
        self.assertEqual((refused.ok, refused.failure.kind, refused.retryable), (False, "authentication", False))

    def test_forms_and_choices(self) -> None:
        with Server(lambda _: answer(404)) as server, Client(server.connection()) as client:
            self.assertIn("payload", client.resolve_schema("createUser")["properties"])
            self.assertIn("userName", [choice.value for choice in client.choices("attributes:User")])
            with self.assertRaises(errors.InvalidInputError):
                client.resolve_schema("createUsr")


if __name__ == "__main__":
    unittest.main()
