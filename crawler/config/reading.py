"""`evercite.toml` → frozen Config. Flat; seconds and bytes; an unknown key is an error naming the nearest."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

from crawler.config.checks import check
from crawler.config.settings import NAMES, Config, Exclusion
from crawler.errors import UsageError


def read_config(path: Path) -> Config:
    """Config of a TOML file. Raises UsageError naming the file, the key and what is accepted."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such configuration file; create it or leave out --config") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}); correct the file") from error
    try:
        return config_of(table)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def config_of(table: dict[str, Any]) -> Config:
    """Config of a parsed table. Raises UsageError naming the key."""
    hints = get_type_hints(Config)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in NAMES:
            near = difflib.get_close_matches(key, NAMES, n=1, cutoff=0.0)[0]
            raise UsageError(f"unknown key {key!r}; the nearest known one is {near!r}")
        values[key] = _coerced(key, value, hints[key])
    config = Config(**values)
    check(config)
    return config


def _coerced(key: str, value: Any, hint: Any) -> Any:
    if key == "connect_to":
        return tuple(sorted(_table_of_text(key, value).items()))
    if key == "exclude":
        return tuple(_exclusion(row) for row in _list(key, value))
    if hint is bool or isinstance(value, bool):
        if hint is bool and isinstance(value, bool):
            return value
        wanted = "true or false" if hint is bool else "a number or text, not true or false"
        raise UsageError(f"{key} must be {wanted}")
    if hint is float and isinstance(value, int | float):
        return float(value)
    if hint is int and isinstance(value, int):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint == tuple[str, ...]:
        return tuple(_text(key, item) for item in _list(key, value))
    if hint == tuple[float, ...]:
        return tuple(_number(key, item) for item in _list(key, value))
    raise UsageError(f"{key} = {value!r} has the wrong type; {_SHAPES.get(hint, 'see evercite.example.toml')}")


_SHAPES: dict[Any, str] = {float: "give a number", int: "give a whole number", str: "give text in quotes"}


def _list(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{key} must be a list in square brackets")
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{key} must hold texts in quotes, not {value!r}")
    return value


def _number(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{key} must hold numbers, not {value!r}")
    return float(value)


def _table_of_text(key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise UsageError(f'{key} must be a table of "host:port" = "address:port"')
    return {_text(key, name): _text(key, place) for name, place in value.items()}


def _exclusion(row: Any) -> Exclusion:
    if not isinstance(row, dict) or set(row) != {"pattern", "why"}:
        raise UsageError('exclude must hold rows like { pattern = "^https://example\\\\.org/", why = "…" }')
    pattern = _text("exclude", row["pattern"])
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(f"exclude: {pattern!r} is no regular expression ({error})") from None
    return Exclusion(pattern, _text("exclude", row["why"]))
