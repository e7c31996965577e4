"""A memory of what was met last, bounded by the weight of what it holds: the oldest is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, up to `most` in weight."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._held: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def put(self, key: Key, value: Value, weight: int) -> None:
        """Keep a value; what no longer fits is forgotten, at worst the value itself."""
        self.take(key)
        self._held[key] = (value, weight)
        self._weight += weight
        while self._weight > self._most:
            self.take(next(iter(self._held)))

    def get(self, key: Key) -> Value | None:
        """The value of a key, which counts as met now; None when it is not held."""
        if key not in self._held:
            return None
        self._held.move_to_end(key)
        return self._held[key][0]

    def take(self, key: Key) -> Value | None:
        """The value of a key, which is held no longer."""
        value, weight = self._held.pop(key, (None, 0))
        self._weight -= weight
        return value
