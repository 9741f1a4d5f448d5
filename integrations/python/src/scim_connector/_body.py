"""The body of an answer, piece by piece: where it ends (RFC 9112 section 6), and what it is decoded (RFC 9110 section 8.4). What grows
beyond its limit is given up and never held."""

from __future__ import annotations

import re
import time
import zlib
from dataclasses import dataclass

from ._http1 import LARGEST_HEAD, Broken, Connection, Head, Late, Malformed, TooLarge

__all__ = ["Body", "Patience"]

_READ = 64 << 10
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
_LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass
class Patience:
    """How long is waited: for the next bytes, in seconds, and until when for all."""

    between: float
    end: float

    def until(self) -> float:
        """When a wait that begins now ends."""
        now = time.monotonic()
        if now >= self.end:
            # An answer that never ends has always something to read.
            raise Late
        return min(self.end, now + self.between)


class _Framed:
    """The body as it comes."""

    def __init__(self, connection: Connection, head: Head) -> None:
        self._connection = connection
        #: Whether the connection can be used again when the body has been read.
        self.persistent = _persists(head)
        #: Bytes until the body, or its chunk, ends; none where the connection's end is its end.
        self._left: int | None = None
        self._chunked = False
        length, coding = head.get("content-length"), head.get("transfer-encoding")
        if head.status in (204, 304):
            self._left = 0
        elif coding is not None:
            if coding.strip().lower() != "chunked":
                raise Malformed
            # With a length besides, somebody on the way may have understood it in another way.
            self.persistent = self.persistent and length is None
            self._chunked, self._left = True, 0
        elif length is not None:
            first, *others = (one.strip() for one in length.split(","))
            if any(one != first for one in others) or not _LENGTH.fullmatch(first):
                raise Malformed
            self._left = int(first)
        else:
            self.persistent = False
        self.over = self._left == 0 and not self._chunked

    def read(self, most: int, patience: Patience) -> bytes:
        """The next bytes; none at the end."""
        if not self.over and self._chunked and self._left == 0:
            self._begin_chunk(patience)
        if self.over:
            return b""
        most = most if self._left is None else min(most, self._left)
        while not (data := self._connection.take(most)):
            if not self._connection.read(patience.until()):
                if self._left is not None:
                    raise Broken
                self.over = True
                return b""
        if self._left is not None:
            self._left -= len(data)
            if self._left == 0 and self._chunked and self._connection.line(patience.until()):
                raise Malformed
            self.over = self._left == 0 and not self._chunked
        return data

    def _begin_chunk(self, patience: Patience) -> None:
        size = _SIZE.fullmatch(self._connection.line(patience.until()))
        if size is None:
            raise Malformed
        self._left = int(size[1], 16)
        if self._left == 0:
            trailers = 0
            while line := self._connection.line(patience.until()):
                trailers += len(line)
                if trailers > LARGEST_HEAD:
                    raise Malformed
            self.over = True


def _persists(head: Head) -> bool:
    said = head.get("connection")
    if said is None:
        return head.modern
    tokens = {token.strip().lower() for token in said.split(",")}
    return "close" not in tokens and (head.modern or "keep-alive" in tokens)


class Body:
    """The body as it is meant."""

    def __init__(self, connection: Connection, head: Head, largest: int) -> None:
        self._framed = _Framed(connection, head)
        self._inflate = _decoder(head.get("content-encoding"))
        self._largest = largest
        self._came = self._gave = 0
        #: Whether it has been read to its end.
        self.over = self._framed.over

    @property
    def received(self) -> int:
        """Bytes that came so far."""
        return self._came

    @property
    def is_coded(self) -> bool:
        """Whether it is not given as it came."""
        return self._inflate is not None

    @property
    def leaves_connection(self) -> bool:
        """Whether the connection can be used again."""
        return self._framed.over and self._framed.persistent

    def piece(self, most: int, patience: Patience) -> bytes:
        """What comes until the piece is full or the body ends."""
        pieces, size = [], 0
        while not self.over and size < most:
            data = self._next(most - size, patience)
            self._gave += len(data)
            if max(self._came, self._gave) > self._largest:
                raise TooLarge
            pieces.append(data)
            size += len(data)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _next(self, most: int, patience: Patience) -> bytes:
        if self._inflate is None:
            data = self._came_now(most, patience)
            self.over = self._framed.over
            return data
        held = self._inflate.unconsumed_tail
        coded = held or self._came_now(_READ, patience)
        try:
            # What stands after the end of the code is no part of the body.
            data = b"" if self._inflate.eof else self._inflate.decompress(coded, most)
        except zlib.error as error:
            raise Malformed from error
        self.over = self._framed.over and not self._inflate.unconsumed_tail and (self._inflate.eof or len(data) < most)
        if self.over and self._came and not self._inflate.eof:
            # Cut short; no bytes at all are an empty body, whatever its coding.
            raise Malformed
        return data

    def _came_now(self, most: int, patience: Patience) -> bytes:
        data = self._framed.read(most, patience)
        self._came += len(data)
        return data


def _decoder(coding: str | None) -> zlib._Decompress | None:
    if coding is None:
        return None
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if coding == "deflate":
        return zlib.decompressobj()
    raise Malformed
