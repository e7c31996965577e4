"""How each sender packs a target into its wrapper: address parts in, the packed text out (or None).

Rules:
- Pure and offline; whether the text is a URL is for unwrap.py to check.
- A target is decoded exactly once: what its own author escaped stays escaped.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
from collections.abc import Callable
from html import unescape
from typing import Any

from crawler.urls.parts import Parts, decode_once

Decoder = Callable[[Parts], str | None]

_V3 = re.compile(r"^/v3/__(?P<target>.+)__;(?P<packed>[A-Za-z0-9_-]*)!", re.DOTALL)
_V3_MARK = re.compile(r"\*(?:\*(.))?", re.DOTALL)
_V3_RUN = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def parameter(*names: str) -> Decoder:
    """A decoder for wrappers that carry the target in the first of these parameters."""

    def decode(parts: Parts) -> str | None:
        values = (parts.value(name) for name in names)
        return next((decode_once(value) for value in values if value), None)

    return decode


def path_segment(number: int) -> Decoder:
    """A decoder for wrappers that carry the target, percent-encoded, as the path's nth segment (from 1)."""

    def decode(parts: Parts) -> str | None:
        segments = parts.path.split("/")
        return decode_once(segments[number]) if len(segments) > number else None

    return decode


def last_segment_base64(parts: Parts) -> str | None:
    """Mailjet: `/lnk/<token>/<number>/<signature>/<base64url of the target>`."""
    return unpack_base64(parts.path.rpartition("/")[2])


def proofpoint_v1(parts: Parts) -> str | None:
    """`/v1/url?u=<percent-encoded>&k=…`, sometimes HTML-escaped once more."""
    value = parts.value("u")
    return unescape(decode_once(value)) if value else None


def proofpoint_v2(parts: Parts) -> str | None:
    """`/v2/url?u=`: `-` stands for `%` and `_` for `/`."""
    value = parts.value("u")
    return unescape(decode_once(value.replace("-", "%").replace("_", "/"))) if value else None


def proofpoint_v3(parts: Parts) -> str | None:
    """`/v3/__<target>__;<packed>!…$`: each `*` is the next packed character, `**X` a run of them."""
    found = _V3.match(parts.path + parts.query + parts.fragment)
    if not found:
        return None
    packed = unpack_base64(found["packed"]) if found["packed"] else ""
    return None if packed is None else _filled(found["target"], packed)


def _filled(target: str, packed: str) -> str | None:
    place = 0

    def characters(mark: re.Match[str]) -> str:
        nonlocal place
        length = _V3_RUN.index(mark[1]) + 2 if mark[1] else 1
        place += length
        return packed[place - length : place]

    try:
        filled = _V3_MARK.sub(characters, target)
    except ValueError:
        return None
    return filled if place == len(packed) else None


def mandrill(parts: Parts) -> str | None:
    """`p=<base64 JSON>` whose own `p` is JSON again, with the target as `url`; before 2014 plainly `url=`."""
    value = parts.value("p")
    if not value:
        return parameter("url")(parts)
    outer = _object(unpack_base64(decode_once(value)))
    return _text(_object(_text(outer, "p")), "url")


def govdelivery(parts: Parts) -> str | None:
    """`/l/<JWT>` with a `url` claim, or `/track?…&&&<target>` after the last triple ampersand."""
    if parts.path.startswith("/l/"):
        claims = parts.path.split("/")[2].split(".")
        return _text(_object(unpack_base64(claims[1])), "url") if len(claims) > 1 else None
    return parts.query.rpartition("&&&")[2] + parts.fragment


def unpack_base64(text: str) -> str | None:
    """The text of a base64 or base64url value, padded or not; None when it holds no text."""
    packed = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(table: dict[str, Any], name: str) -> str | None:
    value = table.get(name)
    return value if isinstance(value, str) else None
