"""The client for threads: a method for each operation, and `invoke` for any by its name."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from . import _abi, errors, models
from ._call import Call
from ._core import Core, Outcome, Settings
from ._listing import Listing
from ._operations import LISTINGS, OPERATIONS, Operations
from ._route import Transport
from ._walk import Walk
from .errors import InvalidInputError, ScimError

__all__ = ["Choice", "Client", "ConnectionReport", "Step"]

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


def check_operation(operation: str, known: frozenset[str] = OPERATIONS, what: str = "operation") -> None:
    if operation not in known:
        near = difflib.get_close_matches(operation, known, 1) if isinstance(operation, str) else []
        meant = f"; {near[0]} is one" if near else ""
        raise InvalidInputError(f"there is no such {what}{meant}")


def test_connection(core: Core, call: Call) -> ConnectionReport:
    ok, steps, failure, retryable = core.run("runtime.test-connection", lambda: [], call, "testConnection", connected=True)
    tag = "transient-failure" if retryable else "permanent-failure"
    why = failure and errors.of_contract("testConnection", tag, failure)
    return ConnectionReport(ok, tuple(Step(*step) for step in steps), why, retryable)


def choices(core: Core, source: str, call: Call) -> list[Choice]:
    found = core.run("runtime.choices", lambda: [_abi.string(source)], call, connected=True)
    return [Choice(*one) for one in found]


def schema(core: Core, operation: str, call: Call) -> dict[str, Any]:
    check_operation(operation)
    schema: dict[str, Any] = json.loads(core.run("runtime.resolve-schema", lambda: [_abi.string(operation)], call, connected=True))
    return schema


def without_none(values: dict[str, Any]) -> dict[str, Any]:
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
        return self._core.invoke(operation, given, self._core.new_call(timeout), run_id, attempt)

    def listing(self, operation: str, given: Mapping[str, Any] | None = None, *, timeout: float | None = None) -> Listing[dict[str, Any]]:
        """Follows a listing by its operation's name, `listUsers`; `timeout` is for each page."""
        return self._walk(operation, dict(given or {}), lambda value: value, timeout)

    def test_connection(self, *, timeout: float | None = None) -> ConnectionReport:
        """Tries the connection step by step: reachable, authenticated, capabilities, one user listed."""
        return test_connection(self._core, self._core.new_call(timeout))

    def choices(self, source: str, *, timeout: float | None = None) -> list[Choice]:
        """The choices of a dynamic list, `x-choices` of the manifest."""
        return choices(self._core, source, self._core.new_call(timeout))

    def resolve_schema(self, operation: str, *, timeout: float | None = None) -> dict[str, Any]:
        """The input schema of an operation with the provider's own attributes."""
        return schema(self._core, operation, self._core.new_call(timeout))

    def close(self, wait: bool = True) -> None:
        """Lets no other call begin. Calls that run are waited for; with `wait=False` they are given up, and a change may have been made."""
        self._core.close(wait)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _typed(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> T:
        return read(self._core.invoke(operation, without_none(given), self._core.new_call(timeout)).output)

    def _walk(self, operation: str, given: dict[str, Any], read: Callable[[Any], T], timeout: float | None) -> Listing[T]:
        check_operation(operation, LISTINGS, "listing")
        walk = Walk(operation, without_none(given))
        return Listing(walk, read, lambda: walk.page(self._core, self._core.new_call(timeout)))
