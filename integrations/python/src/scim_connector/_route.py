"""The way to a server: name, address, proxy (RFC 9110 section 9.3.6), TLS. Whatever goes wrong here, nothing of the request has left this
machine. Knows no requests."""

from __future__ import annotations

import base64
import contextlib
import errno
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._call import Call
from ._http1 import Broken, Connection, Late, Malformed
from ._policy import Origin, Policy

__all__ = ["Route", "Transport", "Unconnected"]


@dataclass(frozen=True)
class Transport:
    """How requests get to the provider."""

    #: A file with further certificates to trust, PEM: those of a private authority.
    ca: str | None = None
    #: Everything about TLS, for those who need more: other trust, a certificate of one's own. `ca` is not used then.
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    #: `environment` for HTTPS_PROXY, HTTP_PROXY and NO_PROXY (never for this machine itself), a URL, or none.
    proxy: str | None = field(default="environment", repr=False)
    #: Origins that may be reached besides those of the connection.
    origins: tuple[str, ...] = ()
    #: The headers that authenticate a request to the service, asked for each time: for a connection with `{"type": "host"}` as `auth`.
    credentials: Callable[[], Mapping[str, str]] | None = field(default=None, repr=False)
    #: Whether names may lead to public addresses only: for connections that somebody else wrote.
    public_only: bool = False


class Unconnected(Exception):
    """There is no connection: a reason of the interface `outbound`, and words for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class _Proxy:
    host: str
    port: int
    #: The header that opens it.
    credentials: str | None = field(repr=False)

    @classmethod
    def at(cls, url: str) -> _Proxy:
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port or 80
        except ValueError:
            port = 0
        if parts.scheme != "http" or not parts.hostname or not port:
            raise Unconnected("denied", "the proxy must be a URL such as http://user:password@proxy.example.com:3128")
        credentials = None
        if parts.username is not None:
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            credentials = "Basic " + base64.b64encode(pair.encode()).decode()
        return cls(parts.hostname, port, credentials)


class Route:
    """Makes connections."""

    def __init__(self, transport: Transport, policy: Policy) -> None:
        self._transport, self._policy = transport, policy
        self._context: ssl.SSLContext | None = transport.ssl_context
        self._making = threading.Lock()
        self._proxies: dict[Origin, _Proxy | None] = {}

    def proxy(self, origin: Origin) -> _Proxy | None:
        """The proxy that leads to an origin; what the environment says is read once."""
        if origin not in self._proxies:
            self._proxies[origin] = self._proxy(origin)
        return self._proxies[origin]

    def _proxy(self, origin: Origin) -> _Proxy | None:
        if self._transport.proxy != "environment":
            return _Proxy.at(self._transport.proxy) if self._transport.proxy else None
        if origin.is_loopback:
            return None
        # Loaded where it is needed: it takes as long as all the rest.
        import urllib.request

        proxies = urllib.request.getproxies_environment()
        url = proxies.get("https" if origin.secure else "http") or proxies.get("all")
        bypass = urllib.request.proxy_bypass_environment(f"{origin.host}:{origin.port}", proxies)  # type: ignore[attr-defined]
        return _Proxy.at(url) if url and not bypass else None

    def connect(self, origin: Origin, proxy: _Proxy | None, end: float, call: Call) -> Connection:
        """A connection on which a request can be written."""
        try:
            try:
                if proxy is None:
                    connection = self._plain(origin.host, origin.port, True, end, call)
                else:
                    connection = self._through(proxy, origin, end, call)
            except Unconnected as error:
                words = error.detail if proxy is None else f"over the proxy {proxy.host}:{proxy.port}: {error.detail}"
                raise Unconnected(error.reason, words) from None
            return self._secured(connection, origin, end, call) if origin.secure else connection
        except (Late, TimeoutError):
            raise Unconnected("timeout", "no connection within the timeout") from None

    def _plain(self, host: str, port: int, guarded: bool, end: float, call: Call) -> Connection:
        addresses = _resolved(host, port, end, call)
        allowed = [one for one in addresses if not guarded or self._policy.allows(one[4][0])]
        if not allowed:
            raise Unconnected("denied", f"{host} leads to an address that is not public")
        failure: OSError | None = None
        for tried, (family, kind, protocol, _, address) in enumerate(allowed):
            wire = socket.socket(family, kind, protocol)
            try:
                call.holds(wire)
                left = end - time.monotonic()
                if left <= 0:
                    raise Late
                # One address that is silent leaves time for the others.
                wire.settimeout(left / (len(allowed) - tried))
                wire.connect(address)
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return Connection(wire)
            except OSError as error:
                wire.close()
                failure = error
            except BaseException:
                wire.close()
                raise
        raise _unreachable(failure)

    def _through(self, proxy: _Proxy, origin: Origin, end: float, call: Call) -> Connection:
        connection = self._plain(proxy.host, proxy.port, False, end, call)
        if not origin.secure:
            return connection
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        authority = f"{host}:{origin.port}"
        opening = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
        if proxy.credentials:
            opening += f"Proxy-Authorization: {proxy.credentials}\r\n"
        try:
            connection.write(f"{opening}\r\n".encode(), end)
            status = connection.head(end).status
        except (OSError, Broken, Malformed) as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise
            raise Unconnected("refused", "it opens no tunnel") from None
        except BaseException:
            connection.close()
            raise
        if 200 <= status < 300:
            return connection
        connection.close()
        if status == 407:
            raise Unconnected("denied", "it asks for credentials: give them in the proxy's URL")
        raise Unconnected("refused", f"it opens no tunnel (status {status})")

    def _secured(self, connection: Connection, origin: Origin, end: float, call: Call) -> Connection:
        plain = connection.wire
        try:
            wire = self._tls().wrap_socket(plain, server_hostname=origin.host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            plain.close()
            raise _insecure(error) from None
        except BaseException:
            plain.close()
            raise
        try:
            call.holds(wire)
            left = end - time.monotonic()
            if left <= 0:
                raise Late
            wire.settimeout(left)
            wire.do_handshake()
            return Connection(wire)
        except (OSError, ValueError) as error:
            wire.close()
            if isinstance(error, TimeoutError):
                raise
            raise _insecure(error) from None
        except BaseException:
            wire.close()
            raise

    def _tls(self) -> ssl.SSLContext:
        with self._making:
            if self._context is None:
                context = ssl.create_default_context()
                context.set_alpn_protocols(["http/1.1"])
                if self._transport.ca is not None:
                    try:
                        context.load_verify_locations(self._transport.ca)
                    except (OSError, ValueError):
                        raise Unconnected("denied", "the file that ca names holds no certificates in PEM") from None
                self._context = context
            return self._context


#: What a name leads to, as `socket.getaddrinfo` has it.
_Addresses = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]]


def _resolved(host: str, port: int, end: float, call: Call) -> _Addresses:
    """The addresses of a name. The system's lookup knows no end, so it runs beside."""
    found: list[_Addresses] = []
    with contextlib.suppress(OSError):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    ended = threading.Event()

    def look_up() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        ended.set()

    threading.Thread(target=look_up, daemon=True, name="scim-connector-dns").start()
    while not ended.wait(min(0.05, max(0.0, end - time.monotonic()))):
        call.holds(None)
        if call.aborted or time.monotonic() >= end:
            break
    if not ended.is_set():
        raise Late
    if not found:
        raise Unconnected("dns", "unknown host")
    return found[0]


def _unreachable(error: OSError | None) -> Exception:
    if isinstance(error, TimeoutError):
        return Late()
    number = error.errno if error else None
    if number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        return Unconnected("refused", "no route")
    return Unconnected("refused", "connection refused")


def _insecure(error: BaseException) -> Unconnected:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unconnected("tls", f"the certificate is not trusted: {error.verify_message}")
    if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
        return Unconnected("tls", "the server refused the TLS handshake")
    return Unconnected("tls", "the TLS handshake failed")
