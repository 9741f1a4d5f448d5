"""Compiled code on disk: in a folder, and in files, that nobody else may write, since what is read from there is run. Knows nothing of what
the bytes mean."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["cached", "folder"]

_LOG = logging.getLogger("scim_connector")
_MARK = b"scimpy01"


def folder() -> Path | None:
    """Where compiled code is kept; none where SCIM_CONNECTOR_CACHE is empty."""
    chosen = os.environ.get("SCIM_CONNECTOR_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # A home that is not known leaves a path that begins nowhere.
    return Path(base) / "scim-connector" / "python" if base and os.path.isabs(base) else None


def cached(name: str, make: Callable[[], bytes]) -> bytes:
    """What was made under this name; made anew where it is not there or cannot be trusted."""
    place = folder()
    if place is None:
        return make()
    path = place / name
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_owner(os.lstat(place), "folder", stat.S_ISDIR)
    except OSError as error:
        _LOG.info("compiled code is not kept: %s", error)
        return make()
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        _LOG.warning("compiled code that was kept is not used: %s", error)
    code = make()
    try:
        _write(place, path, code)
    except OSError as error:
        _LOG.info("compiled code is not kept: %s", error)
    return code


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        _check_owner(os.fstat(file.fileno()), "file", stat.S_ISREG)
        data = file.read()
    head = len(_MARK) + hashlib.sha256().digest_size
    code = data[head:]
    if data[:head] != _MARK + hashlib.sha256(code).digest():
        raise OSError("the file is damaged")
    return code


def _write(place: Path, path: Path, code: bytes) -> None:
    # Written beside its place and moved there, so that no reader sees half of it.
    handle, draft = tempfile.mkstemp(dir=place, suffix=".tmp")
    try:
        with open(handle, "wb") as file:
            file.write(_MARK + hashlib.sha256(code).digest() + code)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _check_owner(status: os.stat_result, what: str, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(status.st_mode):
        raise OSError(f"the {what} is something else")
    if sys.platform == "win32":
        return
    if status.st_uid != os.geteuid():
        raise OSError(f"the {what} belongs to another user")
    if status.st_mode & 0o022:
        raise OSError(f"the {what} may be written by others")
