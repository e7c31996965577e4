"""Named fields as WARC 1.1 §4 writes them: `name: value` lines, in a record's header and in application/warc-fields.

Rules:
- A value never holds a line break or another control character; such characters are percent-encoded.
- Pure: bytes in, values out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

Fields = tuple[tuple[str, str], ...]

MEDIA_TYPE = "application/warc-fields"
VERSION = b"WARC/1.1\r\n"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_A_URI = re.compile(r"[^\x21-\x7e]")


def write_fields(fields: Fields) -> bytes:
    """The lines of these fields, each ended by CRLF."""
    return b"".join(f"{name}: {one_line(value)}\r\n".encode("utf-8", "backslashreplace") for name, value in fields)


def parse_fields(lines: bytes) -> Fields:
    """The fields of these lines; a folded line continues the value before it (§4), other lines are passed over."""
    found: list[tuple[str, str]] = []
    for line in lines.decode("utf-8", "replace").split("\n"):
        if line[:1] in (" ", "\t") and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}")
        elif ":" in line:
            name, value = line.split(":", 1)
            found.append((name.strip(), value.strip()))
    return tuple(found)


def value_of(fields: Fields, name: str) -> str | None:
    """The first value of a field, names compared without case, or None."""
    wanted = name.lower()
    return next((value for field_name, value in fields if field_name.lower() == wanted), None)


def one_line(text: str) -> str:
    """Text as one field value: control characters percent-encoded, spaces at the ends dropped."""
    text = text.strip()
    if text.isascii() and text.isprintable():  # nearly every value
        return text
    return _CONTROL.sub(lambda match: quote(match[0]), text)


def quote_bytes(octets: bytes) -> str:
    """Any bytes as one field value; `unquote_bytes` gives exactly them back."""
    return quote_from_bytes(octets, safe="!\"$&'()*+,/:;<=>?@[]^`{|}")


def unquote_bytes(value: str) -> bytes:
    """The bytes that `quote_bytes` wrote."""
    return unquote_to_bytes(value)


def target_uri(uri: str) -> str:
    """A uri as WARC-Target-URI (§5): without fragment, without brackets, nothing a URI may not hold."""
    return _NOT_IN_A_URI.sub(lambda match: quote(match[0], errors="replace"), uri.split("#", 1)[0])


def warc_date(at: datetime) -> str:
    """An aware time as WARC-Date (§5.4) in UTC, always with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_date(text: str) -> datetime:
    """The aware UTC time of a WARC-Date. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)


def timestamp17(at: datetime) -> str:
    """An aware time as the 17 digits YYYYMMDDhhmmssmmm of file names and CDXJ lines, in UTC."""
    at = at.astimezone(UTC)
    return at.strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03d}"
