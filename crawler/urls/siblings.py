"""A sibling of an address: a random name in the same directory, which shows what the host says where nothing can be.

Rules:
- A directory and an extension have one key: what the host says of one such name, it says of all.
- A sibling's name has the shape of its model's (letters, digits, hyphens), so that the same handler answers, and
  nothing else of it; no query, no credentials. Nobody can have cited it, nor guess it before it is asked.
- No sibling where it would say nothing, or too much: of a front door, of a page that a query names, of an address
  that shows a person or wraps another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crawler.urls.redact import redact
from crawler.urls.unwrap import unwrap

_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
_PIECES = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z]+", re.IGNORECASE)
VOWELS, CONSONANTS, DIGITS = "aeiou", "bcdfghjklmnpqrstvwxz", "0123456789"
# Fewer random characters could meet a name that is there; more are no plainer.
FEWEST, MOST, LEAST_DIGITS = 14, 60, 9

# Draws one of these characters, unpredictably (secrets.choice).
Draw = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where siblings of an address stand: scheme and authority, directory, what a name ends on, and the model."""

    origin: str
    directory: str
    ending: str
    model: str

    @property
    def key(self) -> str:
        """What is looked up by: host, directory and extension, whatever the scheme."""
        return f"{self.origin.partition('://')[2]}{self.directory}*{self.ending}"


def sibling_key(uri: str) -> str | None:
    """The key that what is known of an address's siblings is kept under; None where it has none."""
    place = place_of(uri)
    return place.key if place else None


def sibling(uri: str, draw: Draw) -> str | None:
    """A random sibling of an address; None where it has none."""
    place = place_of(uri)
    return f"{place.origin}{place.directory}{random_name(place.model, draw)}{place.ending}" if place else None


@lru_cache(maxsize=8192)  # asked of the same links night after night
def place_of(uri: str) -> Place | None:
    """Where the siblings of a fetch uri stand, or None."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or "@" in parts.netloc:
        return None
    if redact(uri) != uri or unwrap(uri) is not None:
        return None
    path, slash = (parts.path[:-1], "/") if parts.path.endswith("/") else (parts.path, "")
    directory, _, name = path.rpartition("/")
    if not name:
        return None
    extension = "" if slash else _extension_of(name)
    model = unquote(name.removesuffix(extension), errors="replace")
    return Place(f"{parts.scheme}://{parts.netloc}", f"{directory}/", extension + slash, model)


def _extension_of(name: str) -> str:
    found = _EXTENSION.search(name)
    return found[0] if found and found.start() > 0 else ""


def random_name(model: str, draw: Draw) -> str:
    """A random name of the model's shape, with at least FEWEST letters and digits where it is no number."""
    pieces = _PIECES.findall(model[:MOST])
    if pieces and len(pieces) == 1 and pieces[0][0] in DIGITS:
        return _id(pieces[0], draw)
    name = "".join(_like(piece, not place, draw) for place, piece in enumerate(pieces)).lstrip(".")
    return name + _letters(FEWEST - sum(character.isalnum() for character in name), draw)


def _like(piece: str, first: bool, draw: Draw) -> str:
    if piece[0] in DIGITS:
        return _id(piece, draw) if first else _number(len(piece), draw)
    if not (piece[0].isascii() and piece[0].isalpha()):
        return "".join(character for character in piece if character in "-_.")
    letters = _letters(len(piece), draw)
    return letters.upper() if piece.isupper() else letters


def _id(model: str, draw: Draw) -> str:
    """A number that no counter reached which has come to the model's; nine digits still fit 32 bits."""
    return _number(max(LEAST_DIGITS, len(model) + 1), draw)


def _number(length: int, draw: Draw) -> str:
    return "9" + "".join(draw(DIGITS) for _ in range(length - 1))


def _letters(length: int, draw: Draw) -> str:
    """Consonants and vowels in turn: what can be read aloud passes for a name."""
    return "".join(draw(VOWELS if place % 2 else CONSONANTS) for place in range(length))
