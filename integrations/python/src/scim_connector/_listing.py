"""Listings as iterators: every resource once, and at the end an exception where not everything came."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, TypeVar

from ._walk import Walk

__all__ = ["AsyncListing", "Listing"]

T = TypeVar("T")


class _Listing(Generic[T]):
    def __init__(self, walk: Walk, read: Callable[[Any], T]) -> None:
        self._walk, self._read = walk, read
        self._waiting: deque[Any] = deque()
        self._done = False

    @property
    def left_out(self) -> list[str]:
        """Identifiers of resources that came and were left out, since they do not match the filter."""
        return self._walk.left_out


class Listing(_Listing[T], Iterator[T]):
    """Every resource once, read page by page. `IncompleteListingError` at the end where not everything came: what is missing then was not
    deleted. After another exception, iterating goes on with the same page."""

    def __init__(self, walk: Walk, read: Callable[[Any], T], page: Callable[[], list[Any]]) -> None:
        super().__init__(walk, read)
        self._page = page

    def __iter__(self) -> Listing[T]:
        return self

    def __next__(self) -> T:
        while not self._waiting:
            if self._done:
                raise StopIteration
            last = self._walk.ended
            self._waiting.extend(self._page())
            self._done = last
        return self._read(self._waiting.popleft())


class AsyncListing(_Listing[T], AsyncIterator[T]):
    """As `Listing`, for `async for`."""

    def __init__(self, walk: Walk, read: Callable[[Any], T], page: Callable[[], Awaitable[list[Any]]]) -> None:
        super().__init__(walk, read)
        self._page = page

    def __aiter__(self) -> AsyncListing[T]:
        return self

    async def __anext__(self) -> T:
        while not self._waiting:
            if self._done:
                raise StopAsyncIteration
            last = self._walk.ended
            self._waiting.extend(await self._page())
            self._done = last
        return self._read(self._waiting.popleft())
