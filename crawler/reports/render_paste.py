"""paste.zh.html and paste.en.html: everything of a night that can be pasted, each block taken with one click.

Rules:
- Complete without script: a block is selected whole by a click (CSS user-select: all), then copied.
- What is pasted is shown as the very text that is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from crawler.reports.health import HealthReport
from crawler.reports.page import environment, framed
from crawler.reports.paste import is_erratum, lines_of, tell_errata, tell_footnote, tell_link, tell_sheet, tell_why
from crawler.reports.plain import address_of
from crawler.reports.remedies import remedy_of, replacements
from crawler.reports.rows import Row
from crawler.reports.words import LANGUAGES

_ENVIRONMENT = environment()


def render_paste_pages(report: HealthReport) -> dict[str, str]:
    """File name → page, one per language."""
    return {f"paste.{language}.html": render_paste(report, language) for language in LANGUAGES}


def render_paste(report: HealthReport, language: str) -> str:
    """The page in one language, linking to the other and to the report beside it."""
    found = replacements(report)
    errata = tell_errata(found, report.zone, language)
    links = lines_of(report, lambda row: tell_link(row, remedy_of(row)))
    footnotes = lines_of(report, partial(_footnote, report=report, language=language))
    return _ENVIRONMENT.get_template("paste.html.j2").render(
        **framed(language, report.timezone),
        report=report,
        replacements=found,
        sheet=tell_sheet(found, language),
        errata=errata,
        links=links,
        footnotes=footnotes,
        counts={
            "replacements": len(found),
            "errata": sum(is_erratum(one) for one in found),
            "links": _count_lines(links),
            "footnotes": _count_lines(footnotes),
        },
        address_of=address_of,
        why=partial(tell_why, language=language),
    )


def _footnote(row: Row, report: HealthReport, language: str) -> str:
    return tell_footnote(row, remedy_of(row), report.zone, language)


def _count_lines(blocks: Mapping[str, str]) -> int:
    return sum(text.count("\n") + 1 for text in blocks.values())
