"""What a payload holds for a reader, as far as a program can see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SightKind(StrEnum):
    """How a payload was read."""

    HTML = "html"
    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a whole payload shows, without understanding it; most fields belong to one kind and are empty elsewhere.

    `key` is the digest of what is shown, volatile parts masked: payloads of one key show the same. `opens` is
    False where a body cannot be opened as the type it claims. `chars` counts characters of visible text; `opening`
    are its first 2,000. `scripts` counts script elements. `marks` are the classes and ids of html and body, lower
    case. `canonical` and `og_uri` are absolute. `anchors` are the ids and names in the page; `anchors_cut` when there
    were too many to keep. `published`, `modified` are dates as the page states them (ISO 8601 where they can be read
    so). `downloads` are the documents that its text links to (text, absolute uri). `part_digests` are digests of a
    PDF's page texts, in order. `perceptual_hash` is an image's, 16 hex digits.
    """

    key: str
    kind: SightKind
    opens: bool = True
    title: str = ""
    headings: tuple[str, ...] = ()
    language: str = ""
    published: str = ""
    modified: str = ""
    chars: int = 0
    opening: str = ""
    scripts: int = 0
    marks: tuple[str, ...] = ()
    generator: str = ""
    canonical: str = ""
    og_uri: str = ""
    noindex: bool = False
    password_fields: int = 0
    anchors: tuple[str, ...] = ()
    anchors_cut: bool = False
    downloads: tuple[tuple[str, str], ...] = ()
    page_count: int = 0
    part_digests: tuple[str, ...] = ()
    document_id: str = ""
    perceptual_hash: str = ""
    width: int = 0
    height: int = 0
