"""What goes wrong, as exceptions: one class for each kind of failure, all of them `ScimError`."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

__all__ = [
    "AmbiguousError",
    "AuthenticationError",
    "ClosedError",
    "ConfigurationError",
    "ConflictError",
    "IncompleteListingError",
    "InternalError",
    "InvalidInputError",
    "KINDS",
    "NotFoundError",
    "NotModifiedError",
    "NotPermittedError",
    "OverloadedError",
    "PreconditionError",
    "Problem",
    "ProtocolError",
    "ScimError",
    "ThrottledError",
    "TimeoutError",
    "TooLargeError",
    "UnavailableError",
    "UnsupportedError",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input."""

    #: Where it stands, a JSON pointer.
    pointer: str
    detail: str


class ScimError(Exception):
    """A call failed. None of its members holds a secret."""

    #: What went wrong, as docs/errors.md names it.
    kind = "other"

    def __init__(
        self,
        detail: str,
        *,
        kind: str | None = None,
        operation: str | None = None,
        transient: bool = False,
        status: int | None = None,
        scim_type: str | None = None,
        pointer: str | None = None,
        problems: tuple[Problem, ...] = (),
        oauth_error: str | None = None,
        retry_after_ms: int | None = None,
        maybe_applied: bool = False,
        request_id: str | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(detail)
        if kind is not None:
            self.kind = kind
        #: In words.
        self.detail = detail
        self.operation = operation
        #: Whether the same call may go better later. A change that may have been applied never is.
        self.transient = transient
        #: The provider's status.
        self.status = status
        #: Its `scimType` (RFC 7644 section 3.12).
        self.scim_type = scim_type
        #: Where in the input it is, a JSON pointer.
        self.pointer = pointer
        self.problems = problems
        #: The token endpoint's code (RFC 6749 section 5.2).
        self.oauth_error = oauth_error
        #: How long the provider asks to wait.
        self.retry_after_ms = retry_after_ms
        #: Whether a change may have been made all the same: find out before it is repeated.
        self.maybe_applied = maybe_applied
        #: The provider's name of the request, for its support.
        self.request_id = request_id
        #: The beginning of an answer that was not understood.
        self.excerpt = excerpt

    def __str__(self) -> str:
        return f"{self.operation}: {self.detail}" if self.operation else self.detail


class InvalidInputError(ScimError):
    """The input is wrong: `pointer` and `problems` say where."""

    kind = "invalidInput"


class ConfigurationError(ScimError):
    """The connection is wrong: `pointer` says where."""

    kind = "configuration"


class AuthenticationError(ScimError):
    """The provider or its token endpoint refused the credentials."""

    kind = "authentication"


class NotPermittedError(ScimError):
    """The credentials are good but do not permit this."""

    kind = "permission"


class NotFoundError(ScimError):
    """There is no such resource or endpoint."""

    kind = "notFound"


class ConflictError(ScimError):
    """It clashes with a resource that is there, usually by a value that must be unique."""

    kind = "conflict"


class AmbiguousError(ScimError):
    """Several resources match where one was meant."""

    kind = "ambiguous"


class PreconditionError(ScimError):
    """The resource has changed since it was read."""

    kind = "precondition"


class NotModifiedError(ScimError):
    """The resource has not changed since it was read."""

    kind = "notModified"


class ThrottledError(ScimError):
    """Too many requests: wait for `retry_after_ms`."""

    kind = "throttled"


class UnavailableError(ScimError):
    """The provider cannot be reached or cannot answer now."""

    kind = "unavailable"


class TimeoutError(ScimError, builtins.TimeoutError):
    """The provider did not answer in time."""

    kind = "timeout"


class UnsupportedError(ScimError):
    """The provider, or this version of the connector, cannot do it."""

    kind = "unsupported"


class ProtocolError(ScimError):
    """The answer is not SCIM; `excerpt` shows its beginning."""

    kind = "protocol"


class TooLargeError(ScimError):
    """A limit in size was hit, the provider's or the connection's."""

    kind = "tooLarge"


class InternalError(ScimError):
    """A fault in the connector: please report it."""

    kind = "internal"


class OverloadedError(ScimError):
    """As many calls as the client makes at once were under way all the time that this one had; it was not begun."""

    kind = "overloaded"


class ClosedError(ScimError):
    """The client was closed."""

    kind = "shuttingDown"


class IncompleteListingError(ScimError):
    """A listing ended, and not everything came. Never take what is missing from it for deleted."""

    kind = "incomplete"

    def __init__(self, detail: str, *, listed: int = 0, announced: int | None = None, **members: Any) -> None:
        super().__init__(detail, **members)
        #: Resources that came.
        self.listed = listed
        #: Resources that the provider announced.
        self.announced = announced


_CLASSES = (
    InvalidInputError,
    ConfigurationError,
    AuthenticationError,
    NotPermittedError,
    NotFoundError,
    ConflictError,
    AmbiguousError,
    PreconditionError,
    NotModifiedError,
    ThrottledError,
    UnavailableError,
    TimeoutError,
    UnsupportedError,
    ProtocolError,
    TooLargeError,
    InternalError,
    OverloadedError,
    ClosedError,
    IncompleteListingError,
)

#: The class of each kind.
KINDS: dict[str, type[ScimError]] = {one.kind: one for one in _CLASSES}


def of_contract(operation: str | None, tag: str, failure: tuple[Any, ...] | None) -> ScimError:
    """The exception for an `error` of the contract."""
    if failure is None:
        return InternalError("the component gives no reason", operation=operation)
    kind, status, scim_type, detail, pointer, problems, oauth_error, retry_after_ms, maybe_applied, request_id, excerpt = failure
    name = _named(kind)
    return KINDS.get(name, ScimError)(
        detail,
        kind=name,
        operation=operation,
        transient=tag == "transient-failure",
        status=status,
        scim_type=scim_type and _named(scim_type),
        pointer=pointer,
        problems=tuple(Problem(*problem) for problem in problems or ()),
        oauth_error=oauth_error,
        retry_after_ms=retry_after_ms,
        maybe_applied=maybe_applied,
        request_id=request_id,
        excerpt=excerpt,
    )


def _named(case: tuple[str, str | None]) -> str:
    """A variant's case by its name in JSON; `other` has its name in it."""
    tag, other = case
    return other if tag == "other" and other is not None else _camel(tag)


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)
