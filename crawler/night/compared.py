"""What changed on one cited page, in lines for an editor's terminal: which copies, in how much, facts, the text.

Rules:
- Everything is redacted; times are told in the configured zone.
- What was put in and taken out is told by signs, colour comes on top: `[-so-]` and `{+so+}` stand where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.errors import UsageError
from crawler.judge.rows import GOOD
from crawler.ledger.differences import GoodCapture
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Difference, Layer, Line, Mark, PageChange, TextClass
from crawler.night.changing import Changing, Compared
from crawler.replay.lookup import find_holdings
from crawler.reports.words import say, tell_time
from crawler.urls.redact import redact, redact_text

# More captures than nights in a century.
ALL = 40_000
# Behind every night's id.
LATEST = "~"
_WORDS = {
    "before": ("原存档", "before"),
    "now": ("现存档", "now"),
    "same": ("两份存档没有需要告知的差别。", "Nothing that an editor is to be told differs between these copies."),
    "kept": ("原文保留 {share} %", "{share} % of the old text stands"),
    "domain": ("页面现由另一个域名提供", "it now comes from another domain"),
    "missing": ("引用的内容已找不到：", "Cited, and no longer found:"),
    "facts": ("变动的要点：", "Facts:"),
    "pages": ("PDF 页：", "Pages of the PDF:"),
    "page-changed": ("第 {before} 页 → 第 {after} 页：有改动", "page {before} → page {after}: changed"),
    "page-added": ("第 {after} 页：新增", "page {after}: put in"),
    "page-removed": ("原第 {before} 页：删去", "former page {before}: taken out"),
    "excerpt": ("摘录：", "Excerpt:"),
    "whole": ("全文对照：", "The whole text:"),
    "folded": ("（{n} 段未变，略去）", "({n} unchanged)"),
    "site-wide": (
        "该网站的其他被引页面也有同样的改动，多半是全站调整。",
        "Other cited pages of this site show the same: most likely a change to the whole site.",
    ),
    "first": (
        "与最初的存档（{date}）相比：{what}",
        "Compared with the first copy ({date}): {what}",
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a change: its subject, the captures with their difference, and the lines of the whole text."""

    subject: str
    compared: Compared
    lines: tuple[Line, ...]
    differs: bool


def find_change(
    ledger: Ledger,
    config: Config,
    asked: str,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Told | None:
    """What changed on a citation's page or a URL: from its baseline to the newest good capture, or between those
    nearest two instants; `at` is now. None where there are no two to compare. Raises UsageError for an unknown id."""
    subject = find_holdings(ledger, asked).uri
    captures = ledger.good_captures(subject, GOOD, newest=ALL) if subject else []
    if subject is None or not captures:
        return None
    if since and until and since > until:
        raise UsageError("--from is later than --to; exchange them")
    now = _nearest(captures, until) if until else captures[-1]
    before = _nearest(captures, since) if since else None
    changing = Changing(ledger, _citing(ledger, subject, asked), config, keeps=False)
    found = changing.course_until(subject, now.night + LATEST).compared(before, at)
    alone = len(captures) == 1 or (before is not None and before.record_id == now.record_id)
    if found is None or alone:
        return None
    lines = changing.differing.lines(found.before, found.now, found.among)
    return Told(subject, found, tuple(lines), _differs(found.difference))


def _nearest(captures: Sequence[GoodCapture], at: datetime) -> GoodCapture:
    return min(captures, key=lambda capture: abs(capture.seen_at - at))


def _differs(found: Difference) -> bool:
    return found.matters or Layer.DOWNLOADS in found.layers


def _citing(ledger: Ledger, subject: str, asked: str) -> list[Citation]:
    """The citations of a subject in the newest night, and the one asked for; its host's, too: for what is site-wide."""
    nights = ledger.nights()
    citations = ledger.citations_of(nights[-1].id) if nights else []
    one = ledger.citation(asked)
    known = {citation.id for citation in citations}
    return [*citations, *([one] if one and one.id not in known else [])]


# ---------------------------------------------------------------- told


def tell_change(told: Told, config: Config, language: str) -> Iterator[Line]:
    """Everything told of a change, as lines whose pieces are marked."""
    zone, found = ZoneInfo(config.timezone), told.compared
    yield _plain(redact(told.subject))
    for name, capture in (("before", found.before), ("now", found.now)):
        yield _plain(
            f"{_say(name, language)}  {tell_time(capture.seen_at, language, zone)}  {redact(capture.final_uri)}"
        )
    if not told.differs:
        yield _plain(_say("same", language))
        return
    yield _plain(_summary(found.difference, language))
    if found.site_wide:
        yield _plain(_say("site-wide", language))
    if found.first and found.since_first:
        date = tell_time(found.first.seen_at, language, zone)
        yield _plain(_say("first", language, date=date, what=_summary(found.since_first, language)))
    yield from _details(found.difference, language)
    yield from _text(told, language)


def _plain(text: str) -> Line:
    """A line of our own words, where no line of the page stands."""
    return Line(Mark.FOLDED, ((Mark.SAME, text),))


def _say(name: str, language: str, **figures: object) -> str:
    zh, en = _WORDS[name]
    return (zh if language == "zh" else en).format(**figures)


def _summary(found: Difference, language: str) -> str:
    """How much differs, in a sentence."""
    uncompared = found.text_class is TextClass.UNCOMPARED
    parts = [] if uncompared else [say(f"change.{found.text_class}", language)]
    if found.text_class in (TextClass.MINOR, TextClass.EDITED, TextClass.REWRITTEN):
        parts.append(_say("kept", language, share=round(100 * found.containment)))
    layers = (Layer.HEADING, Layer.EVIDENCE, Layer.DOWNLOADS, Layer.PDF, Layer.IMAGE, Layer.BINARY)
    parts += [say(f"layer.{layer}", language) for layer in layers if layer in found.layers]
    if found.other_domain:
        parts.append(_say("domain", language))
    stop, end = ("；", "。") if language == "zh" else ("; ", ".")
    text = stop.join(parts) + end
    return text[0].upper() + text[1:]


def _details(found: Difference, language: str) -> Iterator[Line]:
    none = say("fact.none", language)
    if found.cited_missing:
        yield from (_plain(""), _plain(_say("missing", language)))
        yield from (Line(Mark.BEFORE, ((Mark.SAME, redact_text(words)),)) for words in found.cited_missing)
    if found.facts:
        yield from (_plain(""), _plain(_say("facts", language)))
    for fact in found.facts:
        kind = say(f"fact.{fact.kind}", language)
        before, after = redact_text(fact.before) or none, redact_text(fact.after) or none
        yield Line(
            Mark.SAME,
            ((Mark.SAME, f"{kind}  "), (Mark.BEFORE, before), (Mark.SAME, " → "), (Mark.AFTER, after)),
        )
    if found.pages:
        yield from (_plain(""), _plain(_say("pages", language)))
        yield from (Line(Mark.SAME, ((Mark.SAME, _page(page, language)),)) for page in found.pages)


def _page(page: PageChange, language: str) -> str:
    before, after = _range(page.before), _range(page.after)
    name = "page-changed" if before and after else "page-added" if after else "page-removed"
    return _say(name, language, before=before, after=after)


def _range(pages: tuple[int, int] | None) -> str:
    if pages is None:
        return ""
    first, last = pages
    return str(first) if first == last else f"{first}–{last}"


def _text(told: Told, language: str) -> Iterator[Line]:
    excerpt = told.compared.difference.excerpt
    if excerpt:
        yield from (_plain(""), _plain(_say("excerpt", language)))
    for before, after in excerpt:
        yield from (Line(Mark.BEFORE, ((Mark.SAME, before),)),) if before else ()
        yield from (Line(Mark.AFTER, ((Mark.SAME, after),)),) if after else ()
    if any(line.mark not in (Mark.SAME, Mark.FOLDED) for line in told.lines):
        yield from (_plain(""), _plain(_say("whole", language)))
        for line in told.lines:
            folded = _plain(_say("folded", language, n=line.n))
            yield folded if line.mark is Mark.FOLDED else line
