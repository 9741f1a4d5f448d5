"""HTTP/1.1 on a connection that stands (RFC 9112): writes a request, reads the head of its answer. Each wait has an end. Knows neither how
connections are made nor what requests mean; the answer's body is read by `_body`."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import ssl
import time

__all__ = ["Broken", "Connection", "Head", "Late", "Malformed", "TooLarge"]

#: Largest head of an answer, and largest line within a body in chunks, in bytes.
LARGEST_HEAD = 64 << 10
LARGEST_LINE = 4 << 10
#: Most answers without content before the one that counts (RFC 9110 section 15.2).
MOST_INTERIM = 16
_READ = 64 << 10

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [^\r\n]*)?")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_KEPT_FOR = re.compile(r"timeout=([0-9]{1,6})")


class Broken(Exception):
    """The connection ended before the answer did."""


class Late(Exception):
    """Nothing came in time."""


class Malformed(Exception):
    """What came is not HTTP."""


class TooLarge(Exception):
    """More came than was allowed."""


class Head:
    """The head of an answer."""

    __slots__ = ("_named", "headers", "modern", "status")

    def __init__(self, status: int, headers: list[tuple[str, str]], modern: bool) -> None:
        self.status = status
        #: In order; names in small letters.
        self.headers = headers
        #: Whether it is HTTP/1.1, so that the connection stays unless it is said to end.
        self.modern = modern
        self._named: dict[str, str] = {}
        for name, value in headers:
            # Those of the same name together (RFC 9110 section 5.3).
            self._named[name] = f"{self._named[name]},{value}" if name in self._named else value

    def get(self, name: str) -> str | None:
        """A header, where it is there."""
        return self._named.get(name)


class Connection:
    """A connection to a server, or to a proxy; used for one exchange at a time."""

    #: How long a connection is kept that does nothing, in seconds, where the server does not say.
    KEPT_FOR = 30.0

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self._buffer = bytearray()
        self._good_until = 0.0
        self._patience = -1.0
        self._last_head: Head | None = None

    def close(self) -> None:
        """Ends it."""
        with contextlib.suppress(OSError):
            self.wire.close()

    def forget(self) -> None:
        """Lets it go, for this process alone."""
        with contextlib.suppress(OSError):
            os.close(self.wire.detach())

    def is_usable(self) -> bool:
        """Whether another request may be tried: nothing has come unasked, the end least of all."""
        if self._buffer or time.monotonic() >= self._good_until:
            return False
        poll = select.poll() if hasattr(select, "poll") else None
        try:
            if poll is None:
                return not select.select([self.wire], [], [], 0)[0]
            poll.register(self.wire, select.POLLIN)
            return not poll.poll(0)
        except (OSError, ValueError):
            return False

    def write(self, data: bytes, end: float) -> None:
        """Writes a request."""
        self._wait_until(end)
        self.wire.sendall(data)

    def read(self, end: float) -> bool:
        """Reads what is there, after a wait for some; false at the end."""
        self._wait_until(end)
        try:
            data = self.wire.recv(_READ)
        except (TimeoutError, ssl.SSLWantReadError) as error:
            raise Late from error
        except ssl.SSLEOFError:
            # Without a word of farewell: whether something is missing, the answer's own framing tells.
            return False
        self._buffer += data
        return bool(data)

    def _wait_until(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0:
            raise Late
        # Setting it is a call to the system; a hundredth more or less is none the wiser.
        if not 0.9 * left <= self._patience <= 1.01 * left:
            self.wire.settimeout(left)
            self._patience = left

    def head(self, end: float) -> Head:
        """The head of the answer that counts."""
        for _ in range(MOST_INTERIM):
            head = self._head(end)
            if head.status == 101:
                # Nobody asked for another protocol, so no answer can follow (RFC 9110 section 15.2.2).
                raise Malformed
            if head.status >= 200:
                self._last_head = head
                return head
        raise Malformed

    def _head(self, end: float) -> Head:
        searched = 0
        while not (found := _END_OF_HEAD.search(self._buffer, max(0, searched - 3))):
            searched = len(self._buffer)
            if searched > LARGEST_HEAD:
                raise Malformed
            if not self.read(end):
                raise Malformed if self._buffer else Broken
        if found.start() > LARGEST_HEAD:
            raise Malformed
        first, *lines = re.split(rb"\r?\n", bytes(self._buffer[: found.start()]))
        del self._buffer[: found.end()]
        status = _STATUS.fullmatch(first)
        if status is None:
            raise Malformed
        headers = []
        for line in lines:
            header = _HEADER.fullmatch(line)
            if header is None:
                raise Malformed
            headers.append((header[1].decode().lower(), header[2].decode(errors="replace")))
        return Head(int(status[2]), headers, status[1] == b"1")

    def take(self, most: int) -> bytes:
        """What has been read, up to so many bytes."""
        data = bytes(self._buffer[:most])
        del self._buffer[:most]
        return data

    def line(self, end: float) -> bytes:
        """A line, without its end."""
        while (at := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LARGEST_LINE:
                raise Malformed
            if not self.read(end):
                raise Broken
        line = self.take(at + 1)
        if len(line) > LARGEST_LINE:
            raise Malformed
        return line.rstrip(b"\r\n")

    def rests(self) -> None:
        """It does nothing from now on; the server may say for how long it keeps it."""
        told = _KEPT_FOR.search(self._last_head and self._last_head.get("keep-alive") or "")
        kept = min(self.KEPT_FOR, max(0.0, float(told[1]) - 1)) if told else self.KEPT_FOR
        self._good_until = time.monotonic() + kept
