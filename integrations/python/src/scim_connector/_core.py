"""What the clients for threads and for asyncio have in common: one connection to a provider, its instances, and calls by name. Each call
takes an instance that no other has; one that broke is replaced and its call never made again."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._call import Aborted, Call
from ._engine import MEMORY, Instance, Trapped, engine
from ._model import Model, dumps
from ._policy import Policy, Refused
from ._route import Transport
from ._transport import Outbound
from ._turns import turn
from .errors import ClosedError, ConfigurationError, InternalError, InvalidInputError, OverloadedError, ScimError, of_contract

__all__ = ["Core", "Outcome", "Settings", "check_seconds", "manifest_text"]

_NO_TURN = contextlib.nullcontext()
_CONTEXT = _abi.Record("run-id", "attempt", "deadline-ms")
_LOG = logging.getLogger("scim_connector")
#: Seconds after which an instance that does nothing goes.
_IDLE = 60.0
#: Longest time of a call, in seconds: that of the connection's `timeouts`.
_LONGEST = 86_400.0


@dataclass(frozen=True)
class Outcome:
    """What a call gave."""

    #: The result, JSON; none where there is no result, as after a delete.
    output: Any
    #: The token of the next page, where there is one.
    next: str | None
    #: HTTP requests made, for tokens and repetitions too.
    requests_made: int
    #: What the caller should know although the call succeeded.
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What a client is told besides its connection."""

    transport: Transport = Transport()
    #: Most calls at a time; others wait for their turn.
    concurrency: int = 8
    #: Who hears what a caller should know although a call succeeded: the operation, and a sentence.
    on_warning: Callable[[str, str], None] | None = None


class _Kept:
    """The connection as the component takes it. It holds secrets, so no text of it stands in a frame or in what it shows of itself."""

    def __init__(self, text: bytes) -> None:
        self.value = _abi.string(text)

    def __del__(self) -> None:
        _abi.free(self.value)


class Core:
    """One connection to a provider. For all threads."""

    def __init__(self, connection: Mapping[str, Any] | Model, settings: Settings, component: bytes | None = None) -> None:
        if not isinstance(settings.concurrency, int) or settings.concurrency < 1:
            raise InvalidInputError("concurrency must be at least 1")
        self._settings = settings
        self._engine = engine(component)
        self._lock = threading.Lock()
        self._idle: list[Instance] = []
        self._running: set[Call] = set()
        self._closed = False
        self._slots = threading.BoundedSemaphore(settings.concurrency)
        given = connection.to_json() if isinstance(connection, Model) else connection
        self._variables = _variables(given)
        self._process = os.getpid()
        self._outbound = Outbound(settings.transport, Policy((), False, False), 0)
        self._connection = _Kept(dumps(given))
        self._seconds = _LONGEST
        resolved = self._resolved()
        #: Where the service is.
        self.service: str = resolved["serviceUrl"]
        auth = resolved.get("auth", {})
        if auth.get("type") == "host" and settings.transport.credentials is None:
            raise ConfigurationError("the connection leaves its credentials to the host: give the transport some", pointer="/auth")
        self._seconds = resolved.get("timeouts", {}).get("totalMs", 120_000) / 1000
        urls = [self.service, *filter(None, [auth.get("tokenUrl")]), *settings.transport.origins]
        try:
            policy = Policy(urls, resolved.get("allowInsecureHttp") is True, settings.transport.public_only)
        except Refused as error:
            raise ConfigurationError(f"an origin cannot be used: {error}") from None
        self._outbound = Outbound(settings.transport, policy, settings.concurrency, self.service if auth.get("type") == "host" else None)
        self._idle.clear()

    def _resolved(self) -> dict[str, Any]:
        resolved: dict[str, Any] = json.loads(self.run("runtime.resolve-connection", lambda: [], Call(None), connected=True))
        return resolved

    def new_call(self, timeout: float | None) -> Call:
        """A call that may take this long, and no longer than the connection's own."""
        if timeout is not None:
            check_seconds(timeout)
        return Call(self._seconds if timeout is None else min(timeout, self._seconds), timeout is not None)

    # Calls

    def invoke(self, operation: str, given: Any, call: Call, run_id: str | None = None, attempt: int | None = None) -> Outcome:
        """Calls an operation by its name."""
        if attempt is not None and (not isinstance(attempt, int) or not 0 <= attempt < 1 << 32):
            raise InvalidInputError("attempt is a number of 32 bits, from 1", operation=operation)
        text = dumps({} if given is None else given, operation)
        with self._turn(operation, text, call) if operation.startswith("ensure") else _NO_TURN:
            output, following, requests_made, warnings = self.run(
                "runtime.invoke",
                lambda: [_abi.string(operation), _abi.string(text), _context(call, run_id, attempt)],
                call,
                operation,
                connected=True,
            )
        made = Outcome(json.loads(output), following, requests_made, tuple(warnings))
        for warning in made.warnings:
            if self._settings.on_warning is not None:
                self._settings.on_warning(operation, warning)
            else:
                _LOG.warning("%s: %s", operation, warning)
        return made

    @contextlib.contextmanager
    def _turn(self, operation: str, text: bytes, call: Call) -> Iterator[None]:
        """Waits for equal ensures."""
        keys: list[str] = []
        # What is wrong with the input is told by the call itself.
        with contextlib.suppress(ScimError):
            keys = self.run("runtime.ensure-keys", lambda: [_abi.string(operation), _abi.string(text)], call, operation)
        try:
            with turn(self.service, keys, call) as has_come:
                if not has_come:
                    raise OverloadedError(
                        "an equal ensure took all the time that this one had; it was not begun", operation=operation, transient=True
                    )
                yield
        except Aborted:
            raise ClosedError("the call was given up before it was begun", operation=operation) from None

    def run(
        self, path: str, arguments: Callable[[], list[bytes]], call: Call, operation: str | None = None, *, connected: bool = False
    ) -> Any:
        """Runs a function of the component, on an instance that no other call has; `connected` where it takes the connection."""
        taken = self._take(call, operation)
        sound: Instance | None = None
        good, value = False, ("execution-failed", None)
        try:
            good, value = taken.run(path, arguments(), call, self._connection.value if connected else b"")
            sound = taken
        except Trapped as error:
            if call.raised is None:
                raise InternalError(f"the component broke off: {error}", operation=operation, maybe_applied=call.may_have_changed) from None
        finally:
            self._give_back(sound, call)
        if call.raised is not None:
            if not isinstance(call.raised, Exception):
                changed = ClosedError("the call was given up", operation=operation, maybe_applied=True) if call.may_have_changed else None
                raise call.raised from changed
            raise InternalError("a fault in the package", operation=operation, maybe_applied=call.may_have_changed) from call.raised
        if good:
            return value
        failure = of_contract(operation, *value)
        if call.aborted:
            raise ClosedError("the call was given up", operation=operation, maybe_applied=failure.maybe_applied)
        raise failure

    def _take(self, call: Call, operation: str | None) -> Instance:
        if self._process != os.getpid():
            # What they hold, sockets above all, is the parent's; and who held a place is not here.
            self._lock, self._slots = threading.Lock(), threading.BoundedSemaphore(self._settings.concurrency)
            self._idle, self._running, self._process = [], set(), os.getpid()
        try:
            if not call.acquire(self._slots):
                text = f"{self._settings.concurrency} calls of this client took all the time that this one had; it was not begun"
                raise OverloadedError(text, operation=operation, transient=True)
        except Aborted:
            raise ClosedError("the call was given up before it was begun", operation=operation) from None
        try:
            environment = {name: os.environ[name] for name in self._variables if name in os.environ}
            environment["SCIM_CONNECTOR_MEMORY_BYTES"] = str(MEMORY)
            with self._lock:
                if self._closed:
                    raise ClosedError("the client is closed", operation=operation)
                self._running.add(call)
                while self._idle:
                    instance = self._idle.pop()
                    # It has read its variables; a secret may have been renewed since.
                    if instance.environment == environment:
                        return instance
            return self._engine.instance(self._outbound, environment)
        except BaseException as error:
            self._give_back(None, call)
            if isinstance(error, Trapped):
                raise InternalError(f"there is no instance of the component: {error}", operation=operation, transient=True) from None
            raise

    def _give_back(self, instance: Instance | None, call: Call) -> None:
        with self._lock:
            self._running.discard(call)
            if instance is not None and not self._closed:
                now = time.monotonic()
                self._idle = [one for one in self._idle if now - one.used < _IDLE]
                self._idle.append(instance)
        self._slots.release()

    def close(self, wait: bool = True) -> None:
        """Lets no other call begin. Those that run end in good order, or are given up where nobody waits."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        if not wait:
            for call in running:
                call.abort()
        for _ in range(self._settings.concurrency):
            self._slots.acquire()
        for _ in range(self._settings.concurrency):
            self._slots.release()
        self._idle.clear()
        self._outbound.close()


def _context(call: Call, run_id: str | None, attempt: int | None) -> bytes:
    if not call.is_shorter and run_id is None and attempt is None:
        return _abi.none()
    left = call.left
    deadline = None if left is None else max(1, min(math.ceil(left * 1000), 0xFFFF_FFFF))
    number = [_abi.none() if one is None else _abi.some(_abi.u32(one)) for one in (attempt, deadline)]
    return _abi.some(_CONTEXT(_abi.none() if run_id is None else _abi.some(_abi.string(run_id)), *number))


def check_seconds(seconds: float) -> None:
    """Refuses what is no time."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= _LONGEST:
        raise InvalidInputError(f"a timeout is a number of seconds, more than 0 and at most {_LONGEST:.0f}")


def _variables(value: Any) -> set[str]:
    """The environment variables that a connection names: the component sees no others."""
    if isinstance(value, Model):
        return _variables(value.to_json())
    if isinstance(value, Mapping):
        named = value.get("env")
        found = {named} if isinstance(named, str) else set()
        return found.union(*(_variables(member) for member in value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*(_variables(one) for one in value))
    return set()


def manifest_text(component: bytes | None = None) -> str:
    """The component's manifest, JSON."""
    instance = engine(component).instance(Outbound(Transport(), Policy((), False, False), 0), {})
    call = Call(None)
    good, value = instance.run("catalog.manifest", [], call)
    if call.raised is not None:
        raise call.raised
    if not good:
        raise of_contract(None, *value)
    text: str = value
    return text
