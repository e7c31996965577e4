"""Documents, and what they cite: every printed URL with its place and its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crawler.model.evidence import Evidence


class Kind(StrEnum):
    """What a printed URL points at, as far as its text tells."""

    PAGE = "page"
    FILE = "file"
    IMAGE = "image"
    TRACKER = "tracker"
    MAIL = "mail"
    OTHER = "other"


class Flag(StrEnum):
    """What had to be done to a printed URL, or is to be known of it."""

    WRAPPED = "wrapped"
    SCHEME_INFERRED = "scheme-inferred"
    REPAIRED = "repaired"
    PERSONAL = "personal"
    REDACTED_IN_SOURCE = "redacted-in-source"
    BOUNDARY_AMBIGUOUS = "boundary-ambiguous"
    JOINED_LINES = "joined-lines"
    PRINTED_TARGET_MISMATCH = "printed-target-mismatch"


class Defect(StrEnum):
    """Why a printed URL points nowhere, even after repair."""

    NOT_A_URI = "not-a-uri"
    UNSUPPORTED_SCHEME = "unsupported-scheme"
    NO_HOST = "no-host"


class DateSource(StrEnum):
    """Where a document's issue date was found, the surest first."""

    SEEDS_TOML = "seeds.toml"
    FILE_NAME = "file-name"
    TEXT = "text"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Issued:
    """When a document was issued: an ISO 8601 date, or year and month (`2025-06`), and where that was found."""

    date: str
    source: DateSource


@dataclass(frozen=True, slots=True)
class Document:
    """A seed document as read on one night. `path` is below the folder given, or the file's name;
    `name` is that path without suffix as first recorded, which citation ids are made of."""

    path: str
    name: str
    sha256: str
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What documents are called, as earlier nights recorded it: by (path, sha256), by sha256, and by path (the
    newest first)."""

    by_file: Mapping[tuple[str, str], str] = field(default_factory=dict)
    by_digest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A seed document that could not be read, and one clear sentence saying why; `why_zh` says it in Chinese.

    `partly`: the rest of the document was read.
    """

    document: str
    why: str
    why_zh: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """A document that is no longer among the seeds: its last path, its name, and the last night that read it."""

    path: str
    name: str
    last_night: str


@dataclass(frozen=True, slots=True)
class Rectangle:
    """An area on a page (numbered from 1), in points from the page's lower left corner (ISO 32000-1 §8.3.2.3)."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class ItemCandidate:
    """An item heading a citation may belong to, and the rule that proposes it."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A tracking link around a target. Only `sha256` (of the raw text) and `redacted` may leave memory."""

    sha256: str
    redacted: str
    rule: str
    personal: bool
    raw: str = field(repr=False, compare=False)
    redacted_in_source: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited URL with its place and context in one document; the fields of `cite --format jsonl`.

    `printed` and `context` are redacted. `lines` and `column` count from 1 (no lines where a format has
    none); `start`/`end` are character offsets into the document's text. `part` names the part of the
    document that is not its running text (`footnote 2`, `table 1`, `Sheet1!B7`), `paragraph` counts from 1
    in it. `uri` is None for mail, a defect, or a tracker not yet resolved.
    `alternatives` are further fetch uris of the same print: the one with its session part, and other readings
    of where it ends, until the crawl settles which holds. `same_as` is the uri whose fetches stand for this one's.
    `notes` say how the target came to be, where the print alone does not tell it.
    """

    id: str
    document: str
    sha256: str
    ordinal: int
    fragments: int
    page: int | None
    lines: tuple[int, ...]
    start: int
    end: int
    printed: str
    anchor: str | None
    context: str
    kind: Kind
    uri: str | None
    urlkey: str | None
    section: str | None
    item: str | None
    item_candidates: tuple[ItemCandidate, ...] = ()
    flags: tuple[Flag, ...] = ()
    defect: Defect | None = None
    text_fragment: str | None = None
    uri_fragment: str | None = None
    wrapper: Wrapper | None = None
    alternatives: tuple[str, ...] = ()
    column: int | None = None
    part: str | None = None
    paragraph: int | None = None
    rectangles: tuple[Rectangle, ...] = ()
    issued: Issued | None = None
    same_as: str | None = None
    notes: tuple[Evidence, ...] = ()
