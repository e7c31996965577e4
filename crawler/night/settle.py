"""Citations as read → citations as this night takes them: with what trackers answered, editors typed and nights found.

Rules:
- What an editor typed beats what a tracker answered, and both beat a reading that the crawl chose.
- A merge holds only while the uri that stands for another one is itself cited.
- Every target that the print alone does not tell carries a note; the notes of a night stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.model import Choice, Citation, Evidence, Kind, Merge, Override
from crawler.seeds.citations import kind_of
from crawler.urls.canonical import clean, urlkey


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of targets beside the documents, at one moment; `zone` is the one dates are told in."""

    answered: Mapping[str, str]
    typed: Mapping[str, Override]
    choices: Mapping[str, Choice]
    merges: Mapping[str, Merge]
    zone: tzinfo


def known_targets(ledger: Ledger, config: Config) -> Known:
    """What the ledger knows of targets now."""
    return Known(
        ledger.tracker_targets(), ledger.overrides(), ledger.choices(), ledger.merges(), ZoneInfo(config.timezone)
    )


def settle(citations: Iterable[Citation], known: Known) -> list[Citation]:
    """The citations with the targets that are known now, each with the notes that say how."""
    settled = [_settled(_as_read(citation), known) for citation in citations]
    cited = {citation.uri for citation in settled if citation.uri}
    return [_merged(citation, known.merges, cited) for citation in settled]


def _as_read(citation: Citation) -> Citation:
    """The citation without what an earlier settling said of it, as far as it can be told apart."""
    plain = replace(citation, notes=(), same_as=None)
    return replace(plain, uri=None, urlkey=None) if citation.wrapper else plain


def typed_subject(citation: Citation) -> str:
    """What a typed target is kept under: the wrapper, so that all its citations follow, else the citation alone."""
    return citation.wrapper.sha256 if citation.wrapper else citation.id


def _settled(citation: Citation, known: Known) -> Citation:
    typed = known.typed.get(typed_subject(citation))
    if typed is not None and typed.uri:
        return _with_target(citation, typed.uri, _typed_note(typed, known.zone))
    answered = known.answered.get(citation.wrapper.sha256) if citation.wrapper else None
    if answered:
        return replace(citation, uri=answered, urlkey=urlkey(answered))
    choice = known.choices.get(citation.id)
    if choice is not None and choice.uri in (citation.uri, *citation.alternatives):
        return _with_target(citation, choice.uri, choice.why)
    return citation


def _with_target(citation: Citation, uri: str, note: Evidence) -> Citation:
    """The citation with a target that is settled: of its other readings only the one with a session part stays."""
    return replace(
        citation,
        uri=uri,
        urlkey=urlkey(uri),
        kind=citation.kind if citation.kind is Kind.TRACKER else kind_of(uri),
        defect=None,
        alternatives=tuple(other for other in citation.alternatives if clean(other).uri == uri != other),
        notes=(note,),
    )


def _typed_note(typed: Override, zone: tzinfo) -> Evidence:
    at = typed.set_at.astimezone(zone)
    return Evidence(
        "target-typed",
        f"An editor typed the target on {at:%F}: {typed.why}",
        f"编辑于{at.year}年{at.month}月{at.day}日填写了实际指向：{typed.why}",
    )


def _merged(citation: Citation, merges: Mapping[str, Merge], cited: set[str]) -> Citation:
    """The citation with the uri that stands for its own; merges of merges are followed to the first of all."""
    first, notes = citation.uri or "", list(citation.notes)
    passed = {first}
    while (merge := merges.get(first)) and merge.same_as in cited - passed:
        first, notes = merge.same_as or first, [*notes, merge.why]
        passed.add(first)
    return citation if first == (citation.uri or "") else replace(citation, same_as=first, notes=tuple(notes))
