"""Where a page may be found that we hold no good copy of: the look-ups of public web archives.

Rules:
- A row of the table says whose archive it is, how an address is looked up near a date and how without one, and where
  that form is known from.
- Nothing personal is sent anywhere: no address that names a recipient, nor one that stands redacted here.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Citation, Flag, Kind
from crawler.reports.visible import is_web


@dataclass(frozen=True, slots=True)
class Archive:
    """A public web archive: `near` is its look-up at {at} (14 digits), `all` that of every copy."""

    zh: str
    en: str
    near: str
    all: str
    source: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where one address is looked up in one archive."""

    zh: str
    en: str
    uri: str


# Memento Time Travel (timetravel.mementoweb.org), which asked many archives at once, was shut down late in 2025
# (mementoweb.github.io/about, seen 2026-11-22): no row.
ARCHIVES = (
    Archive(
        "互联网档案馆",
        "Internet Archive",
        "https://web.archive.org/web/{at}/{uri}",
        "https://web.archive.org/web/*/{uri}",
        "archive.org/help/wayback_api.php; a time that is not held is redirected to the nearest (2026-11-22)",
    ),
    Archive(
        "archive.today",
        "archive.today",
        "https://archive.ph/{at}/{uri}",
        "https://archive.ph/{uri}",
        "archive.ph/faq; its mementos and its list of all copies have these addresses (2026-11-22)",
    ),
    Archive(
        "Arquivo.pt",
        "Arquivo.pt",
        "https://arquivo.pt/wayback/{at}/{uri}",
        "https://arquivo.pt/wayback/*/{uri}",
        "github.com/arquivo/pwa-technologies/wiki; pywb's own addresses (2026-11-22)",
    ),
)
# What redaction leaves behind in an address (urls/redact.py): a recipient stood there.
_MASKED = ("[redacted]", "%5bredacted%5d", "***@")


def find_lookups(citation: Citation) -> tuple[Lookup, ...]:
    """The look-ups of a citation's uri for its document's issue date; none for what is personal or no web address."""
    uri = citation.uri
    if uri is None or not is_web(uri) or _is_personal(citation, uri):
        return ()
    at = _at(citation.issued.date) if citation.issued else ""
    plain = uri.partition("#")[0]
    return tuple(
        Lookup(archive.zh, archive.en, (archive.near if at else archive.all).format(at=at, uri=plain))
        for archive in ARCHIVES
    )


def _is_personal(citation: Citation, uri: str) -> bool:
    """Whether an address may name somebody; a tracker's does, but not what it was found to lead to."""
    named = citation.kind is not Kind.TRACKER and Flag.PERSONAL in citation.flags
    return named or any(mark in uri.lower() for mark in _MASKED)


def _at(date: str) -> str:
    """Noon of an issue date (ISO 8601) as archives write it; a month counts from its first day."""
    return f"{date[:4]}{date[5:7]}{date[8:10] or '01'}120000"
