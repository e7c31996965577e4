"""The report as pages that stand alone: no server, nothing loaded from anywhere, complete without script.

Rules:
- Everything from outside is escaped, isolated in its own direction, and shown without invisible characters.
- The style and the filters' script are the page's only active parts; the policy names their hashes.
- index.html is in the configured language; index.zh.html and index.en.html are both there.
- Ten thousand rows are written and painted: what a row needs is computed once, and told in few elements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from markupsafe import Markup

from crawler.model import Group, Verdict
from crawler.reports.context import excerpt_context, split_context
from crawler.reports.elsewhere import find_citing
from crawler.reports.filters import Filters
from crawler.reports.health import HealthReport
from crawler.reports.lookups import find_lookups
from crawler.reports.page import environment, framed
from crawler.reports.render_paste import render_paste_pages
from crawler.reports.row_words import (
    find_hints,
    find_instead,
    tell_distance,
    tell_evidence,
    tell_nights,
    tell_note,
    tell_tonight,
)
from crawler.reports.rows import TONE, Cell, Tone
from crawler.reports.strips import draw_strip
from crawler.reports.words import LANGUAGES, say

_ENVIRONMENT = environment()
SCRIPT = (Path(__file__).parent / "report.js").read_text("utf-8")
# Groups with nothing to act on: a line or two a row, folded away where they are many.
COMPACT = frozenset({Group.FINE, Group.HANDLED, Group.NOT_CHECKED})
MOST_OPEN = 60  # rows of a group with nothing to act on that are shown without being asked for
MOST_PLACES = 12  # other places that cite the same, named in a row


def render_pages(
    report: HealthReport, language: str, *, nights_href: str = "../index.html", files: Sequence[str] = ()
) -> dict[str, str]:
    """File name → page: index.html in `language` ("zh" or "en"), one page per language, and what they link to beside.

    `nights_href` is where the page of all nights is, '' where there is none; `files` are those for spreadsheets that
    stand in the same folder.
    """
    pages = {
        f"index.{code}.html": render_html(report, code, nights_href=nights_href, files=files) for code in LANGUAGES
    }
    return {"index.html": pages[f"index.{language}.html"], **pages, **render_paste_pages(report)}


def render_html(
    report: HealthReport, language: str, *, nights_href: str = "../index.html", files: Sequence[str] = ()
) -> str:
    """One page in one language, linking to the other. Valid UTF-8 text."""
    return _ENVIRONMENT.get_template("report.html.j2").render(
        **framed(language, report.timezone, SCRIPT),
        headed=draw_heads(language),
        report=report,
        filters=Filters(report, language),
        nights_href=nights_href,
        files=files,
        paste_href=f"paste.{language}.html",
        compact=COMPACT,
        most_open=MOST_OPEN,
        most_places=MOST_PLACES,
        legend=draw_legend(),
        citing=find_citing(report.rows),
        lookups=find_lookups,
        split_context=split_context,
        excerpt_context=excerpt_context,
        instead=find_instead,
        distance=partial(tell_distance, language=language),
        day=lambda at: _day(at, report),
        nights=partial(tell_nights, language=language),
        hints=partial(find_hints, language=language, telling=report.telling),
        tonight=partial(tell_tonight, language=language, telling=report.telling),
        evidence=partial(tell_evidence, language=language),
        note=partial(tell_note, language=language, telling=report.telling),
    )


def _day(at: datetime, report: HealthReport) -> str:
    return f"{at.astimezone(report.zone):%F}"


def draw_heads(language: str) -> Callable[[Group, Verdict], Markup]:
    """What tells a verdict at the head of a row: the group's icon and the word. Each is drawn once."""
    icon = _ENVIRONMENT.get_template("parts.html.j2").make_module().icon  # type: ignore[attr-defined] # a macro of it

    @cache
    def draw(group: Group, verdict: Verdict) -> Markup:
        word = say(f"verdict.{verdict}", language)
        return Markup("{}{}").format(icon(group), word[:1].upper() + word[1:])

    return draw


def draw_legend() -> dict[Tone, str]:
    """One night of each tone."""
    shown = {tone: outcome for outcome, tone in TONE.items()}
    return {tone: draw_strip((Cell("", shown[tone]),))[tone] for tone in Tone}
