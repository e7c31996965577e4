"""Stored observations, read quickly: nights of a target differ in their times and record ids, and hardly in more.

Rules:
- A shape is an observation's text without the values that differ from night to night by themselves. Two observations
  of one shape are equal but for those.
- What a shape cannot put back exactly is read the slow way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from crawler.ledger.values import read_json
from crawler.model import Content, Hop, Observation

# Inside a JSON string every quotation mark is escaped, so that this meets members only; null is none of them.
_VARYING = re.compile(r'"(?:night|seen_at|record_id|ip|length_bytes|digest)":("[^"]*"|\d+)')
# Shapes remembered, some 3 KiB each: those of a night's targets, and some more.
SHAPES_KEPT = 8192


class Shapes:
    """The shapes of observations met so far, the first of them forgotten."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Observation, bool]] = {}

    def like(self, shape: str, text: str, values: list[str]) -> tuple[Observation, bool]:
        """An observation of the shape of a text, and whether values can be put back into it."""
        found = self._known.get(shape)
        if found is None:
            seen = read_json(Observation, text)
            wanted = 2 + sum((hop.record_id is not None) + (hop.ip is not None) for hop in seen.hops)
            wanted += 2 if seen.content else 0
            found = self._known[shape] = seen, len(values) == wanted and _put_back(seen, values) == seen
            if len(self._known) > SHAPES_KEPT:
                del self._known[next(iter(self._known))]
        return found


class Stored:
    """An observation as it lies in the ledger."""

    __slots__ = ("_parts", "_shapes", "_varying", "text", "uri")

    def __init__(self, uri: str, text: str, shapes: Shapes) -> None:
        self.uri, self.text, self._shapes = uri, text, shapes
        self._parts: list[str] | None = None
        self._varying: list[tuple[int, int]] | None = None

    @property
    def shape(self) -> str:
        """The text without what varies by itself."""
        return "\n".join(self._split()[::2])

    @property
    def like(self) -> Observation:
        """An observation of the same shape: equal but for night, times, record ids, addresses and the very payload."""
        return self._shapes.like(self.shape, self.text, self._split()[1::2])[0]

    @property
    def seen(self) -> Observation:
        """The observation."""
        values = self._split()[1::2]
        like, is_exact = self._shapes.like(self.shape, self.text, values)
        return _put_back(like, values) if is_exact else read_json(Observation, self.text)

    def repeats(self, before: Stored) -> bool:
        """Whether this is another one again, the same payload too, with only night, times, records and addresses
        another. `before` has a payload, for which its last two values stand. No is said now and then where yes is true:
        of values that are longer or shorter than those before."""
        text, other, at = self.text, before.text, 0
        if len(text) != len(other):
            return False
        for start, end in before.varying:
            if text[at:start] != other[at:start]:
                return False
            at = end
        return text[at:] == other[at:]

    def moment(self, before: Stored) -> tuple[str, datetime, str]:
        """Night, time and record of one that repeats another, whose chain has one hop."""
        night, seen_at, record_id = (self.text[start + 1 : end - 1] for start, end in before.varying[:3])
        return night, datetime.fromisoformat(seen_at), record_id

    @property
    def varying(self) -> list[tuple[int, int]]:
        """Where in the text what varies by itself stands, but for the payload, which comes last."""
        if self._varying is None:
            self._varying = [found.span(1) for found in _VARYING.finditer(self.text)][:-2]
        return self._varying

    def _split(self) -> list[str]:
        if self._parts is None:
            self._parts = _VARYING.split(self.text)
        return self._parts


def _put_back(like: Observation, values: list[str]) -> Observation:
    given = iter(values)
    night, seen_at = next(given)[1:-1], datetime.fromisoformat(next(given)[1:-1])
    # Most chains have one hop, and most payloads are last night's.
    hops = (_hop(like.hops[0], given),) if len(like.hops) == 1 else tuple([_hop(hop, given) for hop in like.hops])
    content = like.content
    if content is not None:
        length_bytes, digest = int(next(given)), next(given)[1:-1]
        if content.digest != digest or content.length_bytes != length_bytes:
            content = Content(content.media_type, length_bytes, digest, content.coverage, content.not_modified)
    return Observation(
        night,
        like.uri,
        seen_at,
        hops,
        content,
        like.refusal,
        like.refusal_detail,
        like.robots,
        like.robots_only,
        like.attempts,
    )


def _hop(like: Hop, given: Iterator[str]) -> Hop:
    record_id = None if like.record_id is None else next(given)[1:-1]
    ip = None if like.ip is None else next(given)[1:-1]
    if record_id is None and ip is None:
        return like
    return Hop(like.uri, like.status, like.failure, like.via, like.detail, like.fields, record_id, ip)
