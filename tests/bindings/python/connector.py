"""The component as a Python program meets it: compiled once, one instance for each connection. It knows nothing of SCIM."""

import wasmtime
from wasmtime import component as wasm
from wasmtime.component import Variant

__all__ = ["CallFailed", "Component", "Instance", "Variant", "record"]

PACKAGE = "scim:connector"
VERSION = "0.2.0"


class _Record(wasm.Record):
    """A WIT record to pass in; a field that was not set reads as None, which is an option left out."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None


def record(**fields):
    """A WIT record: wasmtime reads its fields by their WIT names, which hold hyphens."""
    made = _Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def plain(value):
    """A WIT value as dicts and lists: records by field name, variants as tag and val."""
    if isinstance(value, wasm.Record):
        return {name: plain(field) for name, field in vars(value).items()}
    if isinstance(value, Variant):
        return {"tag": value.tag, "val": plain(value.payload)}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


#: The cases of the contract's `error`. They tell a failure from a result that is a variant too: where the good side of a `result` is a
#: record, wasmtime gives what is inside, bare; where both sides are variants, it says which side it is.
ERRORS = {"execution-failed", "permanent-failure", "transient-failure"}


class CallFailed(Exception):
    """A call that came back with the WIT error."""

    def __init__(self, name, error):
        self.tag, self.failure = error["tag"], error["val"]
        super().__init__(f"{name}: {self.tag}: {self.failure and self.failure['detail']}")


class Component:
    """The compiled component and what it imports."""

    def __init__(self, path):
        self._engine = wasmtime.Engine()
        self._component = wasm.Component.from_file(self._engine, path)
        self._linker = wasm.Linker(self._engine)
        self._linker.add_wasip2()
        self._linker.add_wasi_http()

    def instance(self):
        """A fresh instance with this process's environment; it serves one connection."""
        store = wasmtime.Store(self._engine)
        wasi = wasmtime.WasiConfig()
        wasi.inherit_env()
        store.set_wasi(wasi)
        # Without this, the first request ends the process.
        store.set_wasi_http()
        return Instance(store, self._linker.instantiate(store, self._component))


class Instance:
    """One instance of the component."""

    def __init__(self, store, instance):
        self._store, self._instance = store, instance

    def call(self, path, *args):
        """Call `interface.function`, for example `users.create-user`."""
        interface, name = path.split(".")
        face = self._instance.get_export_index(self._store, f"{PACKAGE}/{interface}@{VERSION}")
        index = face and self._instance.get_export_index(self._store, name, face)
        function = index and self._instance.get_func(self._store, index)
        if not function:
            raise LookupError(f"the component exports no {path}")
        value = function(self._store, *args)
        function.post_return(self._store)
        if isinstance(value, Variant) and value.tag in ("ok", "err"):
            value = value.payload
        if isinstance(value, Variant) and value.tag in ERRORS:
            raise CallFailed(path, plain(value))
        return plain(value)
