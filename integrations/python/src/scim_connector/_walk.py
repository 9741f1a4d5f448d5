"""Listings that are followed to their end. Which resources are new, where to go on and whether everything came, the component decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import _abi
from .errors import IncompleteListingError, InvalidInputError

if TYPE_CHECKING:
    from ._call import Call
    from ._core import Core

__all__ = ["Walk"]

_KEY = 16
_STATE = _abi.Record("progress", "seen")
_PAGE = _abi.Record("ids", "left-out", "total-results", "next", "complete", "page", "start-index", "cursor")


class Walk:
    """A walk over pages, for one thread at a time."""

    def __init__(self, operation: str, given: dict[str, Any]) -> None:
        if given.get("count") == 0:
            raise InvalidInputError("a listing with a count of 0 lists nobody: leave count out", operation=operation, pointer="/count")
        self._operation, self._input = operation, dict(given)
        self._progress = ""
        self._seen = _Keys()
        self._announced: int | None = None
        self._complete = False
        #: Whether the last page was given.
        self.ended = False
        #: Resources given so far.
        self.listed = 0
        #: Identifiers of resources that came and were left out, since they do not match the filter.
        self.left_out: list[str] = []

    def page(self, core: Core, call: Call) -> list[dict[str, Any]]:
        """The next page's resources that no page before it had. After an error, the same page is asked for once more.

        Raises `IncompleteListingError` where the page before was the last and not everything came.
        """
        if self.ended:
            self._check()
            return []
        outcome = core.invoke(self._operation, self._input, call)
        page = outcome.output
        if not isinstance(page, dict) or not isinstance(resources := page.get("Resources"), list):
            raise InvalidInputError(f"{self._operation} is no listing", operation=self._operation)
        ids = [_identity(resource, self._operation == "search") for resource in resources]
        left_out = [one for one in page.get("leftOut") or () if isinstance(one, str)]
        new, added, self._progress, following, self._complete = self._judge(core, ids, left_out, page, outcome.next)
        added = bytes(added)
        for key in _keys(added):
            self._seen.add(key)
        self.left_out += left_out
        if isinstance(total := page.get("totalResults"), int):
            self._announced = max(total, self._announced or 0)
        if following is None:
            self.ended = True
        else:
            # The token stands for the position.
            self._input.pop("startIndex", None)
            self._input.pop("cursor", None)
            self._input["page"] = following
        fresh = [resources[index] for index in new]
        self.listed += len(fresh)
        return fresh

    def _check(self) -> None:
        if self._complete:
            return
        came = self.listed + len(self.left_out)
        announced = "" if self._announced is None else f", {self._announced} are announced"
        raise IncompleteListingError(
            f"{came} resources came{announced}: the provider stopped short, repeated itself or gave more; do not take what is missing for deleted",
            listed=self.listed,
            announced=self._announced,
            operation=self._operation,
        )

    def _judge(
        self, core: Core, ids: list[str], left_out: list[str], page: dict[str, Any], following: str | None
    ) -> tuple[list[int], bytes, str, str | None, bool]:
        call = core.new_call(None)
        keys = bytes(core.run("runtime.page-keys", lambda: [_texts(ids + left_out)], call, self._operation))
        # Those of this page alone: a walk may be long.
        among = {key for key in _keys(keys) if self._seen.has(key)}

        def given() -> list[bytes]:
            state = _STATE(_abi.string(self._progress), _abi.byte_list(b"".join(among)))
            walked = _PAGE(
                _texts(ids),
                _texts(left_out),
                _number(page.get("totalResults")),
                _text(following),
                _abi.boolean(page.get("complete") is True),
                _text(self._input.get("page")),
                _number(self._input.get("startIndex")),
                _text(self._input.get("cursor")),
            )
            return [state, walked]

        verdict: tuple[list[int], bytes, str, str | None, bool] = core.run("runtime.page-verdict", given, call, self._operation)
        return verdict


class _Keys:
    """Keys in little more than their own space: a set takes six times as much, and a listing may be of a million."""

    def __init__(self) -> None:
        self._by_beginning: dict[bytes, bytes] = {}

    def add(self, key: bytes) -> None:
        """Keeps it."""
        beginning = key[:2]
        self._by_beginning[beginning] = self._by_beginning.get(beginning, b"") + key[2:]

    def has(self, key: bytes) -> bool:
        """Whether it was added."""
        kept, rest = self._by_beginning.get(key[:2], b""), key[2:]
        at = kept.find(rest)
        while at > 0 and at % len(rest):
            # Part of one key and part of the next.
            at = kept.find(rest, at + 1)
        return at >= 0


def _keys(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _KEY] for at in range(0, len(data), _KEY))


def _texts(texts: list[str]) -> bytes:
    return _abi.listing([_abi.string(text.encode(errors="backslashreplace")) for text in texts])


def _text(text: Any) -> bytes:
    return _abi.some(_abi.string(text)) if isinstance(text, str) else _abi.none()


def _number(number: Any) -> bytes:
    return _abi.some(_abi.u64(number)) if isinstance(number, int) and 0 <= number < 1 << 64 else _abi.none()


def _identity(resource: Any, mixed: bool) -> str:
    """What tells a resource from others, as the contract has it; `mixed` where there are several types."""
    if isinstance(resource, dict):
        found = resource.get("id")
        if isinstance(found, (str, int)) and not isinstance(found, bool) and found != "":
            meta = resource.get("meta")
            kind = meta.get("resourceType") if mixed and isinstance(meta, dict) else None
            return f"{kind}/{found}" if isinstance(kind, str) else str(found)
    return json.dumps(resource, sort_keys=True, separators=(",", ":"))
