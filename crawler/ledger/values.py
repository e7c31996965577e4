"""Values of the vocabulary as JSON texts and back: dataclass ↔ row, nothing lost, nothing added."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
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
    return cast(T, _value(kind, json.loads(text)))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.repr}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value


@cache
def _shape(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind)}


def _value(hint: Any, plain: Any) -> Any:
    if plain is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _value(next(arg for arg in typing.get_args(hint) if arg is not types.NoneType), plain)
    if origin is tuple:
        return _tuple(typing.get_args(hint), plain)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    if hint is datetime:
        return datetime.fromisoformat(plain)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint(**_fields(hint, plain))
    return plain


def _tuple(hints: tuple[Any, ...], plain: list[Any]) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(_value(hints[0], item) for item in plain)
    return tuple(_value(hint, item) for hint, item in zip(hints, plain, strict=True))


def _fields(kind: type, plain: dict[str, Any]) -> dict[str, Any]:
    hidden = {f.name: "" for f in dataclasses.fields(kind) if not f.repr}
    return hidden | {name: _value(hint, plain[name]) for name, hint in _shape(kind).items() if name in plain}
