"""One call: how long it may take, how it is given up, and whether it may have changed anything. Knows neither HTTP nor the component."""

from __future__ import annotations

# Its public form takes five times as long, since it makes enums of everything.
import _signal  # type: ignore[import-not-found]
import contextlib
import socket
import threading
import time
from types import FrameType

__all__ = ["Aborted", "Call", "ctrl_c"]


class Aborted(Exception):
    """The call was given up by its caller."""


class Call:
    """What belongs to one call. All but `abort` is for the thread that makes it."""

    def __init__(self, seconds: float | None, is_shorter: bool = False) -> None:
        #: Whether its time is not simply that of its connection.
        self.is_shorter = is_shorter
        self.end = None if seconds is None else time.monotonic() + seconds
        #: A request that changes something may have reached the provider.
        self.may_have_changed = False
        #: What was raised where nothing may be raised: in a function that the component calls.
        self.raised: BaseException | None = None
        self._given_up = False
        self._woken: threading.Event | None = None
        # One that its own thread may take again: Ctrl-C gives a call up from wherever its thread is.
        self._lock = threading.RLock()
        self._socket: socket.socket | None = None

    @property
    def aborted(self) -> bool:
        """Whether it was given up."""
        return self._given_up

    @property
    def left(self) -> float | None:
        """Seconds until its end, none where it has none."""
        return None if self.end is None else self.end - time.monotonic()

    def abort(self) -> None:
        """Gives the call up, from any thread: what it waits for ends at once, and no other request is sent."""
        with self._lock:
            self._given_up = True
            if self._woken is not None:
                self._woken.set()
            if self._socket is not None:
                # That of the plain socket: one with TLS forgets its session, under the hands of the thread that reads.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def holds(self, connected: socket.socket | None) -> None:
        """This socket is what the call waits for."""
        with self._lock:
            # First, so that who gives the call up now finds it.
            self._socket = connected
            if self._given_up and connected is not None:
                raise Aborted

    def sleep(self, seconds: float) -> None:
        """Waits; no longer than the call lives."""
        woken = self._woken = threading.Event()
        if not self._given_up:
            woken.wait(seconds)

    def acquire(self, lock: threading.Lock | threading.Semaphore) -> bool:
        """Waits for a lock; false where the call's time ended first."""
        while not lock.acquire(timeout=self._patience()):
            if self.aborted:
                raise Aborted
            if self.end is not None and time.monotonic() >= self.end:
                return False
        return True

    def _patience(self) -> float:
        # A lock cannot be woken by `abort`, so it is asked again and again.
        longest = 0.05
        return longest if self.end is None else max(0.0, min(longest, self.end - time.monotonic()))


class _CtrlC:
    """What Ctrl-C does while the component runs in the main thread: it gives the call up, and KeyboardInterrupt is raised when that has
    ended in good order. An exception at the wrong moment would end in the runtime, which forgets it."""

    def begin(self, call: Call) -> bool:
        """Takes Ctrl-C over, where nobody else has."""
        if threading.get_ident() != threading.main_thread().ident or _signal.getsignal(_signal.SIGINT) is not _signal.default_int_handler:
            return False

        def give_up(_number: int, _frame: FrameType | None) -> None:
            call.raised = KeyboardInterrupt()
            call.abort()

        _signal.signal(_signal.SIGINT, give_up)
        return True

    def end(self) -> None:
        """Gives it back."""
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


ctrl_c = _CtrlC()
