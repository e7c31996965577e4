"""Values of the vocabulary as JSON texts and back: dataclass ↔ row, nothing lost, nothing added."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def write_json(value: Any) -> str:
    """A frozen value as compact JSON; fields hidden from repr (secrets) are left out."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def read_json(kind: type[T], text: str) -> T:
    """The value of that dataclass type. Raises KeyError/ValueError for a row that is not one."""
    read = _reader(cast(Any, kind))
    plain = json.loads(text)
    return cast(T, read(plain) if read else plain)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:  # most are
        return value
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(kind):
        return {name: _plain(getattr(value, name)) for name in _shown(kind)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return value


@cache
def _shown(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.repr)


Reader = Callable[[Any], Any]


@cache
def _reader(hint: Any) -> Reader | None:
    """What turns a plain value into one of that type; None where it is one already."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _optional(next(arg for arg in typing.get_args(hint) if arg is not types.NoneType))
    if origin is tuple:
        return _tuple_reader(typing.get_args(hint))
    if hint is datetime:
        return datetime.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass_reader(hint)
    return None


def _optional(hint: Any) -> Reader | None:
    read = _reader(hint)
    return read and (lambda plain: None if plain is None else read(plain))


def _tuple_reader(hints: tuple[Any, ...]) -> Reader:
    if len(hints) == 2 and hints[1] is Ellipsis:
        read = _reader(hints[0])
        return tuple if read is None else lambda plain: tuple(map(read, plain))
    readers = [_reader(hint) for hint in hints]
    if not any(readers):
        return tuple
    return lambda plain: tuple(read(item) if read else item for read, item in zip(readers, plain, strict=True))


def _dataclass_reader(kind: type) -> Reader:
    """Reads the fields a row has; those hidden from repr (secrets) are empty, the others have their defaults."""
    hints = typing.get_type_hints(kind)
    readers = {f.name: read for f in dataclasses.fields(kind) if (read := _reader(hints[f.name]))}
    names = frozenset(hints)
    hidden = {f.name: "" for f in dataclasses.fields(kind) if not f.repr}

    def read_fields(plain: dict[str, Any]) -> Any:
        values = {name: value for name, value in plain.items() if name in names} | hidden
        for name, read in readers.items():
            if name in values:
                values[name] = read(values[name])
        return kind(**values)

    return read_fields
