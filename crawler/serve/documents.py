"""Documents with their citations, in the order of the document: those of the newest night, and those read no more.

Rules:
- A document is found by its name as it is shown; its citations are those of the newest night that read it, with the
  verdicts of that night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.ledger.browsing import DocumentCounts
from crawler.model import Citation, Group, Retired, Standing
from crawler.night.assess import subject_of
from crawler.replay.lookup import find_copy
from crawler.reports.rows import STRIP_NIGHTS, Cell, Row
from crawler.seeds.show import shown_document
from crawler.serve.pages import page_number, pages_of, render, site_of
from crawler.serve.shown import memento_path, shown_citation
from crawler.serve.site import Site

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents that the newest night read, with counts, and those that only earlier nights did."""

    night: str | None
    current: tuple[DocumentCounts, ...]
    retired: tuple[Retired, ...]

    @property
    def counts(self) -> dict[Group, int]:
        """Citations per group over the current documents."""
        return {group: sum(one.counts.get(group, 0) for one in self.current) for group in Group}


def read_shelf(site: Site) -> Shelf:
    """The documents as the newest night that ended knows them, under the names that are shown."""
    night = next(iter(site.ledger.ended_nights(1)), None)
    if night is None:
        return Shelf(None, (), ())
    return Shelf(night, tuple(site.ledger.count_documents(night)), tuple(site.ledger.retired(night)))


def show_documents(request: Request) -> Response:
    """`/documents/`."""
    shelf = read_shelf(site_of(request))
    return render(request, "documents.html.j2", shelf=shelf, shown_document=shown_document)


def show_document(request: Request) -> Response:
    """`/documents/<name>`."""
    site, name = site_of(request), request.path_params["name"]
    found = _find(site, name)
    page = page_number(request, "page", pages_of(found.total, MOST_ROWS))
    judged = site.ledger.judged_citations(found.night, found.path, MOST_ROWS, (page - 1) * MOST_ROWS)
    return render(
        request,
        "document.html.j2",
        name=name,
        found=found,
        page=page,
        pages=pages_of(found.total, MOST_ROWS),
        rows=[_row(site, found.night, *one) for one in judged],
        memento_path=memento_path,
    )


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document as a night read it; `retired`: later ones did not."""

    path: str
    night: str
    retired: bool
    counts: Mapping[Group, int]

    @property
    def total(self) -> int:
        """All its citations that were judged."""
        return sum(self.counts.values())


def _find(site: Site, name: str) -> FoundDocument:
    """The document that is shown under a name; a page that does not exist for any other."""
    shelf = read_shelf(site)
    for one in shelf.current:
        if shown_document(one.path) == name and shelf.night:
            return FoundDocument(one.path, shelf.night, False, one.counts)
    for gone in shelf.retired:
        if shown_document(gone.path) == name:
            counted = (one.counts for one in site.ledger.count_documents(gone.last_night) if one.path == gone.path)
            return FoundDocument(gone.path, gone.last_night, True, next(counted, {}))
    raise HTTPException(404)


def _row(site: Site, night: str, citation: Citation, standing: Standing) -> Row:
    """A citation as its page lists it, with the nights up to one."""
    subject = subject_of(citation)
    nights = site.ledger.last_nights(subject, night, STRIP_NIGHTS)
    last = nights[-1]
    reading = site.ledger.reading_of(last.night, subject)
    return Row(
        citation=shown_citation(citation),
        outcome=last.outcome,
        standing=standing,
        evidence=reading.evidence if reading else standing.evidence,
        final_uri=next((one.final_uri for one in reversed(nights) if one.counted and one.final_uri), None),
        strip=tuple(Cell(one.night, one.outcome, one.counted) for one in nights),
        copy=find_copy(site.ledger, citation, night, site.zone),
    )
