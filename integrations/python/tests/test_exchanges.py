"""The recorded exchanges of tests/exchanges, which the component is tested with, played through the package: requests, results, failures,
pauses and warnings come out the same. How a file is written stands in the README there."""

from __future__ import annotations

import json
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from scim_connector import Client, ScimError, _engine
from scim_connector._call import Call
from scim_connector._transport import Answer, Failed, Request

FOLDER = Path(__file__).resolve().parents[3] / "tests/exchanges"
SERVICE = "https://scim.example/v2"
REASONS = {"reset": "closed", "tooLarge": "too-large"}


class Script:
    """A provider that answers by script, and the clock of its world."""

    def __init__(self, exchanges: list[dict[str, Any]], now: int) -> None:
        self.left, self.sent = list(exchanges), list[Request]()
        self.milliseconds, self.slept = now, 0

    def begin(self, request: Request, _call: Call) -> Exchange:
        """What the way out does."""
        self.sent.append(request)
        self.milliseconds += 10
        if not self.left:
            raise AssertionError(f"one request too many: {request.method} {request.url}")
        exchange = self.left.pop(0)
        if "lost" in exchange and "status" not in exchange:
            raise Failed(REASONS.get(exchange["lost"], exchange["lost"]), exchange["maybeSent"], "scripted")
        return Exchange(exchange)

    def sleep(self, _call: Call, seconds: float) -> None:
        """A pause that takes no time."""
        self.slept += round(seconds * 1000)
        self.milliseconds += round(seconds * 1000)


class Exchange:
    """An answer of the script; one that is too large breaks off after its head."""

    def __init__(self, exchange: dict[str, Any]) -> None:
        self._broken = "lost" in exchange
        response = exchange if self._broken else exchange["response"]
        self._status, self._headers = response["status"], list(response.get("headers", {}).items())
        body = response.get("body")
        if isinstance(body, str) or body is None:
            self._body = (body or "").encode()
        elif isinstance(body, dict) and "bytes" in body:
            self._body = bytes(body["bytes"])
        elif isinstance(body, dict) and "times" in body:
            self._body = (body["text"] * body["times"]).encode()
        else:
            self._body = json.dumps(body).encode()

    def answer(self) -> Answer:
        """The head."""
        return Answer(self._status, self._headers, b"" if self._broken else self._body, self._broken)

    def receive(self) -> bytes:
        """The rest."""
        raise Failed("too-large", True, "scripted")

    def close(self) -> None:
        """Nothing is open."""


def includes(expected: Any, found: Any) -> bool:
    """Members that are not named may be anything, lists are whole, and null is whatever is absent."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(includes(value, found.get(name)) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(includes, expected, found))
    return bool(expected == found) and type(expected) is type(found)


def as_json(failure: ScimError) -> dict[str, Any]:
    """A failure with the contract's names."""
    members = {"".join([part.capitalize() for part in name.split("_")]): value for name, value in vars(failure).items()}
    found = {name[0].lower() + name[1:]: value for name, value in members.items()}
    found["problems"] = [vars(problem) for problem in failure.problems] or None
    return {**found, "kind": failure.kind, "error": "transient" if failure.transient else "permanent"}


def wrong_request(expected: dict[str, Any], found: Request) -> str | None:
    """What is wrong with a request."""
    line = f"{found.method.upper()} {found.url.removeprefix(SERVICE)}"
    if line != f"{expected['method']} {expected['path']}":
        return f"{line} was sent, not {expected['method']} {expected['path']}"
    for name, value in expected.get("headers", {}).items():
        headers = [text for other, text in found.headers if other.lower() == name.lower()]
        if headers[:1] != ([] if value is None else [value]):
            return f"{line} has the header {name}: {headers}"
    if "body" in expected:
        text = bytes(found.body or b"").decode()
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        if body != expected["body"]:
            return f"{line} has the body {body}"
    return None


class Exchanges(unittest.TestCase):
    """Each case."""

    def play(self, case: dict[str, Any]) -> None:
        """Plays one."""
        exchanges = [one for one in case["exchanges"] for _ in range(one.get("times", 1))]
        script = Script(exchanges, case.get("now", 1_700_000_000_000))
        clock = SimpleNamespace(
            time_ns=lambda: script.milliseconds * 1_000_000,
            monotonic_ns=lambda: script.milliseconds * 1_000_000,
            monotonic=lambda: 0.0,
            sleep=time.sleep,
        )
        connection = {"serviceUrl": SERVICE, "auth": {"type": "bearer", "token": "the-bearer-token"}, **case.get("connection", {})}
        warnings: list[str] = []
        with (
            mock.patch.object(_engine, "time", clock),
            mock.patch.object(Call, "sleep", lambda call, seconds: script.sleep(call, seconds)),
            mock.patch.object(_engine, "os", SimpleNamespace(urandom=lambda size: (4).to_bytes(size, "little"))),
            mock.patch.dict("os.environ", {"SCIM_TOKEN": "token-from-the-environment"}),
        ):
            result = failure = None
            try:
                with Client(connection, on_warning=lambda _, text: warnings.append(text)) as client:
                    client._core._outbound = script  # type: ignore[assignment]
                    script.close = lambda: None  # type: ignore[attr-defined]
                    result = self.call(client, case)
            except ScimError as error:
                failure = error
        for one, found in zip(exchanges, script.sent, strict=False):
            self.assertIsNone(wrong_request(one["request"], found))
        self.assertEqual(len(script.sent), len(exchanges), f"requests; {failure}")
        if "sleptMs" in case:
            self.assertEqual(script.slept, case["sleptMs"])
        if (expected := case.get("failure")) is not None:
            assert failure is not None, f"it succeeded: {result}"
            self.assertIn(expected.get("words", ""), failure.detail)
            told = as_json(failure)
            self.assertTrue(includes({name: value for name, value in expected.items() if name != "words"}, told), told)
            return
        if failure is not None:
            raise failure
        self.assertTrue(includes(case["output"], result), result)
        self.assertEqual(len(warnings), len(case.get("warnings", [])), warnings)
        for words, warning in zip(case.get("warnings", []), warnings, strict=True):
            self.assertIn(words, warning)

    @staticmethod
    def call(client: Client, case: dict[str, Any]) -> Any:
        """Calls the operation; a listing is followed where the case says so."""
        given, resources = dict(case["input"]), []
        while True:
            outcome = client.invoke(case["operation"], given)
            if case.get("follow"):
                resources += outcome.output["Resources"]
                if outcome.next is not None:
                    given["page"] = outcome.next
                    continue
                outcome.output["Resources"] = resources
            return outcome.output

    def cases(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Those of all files."""
        for file in sorted(FOLDER.glob("*.json")):
            for case in json.loads(file.read_text())["cases"]:
                yield f"{file.name}: {case['name']}", case

    @unittest.skipUnless(FOLDER.is_dir(), "the package stands alone")
    def test_every_recorded_exchange_comes_out_as_it_should(self) -> None:
        number = 0
        for number, (name, case) in enumerate(self.cases(), 1):
            with self.subTest(name):
                self.play(case)
        self.assertGreater(number, 100)


if __name__ == "__main__":
    unittest.main()
