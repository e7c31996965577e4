"""Ready to be pasted: replacements for a spreadsheet, errata, robust links, footnotes – lines of plain text.

Rules:
- What is pasted stands for itself: nothing in it leads to a file of this machine.
- An address in a sentence stands between blanks, in angle brackets (RFC 3986, appendix C) or at the end, so that no
  mark of ours becomes part of it.
- A line never breaks within, whatever a title holds; a cell never begins a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from html import escape
from typing import TypeVar

from crawler.model import captured_at, night_at
from crawler.reports.cells import guard, legal
from crawler.reports.health import HealthReport
from crawler.reports.plain import address_of, issue_of, place_of, title_of
from crawler.reports.remedies import TRACKER, Remedy, Replacement, Way, fate_of, is_printable, is_public
from crawler.reports.row_words import tell_evidence
from crawler.reports.rows import Row, Tone
from crawler.reports.words import say, tell_date

SHEET = ("document", "ordinal", "place", "item", "printed", "instead", "why", "verdict")
_Any = TypeVar("_Any")


def by_document(found: Iterable[_Any], row_of: Callable[[_Any], Row]) -> dict[str, list[_Any]]:
    """What belongs to each document, in the given order."""
    grouped: dict[str, list[_Any]] = {}
    for one in found:
        grouped.setdefault(row_of(one).citation.document, []).append(one)
    return grouped


# ---------------------------------------------------------------- the replacement sheet


def tell_sheet(found: Iterable[Replacement], language: str) -> str:
    """The replacement sheet as tab-separated lines with a head: it pastes into Excel and Word as a table."""
    head = [say(f"column.{name}", language) for name in SHEET]
    rows = [[_pasted(legal(str(value))) for value in sheet_row(one, language)] for one in found]
    return "\n".join("\t".join(line) for line in [head, *rows])


def _pasted(text: str) -> str:
    """The text as a pasted cell holds it: behind a quotation mark a spreadsheet would take in cells and lines."""
    return f"'{text}" if text.startswith('"') else guard(text)


def sheet_row(one: Replacement, language: str) -> tuple[str, int, str, str, str, str, str, str]:
    """A replacement's cells, in the order of SHEET."""
    row, citation = one.row, one.row.citation
    return (
        citation.document,
        citation.ordinal,
        place_of(citation, language),
        title_of(citation),
        address_of(row),
        tell_instead(one.remedy, language),
        tell_why(one, language),
        say(f"verdict.{row.standing.verdict}", language),
    )


def tell_why(one: Replacement, language: str) -> str:
    """Why something else is to be printed."""
    if one.fate == TRACKER:
        return say("instead.tracker", language)
    return tell_evidence(one.row, one.row.standing.evidence, language)


def tell_instead(remedy: Remedy, language: str) -> str:
    """What to print instead: an address, or words that can be printed in its place."""
    if remedy.way in (Way.ADDRESS, Way.COPY):
        return remedy.text
    return say(f"instead.{remedy.way}", language, text=remedy.text)


# ---------------------------------------------------------------- errata


def tell_errata(found: Iterable[Replacement], zone: tzinfo, language: str) -> dict[str, str]:
    """The errata of each document: its name and issue, then a sentence per citation that readers should know of."""
    worth = (one for one in found if is_erratum(one))
    return {
        name: "\n".join([_tell_document(rows[0].row, language), *(tell_erratum(one, zone, language) for one in rows)])
        for name, rows in by_document(worth, lambda one: one.row).items()
    }


def is_erratum(one: Replacement) -> bool:
    """Whether readers of a past issue should know: what was printed leads nowhere, or elsewhere."""
    return one.fate not in ("https", TRACKER)


def _tell_document(row: Row, language: str) -> str:
    name, issue = legal(row.citation.document), issue_of(row.citation, language)
    return say("erratum.document", language, document=name, issue=issue) if issue else name


def tell_erratum(one: Replacement, zone: tzinfo, language: str) -> str:
    """One sentence on a broken or changed citation, as it can be printed in the next issue."""
    title = title_of(one.row.citation)
    what = f"“{title}”{'' if language == 'zh' else ': '}" if title else ""
    begun = say(f"erratum.{one.fate}", language, what=what, old=address_of(one.row))
    return begun + say(
        f"erratum_then.{_then(one)}", language, text=one.remedy.text, date=_copied(one.row, zone, language)
    )


def _then(one: Replacement) -> str:
    return "copy_kept" if one.remedy.way is Way.COMMAND else str(one.remedy.way)


def _copied(row: Row, zone: tzinfo, language: str) -> str:
    return tell_date(captured_at(row.copy.capture.timestamp), language, zone) if row.copy else ""


# ---------------------------------------------------------------- robust links


def tell_link(row: Row, remedy: Remedy | None) -> str:
    """The citation as an HTML link that survives its target (Robust Links, 2020: https://robustlinks.mementoweb.org/spec/).

    It leads where the page is now, or to the copy where it is no more; the address as cited and the copy's stand
    beside. '' for what is no web address or names somebody, and where no copy is held: there is no version to speak of.
    """
    cited = row.citation.uri
    if cited is None or row.copy is None or not is_printable(cited):
        return ""
    leads = remedy.text if remedy and remedy.way in (Way.ADDRESS, Way.COPY) else cited
    fields = {"href": leads, "data-originalurl": cited}
    if is_public(row.copy_href):
        fields["data-versionurl"] = row.copy_href
    fields["data-versiondate"] = f"{captured_at(row.copy.capture.timestamp):%F}"
    written = " ".join(f'{name}="{escape(value)}"' for name, value in fields.items())
    return f"<a {written}>{escape(title_of(row.citation) or cited)}</a>"


# ---------------------------------------------------------------- footnotes


def tell_footnote(row: Row, remedy: Remedy | None, zone: tzinfo, language: str) -> str:
    """The citation as one line for a footnote: title, address, copy, when it was last seen to answer.

    '' for what is no web address or names somebody.
    """
    cited = row.citation.uri
    if cited is None or not is_printable(cited):
        return ""
    leads = remedy.text if remedy and remedy.way is Way.ADDRESS else cited
    title = title_of(row.citation)
    parts = [
        f"“{title}”" if title else "",
        f"<{leads}>",
        say("footnote.gone", language) if leads == cited and fate_of(row) in ("dead", "hijacked") else "",
        _tell_copy(row, zone, language),
        _tell_seen(row, zone, language),
    ]
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


def _tell_copy(row: Row, zone: tzinfo, language: str) -> str:
    if row.copy is None:
        return ""
    way = "copy_at" if is_public(row.copy_href) else "copy_kept"
    return say(f"footnote.{way}", language, date=_copied(row, zone, language), text=row.copy_href)


def _tell_seen(row: Row, zone: tzinfo, language: str) -> str:
    seen = next((cell.night for cell in reversed(row.strip) if cell.tone is Tone.GOOD), None)
    return say("footnote.seen", language, date=tell_date(night_at(seen), language, zone)) if seen else ""


def lines_of(report: HealthReport, tell: Callable[[Row], str]) -> dict[str, str]:
    """Lines of text by document, those that say nothing left out."""
    told_rows = ((row, tell(row)) for row in report.rows)
    grouped = by_document([pair for pair in told_rows if pair[1]], lambda pair: pair[0])
    return {name: "\n".join(line for _, line in pairs) for name, pairs in grouped.items()}
