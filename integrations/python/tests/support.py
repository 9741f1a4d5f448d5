"""Servers for the tests, on loopback: one that answers as a test says, byte by byte if need be, and a proxy. And certificates."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = "token-of-the-tests-7f3a"
Piece = bytes | float
Script = Callable[["Request"], bytes | Iterable[Piece]]


@dataclass
class Request:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    #: How many came before it, on all connections.
    number: int = 0

    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


def answer(status: int, value: Any = None, *, headers: dict[str, str] | None = None, body: bytes | None = None) -> bytes:
    """A plain answer."""
    data = body if body is not None else (b"" if value is None else json.dumps(value).encode())
    named = {"Content-Type": "application/scim+json", "Content-Length": str(len(data)), **(headers or {})}
    lines = "".join(f"{name}: {text}\r\n" for name, text in named.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data


def says(*pieces: Piece) -> Script:
    """A script that answers everything in the same way."""
    return lambda _: pieces


def user(identifier: str = "1", user_name: str = "ada", **members: Any) -> dict[str, Any]:
    """A user as a provider shows it."""
    return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": identifier, "userName": user_name, **members}


def page(resources: list[Any], total: int | None = None, start: int = 1) -> dict[str, Any]:
    """A page of a listing."""
    schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
    total = len(resources) if total is None else total
    return {"schemas": [schema], "totalResults": total, "startIndex": start, "itemsPerPage": len(resources), "Resources": resources}


@dataclass
class Server:
    """A server that answers by a script: bytes, or pieces with pauses in seconds between; no bytes at all end the connection."""

    script: Script
    context: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Server:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for wire in [self._listening, *self._open]:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()

    @property
    def url(self) -> str:
        """Where the service is."""
        return f"http{'s' if self.context else ''}://localhost:{self.port}/scim"

    def connection(self, **members: Any) -> dict[str, Any]:
        """A connection to it."""
        return {"serviceUrl": self.url, "auth": {"type": "bearer", "token": TOKEN}, "retry": {"maxAttempts": 1}, **members}

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                wire, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(wire)
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        # What is no HTTP, or comes too late, is the test's affair.
        with contextlib.suppress(OSError, ValueError):
            wire = self.context.wrap_socket(plain, server_side=True) if self.context else plain
            self._open.append(wire)
            with wire, wire.makefile("rb") as stream:
                while (request := _read(stream)) is not None:
                    request.number = len(self.requests)
                    self.requests.append(request)
                    pieces = self.script(request)
                    for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                        if isinstance(piece, float):
                            self._ended.wait(piece)
                        elif piece:
                            wire.sendall(piece)
                        else:
                            return


def _read(stream: Any) -> Request | None:
    line = stream.readline().decode()
    if not line:
        return None
    method, target, _ = line.split(" ")
    headers = {}
    while line := stream.readline().decode().rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, target, headers, stream.read(int(headers.get("content-length", "0"))))


@contextlib.contextmanager
def proxy(credentials: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """A proxy that opens tunnels and forwards; its URL, and the first lines of what it was asked."""
    asked: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(wire: socket.socket) -> None:
        with contextlib.suppress(OSError), wire:
            head = b""
            while b"\r\n\r\n" not in head:
                head += wire.recv(4096)
            first, *lines = head.split(b"\r\n\r\n")[0].decode().split("\r\n")
            asked.append(first)
            if credentials and f"proxy-authorization: {credentials}".lower() not in [line.lower() for line in lines]:
                wire.sendall(b"HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n")
                return
            method, target, _ = first.split(" ")
            if method == "CONNECT":
                host, port = target.rsplit(":", 1)
                onward = socket.create_connection((host, int(port)))
                wire.sendall(b"HTTP/1.1 200 X\r\n\r\n")
            else:
                host, port = target.split("/")[2].rsplit(":", 1)
                onward = socket.create_connection((host, int(port)))
                onward.sendall(head.replace(target.encode(), b"/" + target.split("/", 3)[3].encode(), 1))
            back = threading.Thread(target=_pump, args=(onward, wire), daemon=True)
            back.start()
            _pump(wire, onward)
            back.join()
            onward.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@dataclass
class Certificates:
    """A private authority, and a server's certificate of it."""

    folder: Path

    @property
    def authority(self) -> str:
        """The authority's own certificate."""
        return str(self.folder / "ca.pem")

    def server(self) -> ssl.SSLContext:
        """What a server needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context


@contextlib.contextmanager
def certificates() -> Iterator[Certificates]:
    """Made by openssl, for a day."""
    folder = Path(tempfile.mkdtemp())

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    try:
        new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
        openssl(
            *new,
            "-x509",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=authority of the tests",
            "-addext",
            "keyUsage=critical,keyCertSign",
        )
        openssl(*new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
        sign = ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"]
        openssl(*sign, "-extfile", "names", "-out", "server.pem")
        yield Certificates(folder)
    finally:
        shutil.rmtree(folder)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
