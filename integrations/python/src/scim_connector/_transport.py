"""The component's way out, the interface `outbound` of adapters/wit: a request goes out, its answer comes in. Redirects are not followed,
requests are not repeated. What its failures say decides whether somebody is created twice: `maybe_sent` is false only where nothing of
the request has left this machine, or the server has said that it took nothing."""

from __future__ import annotations

import os
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ._body import Body, Patience
from ._call import Aborted, Call
from ._http1 import Broken, Connection, Head, Late, Malformed, TooLarge
from ._policy import Origin, Policy, Refused
from ._route import Route, Transport, Unconnected

__all__ = ["Answer", "Exchange", "Failed", "Outbound", "Request"]

#: Most of a body that crosses at once, in bytes.
PIECE = 256 << 10
#: Largest time that a clock is asked to count, in milliseconds.
_LONGEST = 0xFFFF_FFFF

#: Headers that are the connection's, not the request's (RFC 9110 section 7.6.1): whoever could set them could smuggle requests.
_OF_THE_CONNECTION = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding"}
_OF_THE_CONNECTION |= {"upgrade", "host", "http2-settings", "content-length"}

#: What a server says of our certificate. In TLS 1.3 the client sends before it hears this, but the server reads nothing until it has
#: accepted the client (RFC 8446 section 4.4.4).
_ABOUT_OUR_CERTIFICATE = ("CERTIFICATE_REQUIRED", "UNKNOWN_CA", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE")

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\r\n\0]*")


class Failed(Exception):
    """An exchange that brought no whole answer."""

    def __init__(self, reason: str, maybe_sent: bool, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.maybe_sent, self.detail = reason, maybe_sent, detail


class Request(NamedTuple):
    """A request as the component hands it out; times in seconds."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | None
    connect: float
    first_byte: float
    between_bytes: float
    total: float
    #: Largest body of an answer, in bytes.
    largest: int

    @classmethod
    def of(
        cls, method: str, url: str, headers: list[tuple[str, str]], body: bytes | None, bounds: tuple[int, int, int, int, int]
    ) -> Request:
        """As the interface has it."""
        connect, first_byte, between_bytes, total = (min(one, _LONGEST) / 1000 for one in bounds[:4])
        return cls(method, url, headers, body, connect, first_byte, between_bytes, total, bounds[4])


@dataclass
class Answer:
    """The head of an answer and the beginning of its body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    more: bool


class Outbound:
    """The way out of one connection to a provider: its policy, and connections that wait to be used again. For all threads."""

    def __init__(self, transport: Transport, policy: Policy, kept: int, service: str | None = None) -> None:
        self._policy = policy
        #: Where the host's own credentials go, and nowhere else.
        self._service = Origin.of(service)[0] if service else None
        self._credentials = transport.credentials
        self._route = Route(transport, policy)
        self._lock = threading.Lock()
        self._idle: dict[object, list[Connection]] = {}
        self._kept = kept
        self._process = os.getpid()

    def close(self) -> None:
        """Closes what waits."""
        with self._lock:
            idle, self._idle, self._kept = self._idle, {}, 0
        for connections in idle.values():
            for connection in connections:
                connection.close()

    def check(self, url: str) -> tuple[Origin, str]:
        """Where a request goes, if it may."""
        origin, target = Origin.of(url)
        self._policy.check(origin)
        return origin, target

    def begin(self, request: Request, call: Call) -> Exchange:
        """Sends a request and waits for the head of its answer."""
        began = time.monotonic()
        end = began + request.total
        if call.end is not None:
            end = min(end, call.end)
        try:
            if call.aborted:
                raise Aborted
            origin, target = self.check(request.url)
            proxy = self._route.proxy(origin)
            if proxy is not None and not origin.secure:
                # The request goes to the proxy whole.
                target = f"http://{origin.authority}{target}"
            headers = request.headers
            if self._credentials is not None and origin == self._service:
                headers += _given(self._credentials)
            if any(name.lower() in _OF_THE_CONNECTION or not _is_header(name, value) for name, value in headers):
                raise Failed("internal", False, "the headers cannot be sent")
            if proxy is not None and not origin.secure and proxy.credentials:
                headers.append(("Proxy-Authorization", proxy.credentials))
            data = _written(request.method, origin, target, headers, request.body)
            key = (origin, proxy)
            connection = self._waiting(key, call) or self._route.connect(origin, proxy, min(end, began + request.connect), call)
        except Refused as error:
            raise Failed("denied", False, str(error)) from None
        except Unconnected as error:
            raise Failed(error.reason, False, error.detail) from None
        except Aborted:
            raise Failed("denied", False, "the call was given up") from None
        if request.method != "get":
            call.may_have_changed = True
        patience = Patience(request.between_bytes, end)
        try:
            first_byte = min(end, time.monotonic() + request.first_byte)
            try:
                connection.write(data, first_byte)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                # What the server has said before it stopped listening says more, if it comes.
                pass
            head = connection.head(first_byte)
            return Exchange(self, key, connection, head, Body(connection, head, request.largest), patience, call)
        except BaseException as error:
            connection.close()
            call.holds(None)
            if not isinstance(error, (OSError, Broken, Late, Malformed)):
                raise
            raise _before(error, call) from None

    def _waiting(self, key: object, call: Call) -> Connection | None:
        while True:
            with self._lock:
                if self._process != os.getpid():
                    # The connections are the parent's: let go, without a word to the server.
                    for connection in (one for inherited in self._idle.values() for one in inherited):
                        connection.forget()
                    self._idle, self._process = {}, os.getpid()
                connections = self._idle.get(key)
                if not connections:
                    return None
                connection = connections.pop()
            if connection.is_usable():
                call.holds(connection.wire)
                return connection
            connection.close()

    def give_back(self, key: object, connection: Connection) -> None:
        """Keeps a connection whose exchange is over."""
        with self._lock:
            connections = self._idle.setdefault(key, [])
            if len(connections) < self._kept:
                connections.append(connection)
                return
        connection.close()


class Exchange:
    """An answer whose body is being read."""

    def __init__(
        self, outbound: Outbound, key: object, connection: Connection, head: Head, body: Body, patience: Patience, call: Call
    ) -> None:
        self._outbound, self._key, self._connection, self._call = outbound, key, connection, call
        self._status, self._headers = head.status, head.headers
        self._body, self._patience = body, patience
        self._failure: Failed | None = None
        self._closed = False
        if body.is_coded:
            # They are about the body as it came.
            self._headers = [header for header in head.headers if header[0] not in ("content-encoding", "content-length")]

    def answer(self) -> Answer:
        """The head with the beginning of the body. What goes wrong there is told by `receive`: the head is the caller's."""
        try:
            body = self._piece()
        except Failed as failure:
            self._failure, body = failure, b""
        return Answer(self._status, self._headers, body, not self._closed or self._failure is not None)

    def receive(self) -> bytes:
        """The next piece of the body; an empty one is its end."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return b"" if self._closed else self._piece()

    def _piece(self) -> bytes:
        try:
            piece = self._body.piece(PIECE, self._patience)
        except BaseException as error:
            self.close()
            if not isinstance(error, (OSError, Broken, Late, Malformed, TooLarge)):
                raise
            raise self._within(error) from None
        if self._body.over:
            self.close()
        return piece

    def close(self) -> None:
        """Ends the exchange; its connection is kept if nothing is left on it."""
        if self._closed:
            return
        self._closed = True
        self._call.holds(None)
        if self._body.leaves_connection and not self._call.aborted:
            self._connection.rests()
            self._outbound.give_back(self._key, self._connection)
        else:
            self._connection.close()

    def _within(self, error: BaseException) -> Failed:
        if isinstance(error, TooLarge):
            return Failed("too-large", True, "the answer is too large")
        if isinstance(error, Malformed):
            return Failed("malformed", True, "malformed HTTP")
        if isinstance(error, (Late, TimeoutError)) and not self._call.aborted:
            what = "went on" if time.monotonic() >= self._patience.end else "stopped"
            return Failed("timeout", True, f"the answer {what} after {self._body.received} bytes")
        return Failed("closed", True, "the answer broke off")


def _before(error: BaseException, call: Call) -> Failed:
    """What an error before the head of the answer means."""
    if call.aborted:
        return Failed("closed", True, "the call was given up")
    if isinstance(error, (Late, TimeoutError)):
        return Failed("timeout", True, "no answer within the timeout")
    if isinstance(error, Malformed):
        return Failed("malformed", True, "malformed HTTP")
    if isinstance(error, ssl.SSLError) and any(name in (error.reason or "") for name in _ABOUT_OUR_CERTIFICATE):
        return Failed("tls", False, "the server does not accept the client's certificate, or wants one")
    return Failed("closed", True, "the connection was closed")


def _written(method: str, origin: Origin, target: str, headers: list[tuple[str, str]], body: bytes | None) -> bytes:
    """The request as it goes out."""
    lines = [f"{method.upper()} {target} HTTP/1.1", f"Host: {origin.authority}"]
    lines += (f"{name}: {value}" for name, value in headers)
    if not any(name.lower() == "accept-encoding" for name, _ in headers):
        lines.append("Accept-Encoding: gzip")
    if body is not None:
        # Without it the body would have to go out in chunks, which HTTP/1.0 servers take for an empty one.
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + bytes(body or b"")


def _given(credentials: Callable[[], Mapping[str, str]]) -> list[tuple[str, str]]:
    try:
        return list(credentials().items())
    except Exception as error:
        # Its text may hold a secret.
        raise Failed("denied", False, f"the transport's credentials cannot be had ({type(error).__name__})") from None


def _is_header(name: str, value: str) -> bool:
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value))
