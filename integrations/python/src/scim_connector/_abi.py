"""Values that cross the border between Python and the component. Knows how wasmtime's C interface lays them out, and nothing of what
they mean.

wasmtime's own conversion asks for the type of every value and takes bytes one by one: a body of 256 KiB takes it a fifth of a second. Here a
value is read by what it says of itself, and bytes are taken as a whole. The layout is checked when this module is loaded.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from struct import Struct
from typing import Any

from wasmtime import _ffi

__all__ = [
    "VALUE_BYTES",
    "Record",
    "boolean",
    "byte_list",
    "call",
    "enumeration",
    "free",
    "lift",
    "listing",
    "none",
    "pair",
    "put",
    "release",
]
__all__ += ["result", "some", "string", "u16", "u32", "u64"]

BOOL, U8, U16, U32, U64 = 0, 2, 4, 6, 8
STRING, LIST, RECORD, TUPLE, VARIANT, ENUM, OPTION, RESULT = 12, 13, 14, 15, 16, 17, 18, 19

_MASKS = {BOOL: 0xFF, U8: 0xFF, U16: 0xFFFF, U32: 0xFFFF_FFFF, U64: 0xFFFF_FFFF_FFFF_FFFF}

#: A value: its kind, then up to three words, of which the kind says what they are.
_VALUE = Struct("<B7xQQQ")
#: A field of a record: the length of its name and where it is, then its value.
_FIELD = Struct("<QQB7xQQQ")
_WORDS = Struct("<QQ")

VALUE_BYTES = _VALUE.size
_pack, _unpack = _VALUE.pack, _VALUE.unpack
_at = ctypes.string_at
_Out = ctypes.c_uint64 * 2
_ADDRESS = ctypes.c_void_p


def _check_layout() -> None:
    value, entry = _ffi.wasmtime_component_val, _ffi.wasmtime_component_valrecord_entry
    kinds = {"BOOL": BOOL, "U8": U8, "U16": U16, "U32": U32, "U64": U64, "STRING": STRING, "LIST": LIST, "RECORD": RECORD}
    kinds |= {"TUPLE": TUPLE, "VARIANT": VARIANT, "ENUM": ENUM, "OPTION": OPTION, "RESULT": RESULT}
    layout = (ctypes.sizeof(value), value.of.offset, ctypes.sizeof(entry), entry.val.offset, ctypes.sizeof(_ffi.wasm_byte_vec_t))
    same = all(getattr(_ffi, f"WASMTIME_COMPONENT_{name}").value == kind for name, kind in kinds.items())
    if not same or layout != (_VALUE.size, 8, _FIELD.size, 16, _WORDS.size) or sys.byteorder != "little":
        raise ImportError("this version of wasmtime lays values out in another way: install one that scim-connector-client names")


_check_layout()


def _short(name: str, result: Any, *arguments: Any) -> Any:
    """A function that ends at once, so that the interpreter's lock is kept."""
    return ctypes.PYFUNCTYPE(result, *arguments)((name, _ffi.dll))


_new_bytes = _short("wasm_byte_vec_new", None, _ADDRESS, ctypes.c_size_t, ctypes.c_char_p)
_new_list = _short("wasmtime_component_vallist_new", None, _ADDRESS, ctypes.c_size_t, _ADDRESS)
_new_tuple = _short("wasmtime_component_valtuple_new", None, _ADDRESS, ctypes.c_size_t, _ADDRESS)
_new_record = _short("wasmtime_component_valrecord_new", None, _ADDRESS, ctypes.c_size_t, _ADDRESS)
_new_value = _short("wasmtime_component_val_new", _ADDRESS, _ADDRESS)
release = _short("wasmtime_component_val_delete", None, _ADDRESS)

#: Runs a function of the component; the interpreter's lock is let go.
call = ctypes.CFUNCTYPE(_ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, ctypes.c_size_t, _ADDRESS, ctypes.c_size_t)(
    ("wasmtime_component_func_call", _ffi.dll)
)


# Reading


def lift(address: int) -> Any:
    """The value at an address: of a record the values of its fields, in their order; variants as pairs of tag and value, results as pairs of
    whether it is good and value, lists of bytes as bytes (an empty one as an empty list)."""
    return _lift(*_unpack(_at(address, VALUE_BYTES)))


def _lift(kind: int, a: int, b: int, c: int) -> Any:
    if kind == STRING or kind == ENUM:
        return _at(b, a).decode()
    if kind == TUPLE or kind == LIST:
        raw = _at(b, a * VALUE_BYTES)
        if kind == TUPLE:
            return tuple([_lift(kind, a, b, c) for kind, a, b, c in _VALUE.iter_unpack(raw)])
        if raw and raw[0] == U8:
            return raw[8::VALUE_BYTES]
        return [_lift(kind, a, b, c) for kind, a, b, c in _VALUE.iter_unpack(raw)]
    if kind == RECORD:
        return tuple([_lift(kind, a, b, c) for _, _, kind, a, b, c in _FIELD.iter_unpack(_at(b, a * _FIELD.size))])
    if kind == OPTION:
        return lift(a) if a else None
    if kind == RESULT:
        return bool(a & 0xFF), lift(b) if b else None
    if kind == VARIANT:
        return _at(b, a).decode(), lift(c) if c else None
    mask = _MASKS.get(kind)
    if mask is None:
        raise TypeError(f"values of kind {kind} are not read")
    # What is beyond a small value's own bytes was never written.
    return bool(a & mask) if kind == BOOL else a & mask


# Writing: each function gives a value that owns what it points to, until it becomes part of another or of an answer.


def _words(new: Any, size: int, data: Any) -> Any:
    out = _Out()
    new(out, size, data)
    return out


def string(text: str | bytes) -> bytes:
    """A text."""
    return _bytes_of(STRING, text.encode() if isinstance(text, str) else text)


def _bytes_of(kind: int, data: bytes) -> bytes:
    out = _Out()
    _new_bytes(out, len(data), data)
    return _pack(kind, out[0], out[1], 0)


def enumeration(name: str) -> bytes:
    """A case of an enum: only names that it has; another ends the instance."""
    return _bytes_of(ENUM, name.encode())


def boolean(value: bool) -> bytes:
    """Yes or no."""
    return _pack(BOOL, int(value), 0, 0)


def _unsigned(kind: int, bits: int, value: int) -> bytes:
    if not 0 <= value < 1 << bits:
        # What is stored would be another number, without a word.
        raise OverflowError(f"{value} does not fit into {bits} bits")
    return _pack(kind, value, 0, 0)


def u16(value: int) -> bytes:
    """A number of 16 bits."""
    return _unsigned(U16, 16, value)


def u32(value: int) -> bytes:
    """A number of 32 bits."""
    return _unsigned(U32, 32, value)


def u64(value: int) -> bytes:
    """A number of 64 bits."""
    return _unsigned(U64, 64, value)


def byte_list(data: bytes) -> bytes:
    """A list of bytes."""
    values = bytearray(_pack(U8, 0, 0, 0)) * len(data)
    values[8::VALUE_BYTES] = data
    return _pack(LIST, *_words(_new_list, len(data), bytes(values)), 0)


def listing(values: Sequence[bytes]) -> bytes:
    """A list."""
    return _pack(LIST, *_words(_new_list, len(values), b"".join(values)), 0)


def pair(first: bytes, second: bytes) -> bytes:
    """A tuple of two."""
    return _pack(TUPLE, *_words(_new_tuple, 2, first + second), 0)


class Record:
    """A type of records, by the names of its fields in their order."""

    def __init__(self, *names: str) -> None:
        self._names = [name.encode() for name in names]

    def __call__(self, *values: bytes) -> bytes:
        """A record with these values."""
        names = self._names
        entries = b"".join([_bytes_of(STRING, name)[8:24] + value for name, value in zip(names, values, strict=True)])
        return _pack(RECORD, *_words(_new_record, len(names), entries), 0)


def none() -> bytes:
    """An option that was left out."""
    return _pack(OPTION, 0, 0, 0)


def some(value: bytes) -> bytes:
    """An option that is there."""
    return _pack(OPTION, _new_value(value), 0, 0)


def result(good: bool, value: bytes) -> bytes:
    """A result."""
    return _pack(RESULT, int(good), _new_value(value), 0)


def free(value: bytes) -> None:
    """Lets go of a value that became part of nothing."""
    held = ctypes.create_string_buffer(value, VALUE_BYTES)
    release(ctypes.addressof(held))


def put(value: bytes, address: int) -> None:
    """Hands a value over to whoever reads this address."""
    ctypes.memmove(address, value, VALUE_BYTES)
