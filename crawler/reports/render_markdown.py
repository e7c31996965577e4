"""report.md: the night in short, for a chat or a wiki.

Rules:
- Text of strangers stands in code spans, where nothing forms a link, an image, markup or a mention (CommonMark §6.1).
- A sentence of ours that quotes strangers does too, unless nothing in it can act.
- As many rows as a message bears, those that need an editor first; then it says how many are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crawler.model import Group
from crawler.reports.cells import legal
from crawler.reports.health import HealthReport, Said
from crawler.reports.paste import tell_instead
from crawler.reports.plain import address_of, shorten, title_of, told
from crawler.reports.remedies import remedy_of
from crawler.reports.row_words import tell_advice, tell_nights
from crawler.reports.rows import Row
from crawler.reports.words import say, tell_time

MOST_ROWS = 200
LONGEST_ADDRESS = 400
# Groups that are listed; the others have nothing to act on.
LISTED = (Group.NEEDS_YOU, Group.CHANGED, Group.WATCHING, Group.CANNOT_JUDGE, Group.NOT_CHECKED)
# Letters of any script, digits, and marks that mean nothing in Markdown where they stand; a full stop only before a
# blank or the end, so that no chat sees an address, and no line begins like a list.
_HARMLESS = re.compile(r"(?!\d+[.)])(?:[^\W_]|[ ,;:()%'\"“”‘’…–—·，。；：、（）《》？！]|-(?=[^\W_])|\.(?= |$))*")


def render_markdown(report: HealthReport, language: str) -> str:
    """The report as CommonMark text."""
    return "\n".join(_lines(report, language)) + "\n"


def _lines(report: HealthReport, language: str) -> Iterator[str]:
    yield f"# {say('ui.title', language)} · {tell_time(report.now, language, report.zone)}"
    yield from ("", f"**{report.lead.told(language)}**")
    if report.invalid_reason:
        yield from ("", defuse(told(report.invalid_reason, language)))
    yield from _counts(report, language)
    for name, said in (
        ("unchecked", report.unchecked),
        ("weather", report.weather),
        ("archive", report.archive_problems),
    ):
        yield from _section(say(f"sheet.{name}", language), said, language)
    yield from _rows(report, language)


def _counts(report: HealthReport, language: str) -> Iterator[str]:
    yield ""
    for group, count in report.counts.items():
        if count:
            yield f"- {_pair(say(f'group.{group}', language), count, language)}"


def _section(title: str, said: Iterable[Said], language: str) -> Iterator[str]:
    lines = [f"- {defuse(line.told(language))}" for line in said]
    if lines:
        yield from ("", f"## {title}", "", *lines)


def _rows(report: HealthReport, language: str) -> Iterator[str]:
    left = MOST_ROWS
    for group in LISTED:
        rows = report.of(group)
        if rows[:left]:
            yield from ("", f"## {say(f'group.{group}', language)}{_aside(str(len(rows)), language)}", "")
        for row in rows[:left]:
            yield from _row(row, language)
        left -= len(rows[:left])
    listed = sum(report.counts[group] for group in LISTED)
    if listed > MOST_ROWS:
        yield from ("", say("markdown.more", language, n=listed - MOST_ROWS))


def _row(row: Row, language: str) -> Iterator[str]:
    """A row as a list item: verdict, place and title; below it the address, why, and what to do."""
    citation = row.citation
    nights = tell_nights(row, language)
    verdict = f"**{say(f'verdict.{row.standing.verdict}', language)}**" + (_aside(nights, language) if nights else "")
    place = f"{code(citation.document)} {citation.ordinal}"
    yield " · ".join(part for part in (f"- {verdict}", place, code(title_of(citation))) if part)
    yield f"  - {code(address_of(row), LONGEST_ADDRESS)}"
    yield f"  - {defuse(shorten(told(row.standing.evidence, language), LONGEST_ADDRESS))}"
    remedy = remedy_of(row)
    yield f"  - {tell_advice(row, language)}"
    if remedy and row.standing.group is not Group.CHANGED:
        yield f"  - {_pair(say('column.instead', language), defuse(tell_instead(remedy, language)), language)}"


def _pair(name: str, value: object, language: str) -> str:
    return f"{name}{'：' if language == 'zh' else ': '}{value}"


def _aside(text: str, language: str) -> str:
    return f"（{text}）" if language == "zh" else f" ({text})"


def defuse(sentence: str) -> str:
    """A sentence as it is where nothing in it can act, else as a code span."""
    return sentence if _HARMLESS.fullmatch(sentence) else code(sentence, len(sentence))


def code(text: str, most: int = 200) -> str:
    """Text as a code span, '' for none; its fence is longer than any run of backticks within (CommonMark §6.1)."""
    inside = shorten(legal(text).strip(), most)
    if not inside:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", inside)), default=0))
    blank = " " if inside[0] == "`" or inside[-1] == "`" else ""
    return f"{fence}{blank}{inside}{blank}{fence}"
