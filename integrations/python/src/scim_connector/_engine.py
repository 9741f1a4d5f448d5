"""The component: compiled once in a process, one instance at a time for each call. What it imports is provided here and nothing else, so
that it reaches no file, no socket and no variable but those that it is given. Knows nothing of SCIM."""

from __future__ import annotations

import ctypes
import hashlib
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

import wasmtime
from wasmtime import _ffi
from wasmtime.component import Component, Linker, ResourceHost, ResourceType

from . import _abi
from ._cache import cached
from ._call import Call, ctrl_c
from ._transport import Exchange, Failed, Outbound, Request

__all__ = ["Component", "Engine", "Instance", "Trapped", "component_bytes", "engine"]

_PACKAGE, _VERSION = "scim:connector", "0.2.0"
#: Most memory of an instance, in bytes.
MEMORY = 256 << 20
_POLLABLE = 1
_TICK = 1.0

#: A function that the component calls: takes the instance and its argument, where it has one.
_Import = Callable[["Instance", Any], bytes]
_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_CALLBACK = ctypes.CFUNCTYPE(_SIZE, _POINTER, _POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _SIZE)
_add_func = ctypes.CFUNCTYPE(_POINTER, _POINTER, ctypes.c_char_p, _SIZE, _CALLBACK, _POINTER, _POINTER)(
    ("wasmtime_component_linker_instance_add_func", _ffi.dll)
)
_new_error = ctypes.CFUNCTYPE(_POINTER, ctypes.c_char_p)(("wasmtime_error_new", _ffi.dll))


class Trapped(Exception):
    """The instance broke and is gone."""


#: The instance that runs in this thread, for the functions that it calls.
_running = threading.local()


def component_bytes() -> bytes:
    """The component of this package."""
    return (resources.files("scim_connector") / "core.wasm").read_bytes()


class Engine:
    """The compiled component."""

    def __init__(self, component: bytes) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = True
        self._engine = wasmtime.Engine(config)
        library = _ffi.filename.stat()
        parts = (str(_ffi.filename), library.st_size, library.st_mtime_ns, hashlib.sha256(component).hexdigest())
        key = hashlib.sha256(repr(parts).encode()).hexdigest()
        code = cached(f"{key[:32]}.cwasm", lambda: bytes(Component(self._engine, component).serialize()))
        try:
            self._component = Component.deserialize(self._engine, code)
        except wasmtime.WasmtimeError:
            # From another machine that shares the folder.
            self._component = Component(self._engine, component)
        self._linker = Linker(self._engine)
        self._kept: list[Any] = []
        self._provide()
        self._start_clock()
        if hasattr(os, "register_at_fork"):
            # A forked process has the memory, but not the threads.
            os.register_at_fork(after_in_child=self._start_clock)

    def _start_clock(self) -> None:
        threading.Thread(target=self._tick, daemon=True, name="scim-connector-clock").start()

    def _tick(self) -> None:
        while True:
            time.sleep(_TICK)
            self._engine.increment_epoch()

    def _provide(self) -> None:
        parts = f"{_PACKAGE}-parts/outbound@{_VERSION}"
        with self._linker.root() as root:
            provided: dict[str, dict[str, _Import]] = {
                parts: {"send": _send, "receive": _receive},
                "wasi:clocks/monotonic-clock@0.2.6": {"now": _now},
                "wasi:clocks/wall-clock@0.2.6": {"now": _wall_clock},
                "wasi:cli/environment@0.2.6": {"get-environment": _environment},
                "wasi:random/random@0.2.6": {"get-random-u64": _random},
            }
            for interface, functions in provided.items():
                with root.add_instance(interface) as instance:
                    for name, function in functions.items():
                        self._define(instance, name, function)
                    if interface.startswith("wasi:clocks/monotonic"):
                        instance.add_func("subscribe-duration", _subscribe)
            with root.add_instance("wasi:io/poll@0.2.6") as instance:
                instance.add_resource("pollable", ResourceType.host(_POLLABLE), _forget)
                instance.add_func("[method]pollable.block", _block)

    def _define(self, instance: Any, name: str, function: _Import) -> None:
        def run(_data: int, _context: int, _type: int, arguments: int, count: int, results: int, _results: int) -> int:
            try:
                _abi.put(function(_running.instance, _abi.lift(arguments) if count else None), results)
                return 0
            except BaseException as error:
                # Nothing may be raised through the component: it is raised when the call has ended.
                _running.instance.call.raised = error
                return int(_new_error(b"a function of the host failed"))

        callback = _CALLBACK(run)
        self._kept.append(callback)
        # It is kept as long as the engine, so nothing is to be done at its end.
        error = _add_func(ctypes.cast(instance.ptr(), _POINTER), name.encode(), len(name.encode()), callback, None, None)
        if error:
            raise RuntimeError(f"wasmtime does not take the function {name}")

    def instance(self, outbound: Outbound, environment: Mapping[str, str]) -> Instance:
        """A fresh instance."""
        return Instance(self._engine, self._linker, self._component, outbound, environment)


class Instance:
    """One instance, for one thread at a time and for one connection: it keeps its tokens."""

    def __init__(
        self, compiled: wasmtime.Engine, linker: Linker, component: Component, outbound: Outbound, environment: Mapping[str, str]
    ) -> None:
        self.outbound, self.environment = outbound, environment
        self.call = Call(None)
        self.exchange: Exchange | None = None
        #: When it was used last.
        self.used = time.monotonic()
        self._store = wasmtime.Store(compiled)
        self._store.set_limits(memory_size=MEMORY)
        self._store.set_epoch_deadline(math.ceil(60 / _TICK))
        self._context = ctypes.cast(self._store._context(), ctypes.c_void_p)
        self._functions: dict[str, Any] = {}
        before = getattr(_running, "instance", None)
        _running.instance = self
        try:
            self._instance = linker.instantiate(self._store, component)
        except wasmtime.WasmtimeError as error:
            raise Trapped(_last_line(error)) from None
        finally:
            _running.instance = before

    def run(self, path: str, arguments: list[bytes], call: Call, kept: bytes = b"") -> Any:
        """Calls `interface.function`. `kept` is a first argument that stays the caller's.

        Raises `Trapped` where the instance broke.
        """
        function = self._functions.get(path) or self._function(path)
        left = call.left
        self._store.set_epoch_deadline(math.ceil((600.0 if left is None else max(left, 0.0)) / _TICK) + 5)
        given = kept + b"".join(arguments)
        values = ctypes.create_string_buffer(given, len(given))
        where = ctypes.addressof(values)
        out = ctypes.create_string_buffer(_abi.VALUE_BYTES)
        before = getattr(_running, "instance", None)
        self.call, _running.instance = call, self
        guarded = ctrl_c.begin(call)
        try:
            error = _abi.call(ctypes.addressof(function), self._context, where, len(given) // _abi.VALUE_BYTES, ctypes.addressof(out), 1)
            if error:
                raised = wasmtime.WasmtimeError._from_ptr(ctypes.cast(error, ctypes.POINTER(_ffi.wasmtime_error_t)))
                raise Trapped(_last_line(raised))
            try:
                return _abi.lift(ctypes.addressof(out))
            finally:
                _abi.release(ctypes.addressof(out))
        finally:
            if guarded:
                ctrl_c.end()
            _running.instance = before
            self.used = time.monotonic()
            for index in range(len(kept) // _abi.VALUE_BYTES, len(given) // _abi.VALUE_BYTES):
                _abi.release(where + index * _abi.VALUE_BYTES)
            if self.exchange is not None:
                self.exchange.close()
                self.exchange = None

    def _function(self, path: str) -> Any:
        interface, name = path.split(".")
        face = self._instance.get_export_index(self._store, f"{_PACKAGE}/{interface}@{_VERSION}")
        index = face and self._instance.get_export_index(self._store, name, face)
        function = index and self._instance.get_func(self._store, index)
        if not function:
            raise LookupError(f"the component exports no {path}")
        self._functions[path] = function._func
        return function._func


def _last_line(error: wasmtime.WasmtimeError) -> str:
    """Why the runtime gave up; before it stand the functions of the component."""
    return next(reversed(str(error).strip().splitlines()), "no reason is known")


# What the component imports

_RESPONSE = _abi.Record("status", "headers", "body", "more")
_FAILURE = _abi.Record("reason", "maybe-sent", "detail")
_DATETIME = _abi.Record("seconds", "nanoseconds")


def _send(instance: Instance, request: Any) -> bytes:
    if instance.exchange is not None:
        instance.exchange.close()
    try:
        instance.exchange = instance.outbound.begin(Request.of(*request), instance.call)
        answer = instance.exchange.answer()
    except Failed as failure:
        return _failed(failure)
    except BaseException as error:
        return _broken(instance, error)
    headers = [_abi.pair(_abi.string(name), _abi.string(value)) for name, value in answer.headers]
    body = _abi.byte_list(answer.body)
    return _abi.result(True, _RESPONSE(_abi.u16(answer.status), _abi.listing(headers), body, _abi.boolean(answer.more)))


def _receive(instance: Instance, _: None) -> bytes:
    try:
        return _abi.result(True, _abi.byte_list(instance.exchange.receive() if instance.exchange else b""))
    except Failed as failure:
        return _failed(failure)
    except BaseException as error:
        return _broken(instance, error)


def _broken(instance: Instance, error: BaseException) -> bytes:
    """Somebody pressed Ctrl-C, or the fault is ours: the component ends the call in good order, then it is raised."""
    instance.call.raised = error
    instance.call.abort()
    return _failed(Failed("internal", instance.call.may_have_changed, "the exchange was broken off"))


def _failed(failure: Failed) -> bytes:
    reason, maybe_sent = _abi.enumeration(failure.reason), _abi.boolean(failure.maybe_sent)
    return _abi.result(False, _FAILURE(reason, maybe_sent, _abi.string(failure.detail)))


def _now(_instance: Instance, _: None) -> bytes:
    return _abi.u64(time.monotonic_ns())


def _wall_clock(_instance: Instance, _: None) -> bytes:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return _DATETIME(_abi.u64(seconds), _abi.u32(nanoseconds))


def _random(_instance: Instance, _: None) -> bytes:
    return _abi.u64(int.from_bytes(os.urandom(8), "little"))


def _environment(instance: Instance, _: None) -> bytes:
    return _abi.listing([_abi.pair(_abi.string(name), _abi.string(value)) for name, value in instance.environment.items()])


def _subscribe(store: Any, nanoseconds: int) -> Any:
    # Longer than it is milliseconds that a pollable knows; more than a month no call waits.
    return ResourceHost.own(min(nanoseconds // 1_000_000, 0xFFFF_FFFF), _POLLABLE).to_any(store)


def _block(store: Any, pollable: Any) -> None:
    instance: Instance = _running.instance
    try:
        instance.call.sleep(pollable.to_host(store).rep / 1000)
    except BaseException as error:
        instance.call.raised = error
        instance.call.abort()


def _forget(_store: Any, _pollable: int) -> None:
    """A pollable is its number; nothing is to be let go."""


_engines: dict[bytes | None, Engine] = {}
_making = threading.Lock()


def engine(component: bytes | None = None) -> Engine:
    """The engine of this process."""
    with _making:
        if component not in _engines:
            _engines[component] = Engine(component_bytes() if component is None else component)
        return _engines[component]
