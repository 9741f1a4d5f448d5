"""Calls that are given up: by asyncio, by a timeout, by closing, by Ctrl-C; and that the event loop never waits."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest
from collections.abc import Callable
from typing import Any

from support import Request, Server, answer, page, until, user

from scim_connector import AsyncClient, Client, errors, models

ADA = models.User(user_name="ada")


def hangs(_: Request) -> list[bytes | float]:
    """A provider that never answers."""
    return [30.0]


def cause_of(cancelled: BaseException) -> errors.ScimError:
    """What a task that was cancelled says of its call."""
    # Until Python 3.10 a task ends with another exception, of which this is the context.
    seen = cancelled if cancelled.__cause__ is not None else cancelled.__context__
    cause = seen and seen.__cause__
    assert isinstance(cause, errors.ScimError)
    return cause


class Cancelled(unittest.IsolatedAsyncioTestCase):
    """In asyncio."""

    async def test_the_loop_never_waits(self) -> None:
        with Server(lambda _: [0.3, answer(200, user())]) as server:
            async with AsyncClient(server.connection()) as client:
                ticks = 0
                call = asyncio.ensure_future(client.get_user("1"))
                while not call.done():
                    await asyncio.sleep(0.005)
                    ticks += 1
                self.assertEqual((await call).id, "1")
        self.assertGreater(ticks, 5)

    async def test_calls_run_beside_each_other(self) -> None:
        with Server(lambda _: [0.5, answer(200, user())]) as server:
            async with AsyncClient(server.connection(), concurrency=10) as client:
                began = time.monotonic()
                found = await asyncio.gather(*(client.get_user("1") for _ in range(10)))
                self.assertLess(time.monotonic() - began, 4)
        self.assertEqual(len(found), 10)

    async def test_a_cancelled_write_says_that_it_may_have_been_made(self) -> None:
        with Server(hangs) as server:
            async with AsyncClient(server.connection(), concurrency=1) as client:
                call = asyncio.ensure_future(client.create_user(ADA))
                await asyncio.to_thread(until, lambda: len(server.requests) == 1)
                began = time.monotonic()
                call.cancel()
                with self.assertRaises(asyncio.CancelledError) as caught:
                    await call
                self.assertLess(time.monotonic() - began, 5)
                self.assertTrue(cause_of(caught.exception).maybe_applied)
                # Its thread and its place are free again.
                server.script = lambda _: answer(200, user())
                self.assertEqual((await asyncio.wait_for(client.get_user("1"), 10)).id, "1")
        self.assertEqual(len(server.requests), 2, "it was not sent again")

    async def test_a_cancelled_write_that_was_made_all_the_same_says_so(self) -> None:
        with Server(lambda _: answer(201, user())) as server:
            async with AsyncClient(server.connection(), concurrency=1) as client:
                call = asyncio.ensure_future(client.create_user(ADA))
                await asyncio.sleep(0)
                # The loop is busy while the answer comes, so that it is there when the task is cancelled.
                until(lambda: len(server.requests) == 1)
                time.sleep(0.5)
                call.cancel()
                with self.assertRaises(asyncio.CancelledError) as caught:
                    await call
                self.assertTrue(cause_of(caught.exception).maybe_applied)
        self.assertEqual(len(server.requests), 1)

    async def test_who_cancels_twice_hears_it_too(self) -> None:
        with Server(lambda _: [0.4, answer(201, user())]) as server:
            async with AsyncClient(server.connection(), concurrency=1) as client:
                call = asyncio.ensure_future(client.create_user(ADA))
                await asyncio.to_thread(until, lambda: len(server.requests) == 1)
                call.cancel()
                await asyncio.sleep(0)
                call.cancel()
                with self.assertRaises(asyncio.CancelledError) as caught:
                    await call
                self.assertTrue(cause_of(caught.exception).maybe_applied)

    async def test_a_cancelled_read_has_no_cause(self) -> None:
        with Server(hangs) as server:
            async with AsyncClient(server.connection(retry={"maxAttempts": 5})) as client:
                with self.assertRaises(asyncio.TimeoutError) as caught:
                    await asyncio.wait_for(client.get_user("1"), 0.3)
                self.assertNotIsInstance(caught.exception, errors.ScimError)
        self.assertEqual(len(server.requests), 1)

    async def test_a_pause_between_attempts_ends_at_once(self) -> None:
        with Server(lambda _: answer(503, headers={"Retry-After": "20"})) as server:
            async with AsyncClient(server.connection(retry={"maxAttempts": 3})) as client:
                call = asyncio.ensure_future(client.get_user("1"))
                await asyncio.to_thread(until, lambda: len(server.requests) == 1)
                await asyncio.sleep(0.1)
                self.assertFalse(call.done())
                began = time.monotonic()
                call.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await call
                self.assertLess(time.monotonic() - began, 5)
                until(lambda: not client._made._running)  # type: ignore[union-attr]
        self.assertEqual(len(server.requests), 1)

    async def test_a_wrong_connection_is_told_on_entering(self) -> None:
        with self.assertRaises(errors.ConfigurationError):
            async with AsyncClient({"serviceUrl": "x", "auth": {"type": "none"}}):
                pass

    async def test_listings(self) -> None:
        def script(request: Request) -> bytes:
            start = int(request.target.split("startIndex=")[1].split("&")[0]) if "startIndex" in request.target else 1
            return answer(200, page([user(str(one)) for one in range(start, min(start + 2, 6))], 5, start))

        with Server(script) as server:
            async with AsyncClient(server.connection()) as client:
                self.assertEqual([one.id async for one in client.iter_users(count=2)], ["1", "2", "3", "4", "5"])
                outcome = await client.invoke("listUsers", {"count": 2})
                self.assertEqual(len([one async for one in client.listing("listUsers", {"count": 2, "page": outcome.next})]), 3)
            with self.assertRaises(errors.ClosedError):
                await client.get_user("1")


class GivenUp(unittest.TestCase):
    """In threads."""

    def test_a_timeout_is_for_the_whole_call(self) -> None:
        with Server(hangs) as server, Client(server.connection(retry={"maxAttempts": 9, "baseDelayMs": 1})) as client:
            calls: list[tuple[Callable[[], object], bool]] = [
                (lambda: client.get_user("1", timeout=0.3), False),
                (lambda: client.create_user(ADA, timeout=0.3), True),
            ]
            for call, applied in calls:
                began = time.monotonic()
                with self.assertRaises(errors.TimeoutError) as caught:
                    call()
                self.assertLess(time.monotonic() - began, 5)
                self.assertEqual(caught.exception.maybe_applied, applied)

    def test_closing_waits_for_what_runs(self) -> None:
        with Server(lambda _: [0.3, answer(200, user())]) as server:
            client = Client(server.connection())
            found: list[Any] = []
            thread = threading.Thread(target=lambda: found.append(client.get_user("1")))
            thread.start()
            until(lambda: len(server.requests) == 1)
            client.close()
            thread.join(1)
            self.assertEqual(len(found), 1)
            with self.assertRaises(errors.ClosedError):
                client.get_user("1")

    def test_closing_at_once_gives_calls_up(self) -> None:
        with Server(hangs) as server:
            client = Client(server.connection())
            failed: list[errors.ScimError] = []

            def create() -> None:
                try:
                    client.create_user(ADA)
                except errors.ScimError as error:
                    failed.append(error)

            thread = threading.Thread(target=create)
            thread.start()
            until(lambda: len(server.requests) == 1)
            began = time.monotonic()
            client.close(wait=False)
            thread.join()
            self.assertLess(time.monotonic() - began, 5)
        self.assertIsInstance(failed[0], errors.ClosedError)
        self.assertTrue(failed[0].maybe_applied)

    def test_more_calls_than_may_run_wait_and_say_so(self) -> None:
        with Server(hangs) as server:
            client = Client(server.connection(), concurrency=1)
            threading.Thread(target=lambda: self.assertRaises(errors.ScimError, client.get_user, "1"), daemon=True).start()
            until(lambda: len(server.requests) == 1)
            with self.assertRaises(errors.OverloadedError) as caught:
                client.create_user(ADA, timeout=0.2)
            self.assertEqual((caught.exception.maybe_applied, caught.exception.transient), (False, True))
            client.close(wait=False)

    @unittest.skipIf(sys.platform == "win32", "signals are another thing there")
    def test_ctrl_c_ends_a_call(self) -> None:
        pauses = lambda _: answer(503, headers={"Retry-After": "20"})  # noqa: E731
        for name, script, call in (
            ("while it waits for an answer", hangs, 'client.create_user({"userName": "ada"})'),
            ("while it waits for another attempt", pauses, 'client.get_user("1")'),
            (
                "while the component works",
                lambda _: answer(200, user(title="x" * 500_000)),
                '[client.get_user("1") for _ in range(100_000)]',
            ),
        ):
            with self.subTest(name), Server(script) as server:
                program = f"""
                    import signal
                    from scim_connector import Client
                    # As at a terminal: what runs in the background of a script is started with SIGINT ignored.
                    signal.signal(signal.SIGINT, signal.default_int_handler)
                    client = Client({server.connection(retry={"maxAttempts": 3})!r})
                    try:
                        {call}
                    except KeyboardInterrupt:
                        print("interrupted", flush=True)
                    client.close()
                """
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
                command = [sys.executable, "-c", textwrap.dedent(program)]
                child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
                until(lambda: len(server.requests) >= 1, 20)
                time.sleep(0.2)
                child.send_signal(signal.SIGINT)
                out, err = child.communicate(timeout=30)
                self.assertEqual((out, err, child.returncode), (b"interrupted\n", b"", 0))
                self.assertTrue(len(server.requests) == 1 or "range" in call)


if __name__ == "__main__":
    unittest.main()
