"""Many calls and instances: threads, equal ensures, instances that broke, processes; listings; the cache of compiled code."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import hashlib
import json
import os
import stat
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from support import Request, Server, answer, page, user

from scim_connector import Client, Listing, _cache, _engine, _walk, errors, models
from scim_connector._call import Call
from scim_connector._transport import Failed


class Directory:
    """A provider that keeps users, allows equal names, and takes its time."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> list[bytes | float]:
        with self.lock:
            if request.method == "POST":
                made = {**request.json(), "id": str(len(self.users) + 1)}
                self.users.append(made)
                return [0.05, answer(201, made)]
            name = request.target.split("%22")[1] if "filter" in request.target else None
            return [0.05, answer(200, page([one for one in self.users if name in (None, one["userName"])]))]


class Many(unittest.TestCase):
    """Threads, and what they share."""

    def test_threads_share_a_client(self) -> None:
        with (
            Server(lambda request: answer(200, user(request.target.rsplit("/", 1)[1]))) as server,
            Client(server.connection(), concurrency=4) as client,
        ):
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                found = list(pool.map(lambda number: client.get_user(str(number)).id, range(400)))
            self.assertEqual(found, [str(number) for number in range(400)])
            self.assertLessEqual(server.connections, 8)

    def test_equal_ensures_wait_for_each_other(self) -> None:
        directory = Directory()
        with Server(directory) as server, Client(server.connection()) as one, Client(server.connection()) as other:
            began = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                jobs = [pool.submit(client.ensure_user, {"userName": "ada"}) for client in (one, other) * 3]
                outcomes = sorted(job.result().outcome for job in jobs)
            self.assertEqual((outcomes, len(directory.users)), (["created"] + ["unchanged"] * 5, 1))
            self.assertGreater(time.monotonic() - began, 0.3)
            began = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                jobs = [pool.submit(one.ensure_user, {"userName": f"user{number}"}) for number in range(6)]
                self.assertEqual({job.result().outcome for job in jobs}, {"created"})
            with self.assertRaises(errors.InvalidInputError):
                one.ensure_user({})

    def test_an_instance_that_broke_is_replaced_and_its_call_not_made_again(self) -> None:
        failed = _engine._failed
        with (
            Server(lambda request: [b""] if request.method == "POST" else answer(200, user())) as server,
            Client(server.connection()) as client,
        ):
            client.get_user("1")
            before = client._core._idle[0]

            def unknown(failure: Any) -> bytes:
                failure.reason = "no-such-reason"
                return failed(failure)

            with mock.patch.object(_engine, "_failed", unknown), self.assertRaises(errors.InternalError) as caught:
                client.create_user({"userName": "ada"})
            self.assertEqual((caught.exception.maybe_applied, len([one for one in server.requests if one.method == "POST"])), (True, 1))
            self.assertEqual(client.get_user("1").id, "1")
            self.assertIsNot(client._core._idle[0], before)
            refused = mock.patch.object(client._core._outbound, "begin", side_effect=Failed("refused", False, ""))
            with refused, mock.patch.object(_engine, "_failed", unknown), self.assertRaises(errors.InternalError) as caught:
                client.create_user({"userName": "ada"})
            self.assertFalse(caught.exception.maybe_applied)

    def test_a_fault_of_ours_breaks_nothing(self) -> None:
        with Server(lambda _: answer(200, user())) as server, Client(server.connection()) as client:
            with (
                mock.patch.object(client._core._outbound, "begin", side_effect=ZeroDivisionError),
                self.assertRaises(errors.InternalError) as caught,
            ):
                client.get_user("1")
            self.assertIsInstance(caught.exception.__cause__, ZeroDivisionError)
            self.assertEqual(client.get_user("1").id, "1")

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_forked_process_has_connections_of_its_own(self) -> None:
        with Server(lambda _: answer(200, user())) as server, Client(server.connection()) as client:
            client.get_user("1")
            child = os.fork()
            if child == 0:
                status = 1
                with contextlib.suppress(BaseException):
                    status = 0 if client.get_user("1").id == "1" else 1
                os._exit(status)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
            client.get_user("1")
            self.assertEqual((server.connections, len(server.requests)), (2, 3))

    def test_memory_stays(self) -> None:
        if sys.platform != "linux":
            self.skipTest("memory is read from /proc")

        def resident() -> int:
            gc.collect()
            return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        big = user(title="x" * 20_000)
        with Server(lambda _: answer(200, big)) as server, Client(server.connection()) as client:
            for _ in range(100):
                client.get_user("1")
            server.requests.clear()
            before = resident()
            for _ in range(300):
                client.get_user("1")
                server.requests.clear()
            # What an answer takes while it crosses, 20 kB in 32 bytes each, would be 200 MB if it were kept.
            self.assertLess(resident() - before, 20e6)


class Listings(unittest.TestCase):
    """Every page, every resource once, and an exception where not everything came."""

    def listing(self, script: Any, **given: Any) -> tuple[list[str | None], BaseException | None, Listing[models.User]]:
        """Whom a listing gave before it ended, and by what."""
        with Server(script) as server, Client(server.connection(), on_warning=lambda *_: None) as client:
            found = []
            users = client.iter_users(**given)
            try:
                for one in users:
                    found.append(one.id)
            except errors.ScimError as error:
                return found, error, users
            return found, None, users

    @staticmethod
    def by_index(total: int, size: int, announced: int | None = None, overlap: int = 0) -> Any:
        """A provider that pages by index."""

        def script(request: Request) -> bytes:
            start = int(request.target.split("startIndex=")[1].split("&")[0]) if "startIndex" in request.target else 1
            first = max(1, start - overlap)
            return answer(200, page([user(str(one)) for one in range(first, min(first + size, total + 1))], announced or total, start))

        return script

    def test_a_listing_is_followed_to_its_end(self) -> None:
        for total in (0, 1, 3, 7):
            found, error, _ = self.listing(self.by_index(total, 3), count=3)
            self.assertEqual((found, error), ([str(one + 1) for one in range(total)], None))

    def test_somebody_on_two_pages_comes_once(self) -> None:
        found, error, _ = self.listing(self.by_index(7, 4, overlap=1))
        self.assertEqual((sorted(found, key=str), error), ([str(one + 1) for one in range(7)], None))

    def test_a_listing_that_stops_short_says_so_at_its_end(self) -> None:
        found, error, _ = self.listing(self.by_index(4, 2, announced=9))
        assert isinstance(error, errors.IncompleteListingError)
        self.assertEqual((found, error.listed, error.announced, error.kind), (["1", "2", "3", "4"], 4, 9, "incomplete"))

    def test_who_does_not_match_the_filter_is_left_out_and_named(self) -> None:
        found, error, users = self.listing(lambda _: answer(200, page([user("1"), user("2", "grace")])), filter='userName eq "ada"')
        self.assertEqual((found, users.left_out), (["1"], ["2"]))

    def test_after_an_error_it_goes_on(self) -> None:
        script = self.by_index(4, 2)
        broken = iter([False, True, False, False])
        with Server(lambda request: answer(500) if next(broken) else script(request)) as server, Client(server.connection()) as client:
            users = client.iter_users(count=2)
            found = [next(users).id, next(users).id]
            with self.assertRaises(errors.UnavailableError):
                next(users)
            found += [one.id for one in users]
        self.assertEqual(found, ["1", "2", "3", "4"])

    def test_a_count_of_nobody_is_refused(self) -> None:
        with Server(self.by_index(1, 1)) as server, Client(server.connection()) as client, self.assertRaises(errors.InvalidInputError):
            client.iter_users(count=0)

    def test_keys_are_kept_in_their_own_space(self) -> None:
        keys, numbers = _walk._Keys(), [hashlib.sha256(str(number).encode()).digest()[:16] for number in range(20_000)]
        for number, key in enumerate(numbers):
            self.assertFalse(keys.has(key), number)
            keys.add(key)
        self.assertTrue(all(map(keys.has, numbers)))
        odd = _walk._Keys()
        for number in range(1, 200):
            odd.add(b"ab" + b"c" * (number % 14) + bytes(14 - number % 14))
        self.assertFalse(odd.has(b"ab" + bytes(7) + b"c" * 7))
        self.assertTrue(odd.has(b"ab" + bytes(14)))

    def test_resources_of_any_type(self) -> None:
        with Server(self.by_index(3, 2)) as server, Client(server.connection()) as client:
            self.assertEqual([one["id"] for one in client.iter_resources(endpoint="/Users")], ["1", "2", "3"])


@unittest.skipIf(sys.platform == "win32", "owners are another thing there")
class Cache(unittest.TestCase):
    """Compiled code, which is run: nobody else may have written it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "cache"
        patched = mock.patch.dict(os.environ, {"SCIM_CONNECTOR_CACHE": str(self.folder)})
        patched.start()
        self.addCleanup(patched.stop)
        self.made = 0

    def make(self) -> bytes:
        """Compiles."""
        self.made += 1
        return b"code"

    def cached(self) -> int:
        """How often it was compiled by now."""
        self.assertEqual(_cache.cached("x.cwasm", self.make), b"code")
        return self.made

    def test_it_is_compiled_once_for_this_user_alone(self) -> None:
        self.assertEqual([self.cached(), self.cached()], [1, 1])
        file = self.folder / "x.cwasm"
        self.assertEqual((stat.S_IMODE(self.folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)), (0o700, 0o600))
        self.assertEqual([one.name for one in self.folder.iterdir()], ["x.cwasm"])

    def test_what_others_may_write_is_not_run(self) -> None:
        self.cached()
        file = self.folder / "x.cwasm"
        file.chmod(0o620)
        with self.assertLogs("scim_connector", "WARNING"):
            self.assertEqual(self.cached(), 2)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600, "it was replaced")
        self.folder.chmod(0o777)
        self.assertEqual([self.cached(), self.cached()], [3, 4])

    def test_what_is_damaged_or_somewhere_else_is_not_run(self) -> None:
        file = self.folder / "x.cwasm"
        self.cached()
        for damage in (b"", file.read_bytes()[:-1], file.read_bytes() + b"x", b"y" + file.read_bytes()[1:]):
            file.write_bytes(damage)
            made = self.made
            with self.assertLogs("scim_connector", "WARNING"):
                self.assertEqual(self.cached(), made + 1)
        elsewhere = self.folder.parent / "elsewhere"
        file.rename(elsewhere)
        file.symlink_to(elsewhere)
        with self.assertLogs("scim_connector", "WARNING"):
            self.cached()
        self.assertFalse(file.is_symlink())
        file.unlink()
        self.folder.rename(self.folder.parent / "moved")
        self.folder.symlink_to(self.folder.parent / "moved")
        made = self.made
        self.assertEqual([self.cached(), self.cached()], [made + 1, made + 2])

    def test_without_a_folder_all_works(self) -> None:
        with mock.patch.dict(os.environ, {"SCIM_CONNECTOR_CACHE": ""}):
            self.assertEqual([self.cached(), self.cached()], [1, 2])
        with mock.patch.dict(os.environ, {"SCIM_CONNECTOR_CACHE": "/proc/nothing"}):
            self.assertEqual(self.cached(), 3)
        self.folder.parent.joinpath("file").write_text("")
        with mock.patch.dict(os.environ, {"SCIM_CONNECTOR_CACHE": str(self.folder.parent / "file")}):
            self.assertEqual(self.cached(), 4)

    def test_code_of_another_engine_is_compiled_anew(self) -> None:
        with mock.patch.object(_engine, "cached", lambda name, make: b"\x7fELF of somebody else"):
            text = json.loads(
                _engine.Engine(_engine.component_bytes()).instance(mock.Mock(), {}).run("catalog.manifest", [], Call(None))[1]
            )
        self.assertIn("operations", text)


if __name__ == "__main__":
    unittest.main()
