"""The clients: `Client` for threads, `AsyncClient` for asyncio. Both have a method for each operation, and `invoke` for any by its name."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import difflib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from . import _abi, errors, models
from ._call import Call
from ._core import Core, Outcome, Settings, check_seconds
from ._listing import AsyncListing, Listing
from ._operations import LISTINGS, OPERATIONS, AsyncOperations, Operations
from ._route import Transport
from ._walk import Walk
from .errors import ClosedError, InvalidInputError, ScimError

__all__ = ["AsyncClient", "Choice", "Client", "ConnectionReport", "Step"]

T = TypeVar("T")
Connection = models.Connection | Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A step of the connection test."""

    name: str
    #: `passed`, `failed` or `skipped`.
    status: str
    detail: str
    duration_ms: int


@dataclass(frozen=True)
class ConnectionReport:
    """How a connection test went."""

    ok: bool
    steps: tuple[Step, ...]
    #: Why the first failed step failed.
    failure: ScimError | None
    #: Whether a later attempt may go better.
    retryable: bool


@dataclass(frozen=True)
class Choice:
    """One choice of a dynamic list."""

    value: str
    label: str


def _check_operation(operation: str, known: frozenset[str] = OPERATIONS, what: str = "operation") -> None:
    if operation not in known:
        near = difflib.get_close_matches(operation, known, 1) if isinstance(operation, str) else []
        meant = f"; {near[0]} is one" if near else ""
        raise InvalidInputError(f"there is no such {what}{meant}")


def _test(core: Core, call: Call) -> ConnectionReport:
    report = core.plain("runtime.test-connection", lambda: [], call, connected=True)
    steps = tuple(Step(one["name"], one["status"], one["detail"], one["duration-ms"]) for one in report["steps"])
    tag = "transient-failure" if report["retryable"] else "permanent-failure"
    failure = report["failure"] and errors.of_contract("testConnection", tag, report["failure"])
    return ConnectionReport(report["ok"], steps, failure, report["retryable"])


def _choices(core: Core, source: str, call: Call) -> list[Choice]:
    found = core.plain("runtime.choices", lambda: [_abi.string(source)], call, connected=True)
    return [Choice(one["value"], one["label"]) for one in found]


def _schema(core: Core, operation: str, call: Call) -> dict[str, Any]:
    _check_operation(operation)
    schema: dict[str, Any] = json.loads(core.plain("runtime.resolve-schema", lambda: [_abi.string(operation)], call, connected=True))
    return schema


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """What was not left out."""
    return {name: value for name, value in values.items() if value is not None}


class Client(Operations):
    """One connection to a provider, for any number of threads. It keeps tokens and connections, so make one and use it often."""

    def __init__(
        self,
        connection: Connection,
        *,
        transport: Transport | None = None,
        concurrency: int = 8,
        on_warning: Callable[[str, str], None] | None = None,
        component: bytes | None = None,
    ) -> None:
        """Reads and checks the connection, without a request.

        transport: certificates, proxy, further origins.
        concurrency: most calls at a time; others wait for their turn.
        on_warning: hears what is to be known although a call succeeded; the logger `scim_connector` does where it is left out.
        component: another version of the component's core.
        """
        self._core = Core(connection, Settings(transport or Transport(), concurrency, on_warning), component)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.service_url}>"

    @property
    def service_url(self) -> str:
        """Where the service is."""
        return self._core.service

    def invoke(
        self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None, run_id: str | None = None, attempt: int | None = None
    ) -> Outcome:
        """Calls an operation by its name, `createUser`, with JSON in and out."""
        _check_operation(operation)
        return self._core.invoke(operation, given, self._core.new_call(timeout), run_id, attempt)

    def listing(self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None) -> Listing[dict[str, Any]]:
        """Follows a listing by its operation's name, `listUsers`; `timeout` is for each page."""
        return self._walk(operation, dict(given or {}), lambda value: value, timeout)

    def test_connection(self, *, timeout: float | None = None) -> ConnectionReport:
        """Tries the connection step by step: reachable, authenticated, capabilities, one user listed."""
        return _test(self._core, self._core.new_call(timeout))

    def choices(self, source: str, *, timeout: float | None = None) -> list[Choice]:
        """The choices of a dynamic list, `x-choices` of the manifest."""
        return _choices(self._core, source, self._core.new_call(timeout))

    def resolve_schema(self, operation: str, *, timeout: float | None = None) -> dict[str, Any]:
        """The input schema of an operation with the provider's own attributes."""
        return _schema(self._core, operation, self._core.new_call(timeout))

    def close(self, wait: bool = True) -> None:
        """Lets no other call begin. Calls that run are waited for; with `wait=False` they are given up, and a change may have been made."""
        self._core.close(wait)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _typed(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> T:
        return read(self._core.invoke(operation, _given(given), self._core.new_call(timeout)).output)

    def _walk(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> Listing[T]:
        _check_operation(operation, LISTINGS, "listing")
        walk = Walk(operation, _given(given))
        return Listing(walk, read, lambda: walk.page(self._core, self._core.new_call(timeout)))


class AsyncClient(AsyncOperations):
    """As `Client`, for asyncio: calls run in threads of its own, so that the event loop never waits. Cancelling a task gives its call up; if
    that may have left a change, the cause of the CancelledError says so."""

    #: Seconds that a call which was given up has to tell whether it may have changed something.
    _FAREWELL = 2.0

    def __init__(
        self,
        connection: Connection,
        *,
        transport: Transport | None = None,
        concurrency: int = 8,
        on_warning: Callable[[str, str], None] | None = None,
        component: bytes | None = None,
    ) -> None:
        """As `Client`; what is wrong with the connection is told by the first call, or on entering `async with`."""
        self._arguments = connection, Settings(transport or Transport(), concurrency, on_warning), component
        self._made: Core | None = None
        self._making = threading.Lock()
        self._threads = concurrent.futures.ThreadPoolExecutor(max(1, concurrency), "scim-connector")
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{f' of {self._made.service}' if self._made else ''}>"

    def _core(self) -> Core:
        with self._making:
            if self._made is None:
                self._made = Core(*self._arguments)
            return self._made

    async def _run(self, work: Callable[[Core, Call], T], timeout: float | None) -> T:
        if self._closed:
            raise ClosedError("the client is closed")
        if timeout is not None:
            check_seconds(timeout)
        # Begins here, not when a thread is free.
        call = self._made.new_call(timeout) if self._made else Call(timeout)
        job = asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(self._core(), call))
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError as cancelled:
            call.abort()
            job.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([job], timeout=self._FAREWELL)
            failure = job.exception() if job.done() and not job.cancelled() else None
            if isinstance(failure, ScimError) and failure.maybe_applied:
                raise cancelled from failure
            raise

    async def invoke(
        self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None, run_id: str | None = None, attempt: int | None = None
    ) -> Outcome:
        """Calls an operation by its name, `createUser`, with JSON in and out."""
        _check_operation(operation)
        return await self._run(lambda core, call: core.invoke(operation, given, call, run_id, attempt), timeout)

    def listing(self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None) -> AsyncListing[dict[str, Any]]:
        """Follows a listing by its operation's name, `listUsers`; `timeout` is for each page."""
        return self._walk(operation, dict(given or {}), lambda value: value, timeout)

    async def test_connection(self, *, timeout: float | None = None) -> ConnectionReport:
        """Tries the connection step by step: reachable, authenticated, capabilities, one user listed."""
        return await self._run(lambda core, call: _test(core, call), timeout)

    async def choices(self, source: str, *, timeout: float | None = None) -> list[Choice]:
        """The choices of a dynamic list, `x-choices` of the manifest."""
        return await self._run(lambda core, call: _choices(core, source, call), timeout)

    async def resolve_schema(self, operation: str, *, timeout: float | None = None) -> dict[str, Any]:
        """The input schema of an operation with the provider's own attributes."""
        return await self._run(lambda core, call: _schema(core, operation, call), timeout)

    async def close(self, wait: bool = True) -> None:
        """Lets no other call begin. Calls that run are waited for; with `wait=False` they are given up, and a change may have been made."""
        self._closed = True
        loop = asyncio.get_running_loop()
        if self._made is not None:
            await loop.run_in_executor(None, self._made.close, wait)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __aenter__(self) -> AsyncClient:
        await self._run(lambda core, call: None, None)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def _typed(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> T:
        # Written and read in the thread too: a large group takes its time.
        return await self._run(lambda core, call: read(core.invoke(operation, _given(given), call).output), timeout)

    def _walk(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> AsyncListing[T]:
        _check_operation(operation, LISTINGS, "listing")
        walk = Walk(operation, _given(given))
        return AsyncListing(walk, read, lambda: self._run(walk.page, timeout))
