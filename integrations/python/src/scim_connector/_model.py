"""What all models share: how they come from JSON and go there, losing nothing. The models themselves are generated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, NamedTuple, TypeVar

from .errors import InvalidInputError

__all__ = ["Model", "Shape", "dumps"]

M = TypeVar("M", bound="Model")


class Shape(NamedTuple):
    """A member of a model."""

    #: The attribute of the class.
    attribute: str
    #: Its type; one that is no model is for what the value is, `object` for anything.
    kind: type[Any] | tuple[type[Any], ...]
    #: Whether it is a list of these.
    many: bool = False

    def read(self, value: Any) -> Any:
        """The value, read; raises TypeError where it is of another type."""
        if self.many:
            if not isinstance(value, list):
                raise TypeError
            return [self._read(one) for one in value]
        return self._read(value)

    def _read(self, value: Any) -> Any:
        if isinstance(self.kind, type) and issubclass(self.kind, Model):
            return self.kind.from_json(value)
        # To Python, true is a number.
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind not in (bool, object)):
            raise TypeError
        return value


@dataclass(kw_only=True, eq=False, repr=False)
class Model:
    """Members that are none were left out. What is not known, null, or not of the standard's type stands as it came in `extra`, under
    its name in JSON, and is sent from there."""

    extra: dict[str, Any] = field(default_factory=dict)

    #: The members, by their names in JSON.
    _SHAPES: ClassVar[dict[str, Shape]] = {}
    #: Members that are the same in all of the class.
    _CONSTANTS: ClassVar[dict[str, str]] = {}

    @classmethod
    def from_json(cls: type[M], value: Any) -> M:
        """Reads JSON."""
        if not isinstance(value, Mapping):
            raise TypeError(f"{cls.__name__} is read from an object")
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, member in value.items():
            shape = cls._SHAPES.get(name)
            if shape is None or member is None:
                extra[name] = member
            elif type(member) is shape.kind and not shape.many:
                known[shape.attribute] = member
            else:
                try:
                    known[shape.attribute] = shape.read(member)
                except TypeError:
                    extra[name] = member
        return cls(extra=extra, **known)

    # Here rather than made for each model, which takes longer than all else when the package is loaded.

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # What was left out says nothing, and secrets too much.
        shown = [
            f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr and getattr(self, one.name) not in (None, {})
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def to_json(self) -> dict[str, Any]:
        """Writes JSON."""
        written = {**self.extra, **self._CONSTANTS}
        for name, shape in self._SHAPES.items():
            value = getattr(self, shape.attribute)
            if value is not None:
                written[name] = _plain(value)
        return written


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return value


def dumps(value: Any, operation: str | None = None) -> bytes:
    """JSON text of what a caller gave; what none can be made of is the caller's mistake, told without its content."""
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        why = "a text has half a surrogate pair"
    except RecursionError:
        why = "it is nested too deeply"
    except ValueError as error:
        why = "it refers to itself" if "ircular" in str(error) else "a number is not finite"
    except TypeError as error:
        why = str(error)
    raise InvalidInputError(f"the input cannot be written as JSON: {why}", operation=operation) from None


def _default(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} is no JSON")


# Made once: it takes as long as writing a resource.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default)
