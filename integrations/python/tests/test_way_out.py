"""The way out: what is sent, what comes of each kind of answer or of none, TLS, proxies, and what may not leave."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import ssl
import struct
import time
import unittest
import zlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

from support import TOKEN, Piece, Request, Script, Server, answer, certificates, proxy, says, user

from scim_connector import Client, ScimError, Transport, errors, models
from scim_connector._policy import Origin, Policy, Refused, is_public

ADA = models.User(user_name="ada")


def failure(server: Server, transport: Transport | None = None, **members: Any) -> ScimError:
    """What a creation fails with; it is never sent twice."""
    try:
        with Client(server.connection(**members), transport=transport) as client:
            client.create_user(ADA)
    except ScimError as error:
        assert len([one for one in server.requests if one.method == "POST"]) <= 1
        return error
    raise AssertionError("it succeeded")


class Answers(unittest.TestCase):
    """What comes back, in all the ways of HTTP/1.1 and outside of them."""

    def read(self, *pieces: Piece, **members: Any) -> models.User:
        """A user from an answer in pieces."""
        with Server(says(*pieces)) as server, Client(server.connection(**members)) as client:
            return client.get_user("1")

    def test_bodies_in_every_framing(self) -> None:
        body = json.dumps(user(title="x" * 300_000)).encode()
        chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(body[at : at + 7000]), body[at : at + 7000]) for at in range(0, len(body), 7000))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\n"
        framings: dict[str, list[Piece]] = {
            "by length": [answer(200, body=body)],
            "in chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n", chunks[:9000], 0.01, chunks[9000:], b"0\r\nX-Trailer: 1\r\n\r\n"],
            "until the end": [head + b"\r\n", body, b""],
            "HTTP/1.0": [head.replace(b"1.1", b"1.0") + b"\r\n", body, b""],
            "gzip": [answer(200, body=gzip.compress(body), headers={"Content-Encoding": "gzip"})],
            "deflate": [answer(200, body=zlib.compress(body), headers={"Content-Encoding": "deflate"})],
            "after others": [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", answer(200, body=body)],
            "byte by byte": [*(bytes([one]) for one in answer(200, body=body)[:300]), answer(200, body=body)[300:]],
            "without carriage returns": [head.replace(b"\r\n", b"\n") + b"Content-Length: %d\n\n" % len(body), body],
        }
        for name, pieces in framings.items():
            with self.subTest(name):
                self.assertEqual(len(self.read(*pieces).title or ""), 300_000)

    def test_what_is_not_http_is_told_so(self) -> None:
        head, body = b"HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\n", json.dumps(user()).encode()
        for name, pieces in {
            "no status": [b"<html>", b""],
            "a header without a name": [head + b": x\r\n\r\n"],
            "a header without a colon": [head + b"nothing\r\n\r\n"],
            "a folded header": [head + b" folded\r\n\r\n"],
            "two lengths": [head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
            "a length that is none": [head + b"Content-Length: -1\r\n\r\n"],
            "a coding of transfer that nobody asked for": [head + b"Transfer-Encoding: gzip\r\n\r\n"],
            "a coding of content that nobody asked for": [head + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\nxx"],
            "another protocol": [b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"],
            "a head without an end": [head + b"X: " + b"x" * 200_000],
            "too many before it": [b"HTTP/1.1 100 Continue\r\n\r\n" * 50],
        }.items():
            with self.subTest(name), Server(says(*pieces)) as server:
                seen = failure(server)
                self.assertEqual((seen.kind, seen.maybe_applied), ("protocol", True))
        for name, pieces in {
            "a chunk of no size": [head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
            "a chunk that is longer than it says": [head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n"],
            "a length that is not kept": [head + b"Content-Length: 999\r\n\r\n", body, b""],
            "gzip that is cut short": [head + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + gzip.compress(body)[:20]],
            "gzip that is none": [head + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"],
        }.items():
            with self.subTest(name), Server(says(*pieces)) as server:
                with Client(server.connection(), on_warning=lambda *_: None) as client, self.assertRaises(ScimError):
                    client.get_user("1")
                # The creation itself was acknowledged: nobody may be told that it failed and may be repeated.
                with Client(server.connection(), on_warning=lambda *_: None) as client:
                    try:
                        client.create_user(ADA)
                    except ScimError as error:
                        self.assertTrue(error.maybe_applied)

    def test_answers_have_a_limit_decoded_too(self) -> None:
        large = json.dumps(user(title="x" * 200_000)).encode()
        limits = {"limits": {"responseBytes": 100_000}}
        for pieces in (
            [answer(200, body=large)],
            [answer(200, body=gzip.compress(large), headers={"Content-Encoding": "gzip"})],
            [b"HTTP/1.1 200 OK\r\n\r\n", large, b""],
        ):
            with self.assertRaises(errors.TooLargeError):
                self.read(*pieces, **limits)

    def test_waits_have_an_end(self) -> None:
        head = b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n"

        def trickle(_: Request) -> Iterator[Piece]:
            yield head
            for _unused in range(500):
                yield b"X: y\r\n"
                yield 0.02

        goes_on: list[Piece] = [b"{", 0.05]
        cases: list[tuple[str, Script, dict[str, int]]] = [
            ("no head", says(9.0), {"firstByteMs": 150}),
            ("a head that trickles", trickle, {"firstByteMs": 150}),
            ("a body that stops", says(head + b"\r\n{", 9.0), {"betweenBytesMs": 150}),
            ("a body that goes on", says(head + b"\r\n", *goes_on * 200), {"betweenBytesMs": 150, "totalMs": 400}),
        ]
        for name, script, timeouts in cases:
            with self.subTest(name), Server(script) as server:
                began = time.monotonic()
                with self.assertRaises(errors.TimeoutError) as caught, Client(server.connection(timeouts=timeouts)) as client:
                    client.get_user("1")
                self.assertLess(time.monotonic() - began, 4)
                self.assertIsInstance(caught.exception, TimeoutError)

    def test_a_body_that_stops_is_no_lost_creation(self) -> None:
        with Server(says(b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{", 9.0)) as server:
            self.assertTrue(failure(server, timeouts={"betweenBytesMs": 100}).maybe_applied)

    def test_large_bodies_cross_as_a_whole(self) -> None:
        members = [{"value": f"{number:06}", "display": "x" * 30} for number in range(20_000)]
        group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "g", "displayName": "all", "members": members}
        with Server(lambda request: answer(201, {**request.json(), "id": "g"})) as server, Client(server.connection()) as client:
            began = time.process_time()
            made = client.create_group(group)
            self.assertLess(time.process_time() - began, 5, "bytes that cross one by one take longer")
        self.assertEqual(len(made.members or []), 20_000)
        self.assertEqual(len(server.requests[0].json()["members"]), 20_000)


class Sending(unittest.TestCase):
    """Requests, connections, and what is known not to have been sent."""

    def test_redirects_are_never_followed_to_another_origin(self) -> None:
        with Server(lambda _: answer(200, user())) as other:
            with Server(lambda _: answer(307, headers={"Location": other.url})) as server:
                self.assertEqual(failure(server).kind, "protocol")
                with (
                    Client(server.connection(), transport=Transport(origins=(other.url,))) as client,
                    self.assertRaises(errors.ProtocolError),
                ):
                    client.get_user("1")
            self.assertEqual(other.requests, [])

    def test_what_was_surely_not_sent_says_so(self) -> None:
        with Server(lambda _: answer(200)) as server:
            pass
        seen = failure(server)
        self.assertEqual((seen.kind, seen.maybe_applied, seen.transient), ("unavailable", False, True))
        unknown = {"serviceUrl": "http://nobody.invalid/scim", "allowInsecureHttp": True}
        seen = failure(server, Transport(proxy=None), **unknown)
        self.assertEqual((seen.kind, seen.maybe_applied, seen.transient), ("unavailable", False, True))
        with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
            # Its queue is full, so no connection comes about.
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/scim"
            fillers = [socket.socket() for _ in range(4)]
            for one in fillers:
                one.setblocking(False)
                one.connect_ex(silent.getsockname())
            seen = failure(server, serviceUrl=url, timeouts={"connectMs": 200})
            for one in fillers:
                one.close()
        self.assertEqual((seen.kind, seen.maybe_applied), ("timeout", False))

    def test_a_reset_may_have_been_too_late(self) -> None:
        def reset(request: Request) -> bytes:
            for one in server._open:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""

        with Server(reset) as server:
            seen = failure(server)
            self.assertEqual((seen.kind, seen.maybe_applied, seen.transient), ("unavailable", True, False))

    def test_connections_are_used_again_while_they_are_good(self) -> None:
        with Server(lambda _: answer(200, user())) as server, Client(server.connection()) as client:
            for _ in range(5):
                client.get_user("1")
            self.assertEqual(server.connections, 1)
        for name, last in {
            "closed by its word": [answer(200, user(), headers={"Connection": "close"})],
            "closed without a word": [answer(200, user()), b""],
            "closed soon": [answer(200, user(), headers={"Keep-Alive": "timeout=1"})],
            "with something unasked": [answer(200, user()) + b"HTTP/1.1 200 OK\r\n\r\n"],
        }.items():
            with self.subTest(name), Server(says(*last)) as server, Client(server.connection()) as client:
                for number in range(3):
                    client.get_user("1")
                    time.sleep(0.05)
                    self.assertEqual((server.connections, len(server.requests)), (number + 1, number + 1))

    def test_an_answer_before_the_request_is_written_counts(self) -> None:
        def early(request: Request) -> bytes:
            return answer(413, headers={"Connection": "close"})

        with Server(early) as server:
            self.assertEqual(failure(server).kind, "tooLarge")

    def test_headers_that_are_the_connections_are_refused(self) -> None:
        with Server(lambda _: answer(200, user())) as server, Client(server.connection()) as client:
            for name, value in (
                ("Transfer-Encoding", "chunked"),
                ("Host", "example.com"),
                ("X", "a\r\nY: b"),
                ("Content-Length", "3"),
                ("X y", "z"),
            ):
                with self.subTest(name), self.assertRaises(ScimError):
                    client.get_user("1", headers={name: value})
            self.assertEqual(server.requests, [])

    def test_what_may_not_leave(self) -> None:
        with Server(lambda _: answer(200, user())) as server:
            seen = failure(server, serviceUrl="http://scim.example.com/scim")
            self.assertEqual((seen.kind, seen.maybe_applied), ("configuration", False))
            seen = failure(server, Transport(public_only=True))
            self.assertEqual((seen.kind, seen.maybe_applied, server.requests), ("configuration", False, []))
            self.assertIn("not public", str(seen))

    def test_credentials_of_the_transport(self) -> None:
        with Server(lambda _: answer(200, user())) as server:
            auth: dict[str, Any] = {"type": "host"}
            with Client(server.connection(auth=auth), transport=Transport(credentials=lambda: {"Authorization": "Special x"})) as client:
                client.get_user("1")
            self.assertEqual(server.requests[0].headers["authorization"], "Special x")

            def broken() -> dict[str, str]:
                raise RuntimeError(TOKEN)

            for credentials in (broken, lambda: {"Authorization": "x\r\nY: z"}):
                with (
                    self.assertRaises(ScimError) as caught,
                    Client(server.connection(auth=auth), transport=Transport(credentials=credentials)) as client,
                ):
                    client.get_user("1")
                self.assertNotIn(TOKEN, str(caught.exception))
            self.assertEqual(len(server.requests), 1)


class Secure(unittest.TestCase):
    """TLS with a private authority, and proxies."""

    def setUp(self) -> None:
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.certificates = stack.enter_context(certificates())

    def test_a_private_authority(self) -> None:
        with Server(lambda _: answer(200, user()), self.certificates.server()) as server:
            self.assertTrue(server.url.startswith("https"))
            seen = failure(server)
            self.assertEqual((seen.kind, seen.maybe_applied, seen.transient), ("configuration", False, False))
            self.assertIn("not trusted", str(seen))
            for transport in (
                Transport(ca=self.certificates.authority),
                Transport(ssl_context=ssl.create_default_context(cafile=self.certificates.authority)),
            ):
                connections = server.connections
                with Client(server.connection(), transport=transport) as client:
                    self.assertEqual([client.get_user("1").id for _ in range(3)], ["1"] * 3)
                self.assertEqual(server.connections, connections + 1)
            wrong = Transport(ca=self.certificates.authority)
            seen = failure(server, wrong, serviceUrl=server.url.replace("localhost", "localhost.localhost"))
            self.assertFalse(seen.maybe_applied)
        with Server(lambda _: answer(200, user())) as plain:
            seen = failure(
                plain,
                Transport(ca=self.certificates.authority),
                serviceUrl=plain.url.replace("http:", "https:"),
                timeouts={"connectMs": 500},
            )
            self.assertFalse(seen.maybe_applied)
        seen = failure(server, Transport(ca=__file__), serviceUrl=server.url)
        self.assertFalse(seen.maybe_applied)

    def test_large_bodies_over_tls(self) -> None:
        body = user(title="x" * 900_000)
        with Server(lambda request: answer(201, request.json()), self.certificates.server()) as server:
            transport = Transport(ca=self.certificates.authority)
            with Client(server.connection(), transport=transport, on_warning=lambda *_: None) as client:
                self.assertEqual(client.create_user(body).title, "x" * 900_000)

    def test_through_a_proxy(self) -> None:
        with Server(lambda _: answer(200, user()), self.certificates.server()) as server, proxy("Basic dTpw") as (url, asked):
            credentials = url.replace("http://", "http://u:p@")
            with Client(server.connection(), transport=Transport(ca=self.certificates.authority, proxy=credentials)) as client:
                client.get_user("1")
                client.get_user("1")
            self.assertEqual(asked, [f"CONNECT localhost:{server.port} HTTP/1.1"])
            self.assertNotIn("proxy-authorization", server.requests[0].headers)
            seen = failure(server, Transport(ca=self.certificates.authority, proxy=url))
            self.assertEqual((seen.kind, seen.maybe_applied), ("configuration", False))
            self.assertIn("credentials", str(seen))
        seen = failure(server, Transport(proxy=credentials))
        self.assertEqual((seen.kind, seen.maybe_applied), ("unavailable", False))
        self.assertIn("over the proxy", str(seen))
        self.assertNotIn("u:p", str(seen))
        for nonsense in ("socks5://127.0.0.1:1", "http://", "http://x:y:z"):
            self.assertEqual(failure(server, Transport(proxy=nonsense)).kind, "configuration")

    def test_a_proxy_of_the_environment(self) -> None:
        with Server(lambda _: answer(200, user())) as server, proxy() as (url, asked):
            far = server.connection(serviceUrl=f"http://scim.example.com:{server.port}/scim", allowInsecureHttp=True)
            with mock.patch.dict(
                os.environ, {"HTTP_PROXY": url, "http_proxy": url, "NO_PROXY": "other.example.com", "no_proxy": "other.example.com"}
            ):
                with Client(server.connection()) as client:
                    client.get_user("1")
                self.assertEqual(asked, [], "never for this machine")
                with Client(far) as client, self.assertRaises(ScimError):
                    client.get_user("1", timeout=2)
            self.assertEqual(asked, [f"GET http://scim.example.com:{server.port}/scim/Users/1 HTTP/1.1"])

    def test_plain_http_goes_to_the_proxy_whole(self) -> None:
        with Server(lambda _: answer(200, user())) as server, proxy() as (url, asked):
            with Client(server.connection(), transport=Transport(proxy=url)) as client:
                client.get_user("1")
            self.assertEqual(asked, [f"GET {server.url}/Users/1 HTTP/1.1"])


class Decisions(unittest.TestCase):
    """What is decided without a socket."""

    def test_origins(self) -> None:
        policy = Policy(["https://api.example.com/scim", "https://login.example.com:8443/token"], False, False)
        for url in ("https://api.example.com/", "https://API.example.com:443/x?y", "https://login.example.com:8443/"):
            policy.check(Origin.of(url)[0])
        for url in (
            "https://login.example.com/",
            "http://api.example.com:443/",
            "https://api.example.com.evil.example/",
            "https://169.254.169.254/",
        ):
            with self.assertRaises(Refused):
                policy.check(Origin.of(url)[0])
        self.assertEqual(Origin.of("https://example.com?x=/y"), (Origin(True, "example.com", 443), "/?x=/y"))
        self.assertEqual(Origin.of("HTTP://[::1]:8080/a?b=c"), (Origin(False, "::1", 8080), "/a?b=c"))
        for url in (
            "https://example.com\\@evil.example/",
            "https:///x",
            "https://example.com/\r\nX: y",
            "https://example.com:99999/",
            "https://u@example.com/",
            "ftp://example.com/",
            "/Users",
            "https://example.com:x/",
            "https://example.com/a b",
            "https://é.example.com/",
        ):
            with self.subTest(url), self.assertRaises(Refused):
                Origin.of(url)

    def test_public_addresses(self) -> None:
        for address in ("8.8.8.8", "2600::1", "::ffff:8.8.8.8", "64:ff9b::808:808"):
            self.assertTrue(is_public(address), address)
        for address in (
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "168.63.129.16",
            "::1",
            "fe80::1%lo",
            "fd00::1",
            "::ffff:10.0.0.1",
        ):
            self.assertFalse(is_public(address), address)
        for address in ("64:ff9b::a00:1", "2002:a00:1::", "0.0.0.0", "224.0.0.1", "255.255.255.255"):
            self.assertFalse(is_public(address), address)


if __name__ == "__main__":
    unittest.main()
