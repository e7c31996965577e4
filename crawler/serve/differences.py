"""The whole difference of two good captures of a link: of those nearest two instants, or since its baseline."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.clock import Clock
from crawler.model import captured_at
from crawler.night.compared import find_change
from crawler.reports.changed import Changed
from crawler.serve.links import find_citation
from crawler.serve.pages import render, site_of
from crawler.serve.shown import shown_citation


def show_difference(request: Request) -> Response:
    """`/links/<citation id>/diff?from=…&to=…`; without instants, the newest copy beside its baseline."""
    site = site_of(request)
    citation = find_citation(site, request.path_params["id"])
    since, until = _instant(request, "from"), _instant(request, "to")
    if since and until and since > until:
        since, until = until, since
    told = find_change(site.ledger, site.config, citation.id, Clock().now(), since, until)
    found = told.compared if told else None
    return render(
        request,
        "diff.html.j2",
        citation=shown_citation(citation),
        before=found.before if found else None,
        now=found.now if found else None,
        site_wide=found is not None and found.site_wide,
        changed=Changed(found.difference, found.before.seen_at, told.lines)
        if told and found and told.differs
        else None,
    )


def _instant(request: Request, name: str) -> datetime | None:
    """An instant in a query: a timestamp of 8 to 17 digits, or ISO 8601; None where none is named."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        at = captured_at(text.ljust(14, "0")) if text.isdecimal() and len(text) >= 14 else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise HTTPException(400) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
