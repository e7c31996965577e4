"""The first page: the newest nights with their sentences, the documents with their counts, and a box to search in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Night
from crawler.reports.health import Said
from crawler.seeds.show import shown_document
from crawler.serve.pages import render, site_of
from crawler.serve.search import MOST_FOUND, search
from crawler.serve.site import Site

NEWEST_NIGHTS = 10
MOST_DOCUMENTS = 20
# A report's sentence stands before its rows.
SENTENCE_WITHIN = 1024 * 1024
_SENTENCE = '"sentence": '


@dataclass(frozen=True, slots=True)
class ToldNight:
    """A night as the first page names it; `said` is its report's sentence, None where no report lies in the folder."""

    night: Night
    said: Said | None

    @property
    def at(self) -> datetime:
        """When it began."""
        return self.night.started_at


def show_index(request: Request) -> Response:
    """`/`, and what `?q=` finds."""
    site = site_of(request)
    asked = request.query_params.get("q", "").strip()
    found = search(site.ledger, asked) if asked else None
    newest = newest_night(site)
    documents = site.ledger.count_documents(newest) if newest else []
    return render(
        request,
        "index.html.j2",
        forms=True,
        found=found,
        most_found=MOST_FOUND,
        nights=_nights(site),
        all_nights=site.ledger.count_ended_nights(),
        night=newest,
        documents=documents,
        most_documents=MOST_DOCUMENTS,
        shown_document=shown_document,
        has_overview=(site.reports / "index.html").is_file(),
    )


def newest_night(site: Site) -> str | None:
    """The id of the newest night that ended."""
    return next(iter(site.ledger.ended_nights(1)), None)


def _nights(site: Site) -> list[ToldNight]:
    ids = site.ledger.ended_nights(NEWEST_NIGHTS)
    known = {night.id: night for night in site.ledger.nights()} if ids else {}
    return [ToldNight(known[night_id], read_sentence(site.reports / night_id / "report.json")) for night_id in ids]


def read_sentence(path: Path) -> Said | None:
    """The sentence of a report.json, both languages; only its beginning is read. None where there is none."""
    try:
        with path.open("rb") as file:
            text = file.read(SENTENCE_WITHIN).decode("utf-8", "replace")
        told, _ = json.JSONDecoder().raw_decode(text, text.index(_SENTENCE) + len(_SENTENCE))
        return Said(str(told["en"]), str(told["zh"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
