"""The client for asyncio. Calls run in threads of its own, since the component and what it calls wait where they are."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from ._call import Call
from ._core import Core, Outcome, Settings, check_seconds
from ._listing import AsyncListing
from ._operations import LISTINGS, AsyncOperations
from ._route import Transport
from ._walk import Walk
from .client import Choice, Connection, ConnectionReport, check_operation, choices, schema, test_connection, without_none
from .errors import ClosedError, ScimError

__all__ = ["AsyncClient"]

T = TypeVar("T")


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
        job = self._threads.submit(lambda: work(self._core(), call))
        waited_for = asyncio.wrap_future(job)
        # Nobody may be there any more to hear what it ended with.
        waited_for.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            return await asyncio.shield(waited_for)
        except asyncio.CancelledError as cancelled:
            call.abort()
            if job.cancel():
                raise
            loop = asyncio.get_running_loop()
            by = loop.time() + self._FAREWELL
            while not waited_for.done() and loop.time() < by:
                # Somebody who cancels again hears no sooner what became of it.
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([waited_for], timeout=by - loop.time())
            failure = job.exception() if job.done() else None
            if failure is None and call.may_have_changed:
                # It went through meanwhile, or has not ended.
                what = "was carried out before it could be given up" if job.done() else "was given up and has not ended"
                failure = ClosedError(f"the call {what}", maybe_applied=True)
            if isinstance(failure, ScimError) and failure.maybe_applied:
                raise cancelled from failure
            raise

    async def invoke(
        self,
        operation: str,
        given: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        run_id: str | None = None,
        attempt: int | None = None,
    ) -> Outcome:
        """Calls an operation by its name, `createUser`, with JSON in and out."""
        check_operation(operation)
        return await self._run(lambda core, call: core.invoke(operation, given, call, run_id, attempt), timeout)

    def listing(
        self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> AsyncListing[dict[str, Any]]:
        """Follows a listing by its operation's name, `listUsers`; `timeout` is for each page."""
        return self._walk(operation, dict(given or {}), lambda value: value, timeout)

    async def test_connection(self, *, timeout: float | None = None) -> ConnectionReport:
        """Tries the connection step by step: reachable, authenticated, capabilities, one user listed."""
        return await self._run(lambda core, call: test_connection(core, call), timeout)

    async def choices(self, source: str, *, timeout: float | None = None) -> list[Choice]:
        """The choices of a dynamic list, `x-choices` of the manifest."""
        return await self._run(lambda core, call: choices(core, source, call), timeout)

    async def resolve_schema(self, operation: str, *, timeout: float | None = None) -> dict[str, Any]:
        """The input schema of an operation with the provider's own attributes."""
        return await self._run(lambda core, call: schema(core, operation, call), timeout)

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
        return await self._run(lambda core, call: read(core.invoke(operation, without_none(given), call).output), timeout)

    def _walk(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> AsyncListing[T]:
        check_operation(operation, LISTINGS, "listing")
        walk = Walk(operation, without_none(given))
        return AsyncListing(walk, read, lambda: self._run(walk.page, timeout))
