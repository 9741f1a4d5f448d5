"""Equal ensures wait for each other: two that look at the same time find nobody both, and both create. They wait within this process and at
one service; between processes nothing waits."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ._call import Call

__all__ = ["turn"]


@dataclass
class _Lock:
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Those who hold it or wait for it.
    users: int = 0


_locks: dict[tuple[str, str], _Lock] = {}
_guard = threading.Lock()


def _after_fork() -> None:
    global _guard
    # Whoever held them is not here.
    _guard = threading.Lock()
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextlib.contextmanager
def turn(service: str, keys: Iterable[str], call: Call) -> Iterator[bool]:
    """Waits for those with a key in common; false where the call's time ended first."""
    with contextlib.ExitStack() as held:
        # Everybody takes them in the same order, so that no two wait for each other.
        yield all(held.enter_context(_holding((service, key), call)) for key in sorted(set(keys)))


@contextlib.contextmanager
def _holding(key: tuple[str, str], call: Call) -> Iterator[bool]:
    with _guard:
        entry = _locks.setdefault(key, _Lock())
        entry.users += 1
    taken = False
    try:
        taken = call.acquire(entry.lock)
        yield taken
    finally:
        if taken:
            entry.lock.release()
        with _guard:
            entry.users -= 1
            if not entry.users:
                _locks.pop(key, None)
