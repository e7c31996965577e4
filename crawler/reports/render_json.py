"""report.json: the report for programs, schema 1; fields and ids are only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.model import Capture, Copy, Evidence, Group, Hop, Unreadable
from crawler.reports.changed import Changed
from crawler.reports.health import HealthReport
from crawler.reports.organisations import organisation_of
from crawler.reports.rows import Offer, Row
from crawler.reports.trend import Month

SCHEMA = 1


def render_json(report: HealthReport) -> str:
    """The report as JSON text, valid UTF-8 whatever stood in a document (lone surrogates stay escaped)."""
    text = json.dumps(_report(report), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def _report(report: HealthReport) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "night": {
            "id": report.night_id,
            "now": _instant(report.now),
            "simulated": report.simulated,
            "valid": report.valid,
            "few_hosts": report.few_hosts,
            "invalid_reason": _evidence(report.invalid_reason) if report.invalid_reason else None,
            "unreadable": [_unreadable(item) for item in report.unreadable if not item.partly],
            "warnings": [_unreadable(item) for item in report.unreadable if item.partly],
            "retired": [{"document": one.path, "last_night": one.last_night} for one in report.retired],
        },
        "rules_version": report.rules_version,
        "timezone": report.timezone,
        "sentence": {"en": report.lead.en, "zh": report.lead.zh},
        "unchecked": [{"en": line.en, "zh": line.zh} for line in report.unchecked],
        "weather": [{"en": line.en, "zh": line.zh} for line in report.weather],
        "archive_problems": [{"en": line.en, "zh": line.zh} for line in report.archive_problems],
        "counts": _counts(report.counts),
        "trend": [_month(month) for month in report.trend],
        "copies_url": report.copies_url or None,
        "citations": [_citation(row) for row in report.rows],
    }


def _unreadable(item: Unreadable) -> dict[str, str | None]:
    return {"document": item.document, "why": item.why, "why_zh": item.why_zh or None}


def _citation(row: Row) -> dict[str, Any]:
    citation, standing = row.citation, row.standing
    return {
        "id": citation.id,
        "document": citation.document,
        "ordinal": citation.ordinal,
        "section": citation.section,
        "item": citation.item,
        "item_candidates": [{"item": found.item, "why": found.why} for found in citation.item_candidates],
        "kind": str(citation.kind),
        "printed": row.printed,
        "uri": citation.uri,
        "final_uri": row.final_uri,
        "hops": [_hop(row, hop) for hop in row.hops],
        "outcome": str(row.outcome),
        "verdict": str(standing.verdict),
        "group": str(standing.group),
        "since": _instant(standing.since),
        "failing_nights": standing.failing_nights,
        "evidence": _evidence(row.evidence),
        "verdict_evidence": _evidence(standing.evidence),
        "previous_verdict": str(row.previous) if row.previous else None,
        "changed_since_last_night": row.changed_since_last_night,
        "strip": [
            {"night": cell.night, "outcome": str(cell.outcome) if cell.outcome else None, "counted": cell.counted}
            for cell in row.nights
        ],
        "copies": [_capture(copy) for copy in row.copies],
        "copy": _copy(row.copy, row.copy_href) if row.copy else None,
        "organisation": _organisation(row),
        "page": citation.page,
        "lines": list(citation.lines),
        "part": citation.part,
        "paragraph": citation.paragraph,
        "anchor": citation.anchor,
        "issued": {"date": citation.issued.date, "source": str(citation.issued.source)} if citation.issued else None,
        "same_as": citation.same_as,
        "notes": [_evidence(note) for note in citation.notes],
        "offer": _offer(row.offer) if row.offer else None,
        "change": _change(row.changed) if row.changed else None,
    }


def _change(changed: Changed) -> dict[str, Any]:
    """What differs from the baseline; `importance` sorts changes, the largest first."""
    found = changed.difference
    return {
        "baseline": _instant(changed.baseline_at),
        "class": str(found.text_class),
        "jaccard": round(found.jaccard, 3),
        "containment": round(found.containment, 3),
        "layers": [str(layer) for layer in found.layers],
        "facts": [{"kind": fact.kind, "before": fact.before, "after": fact.after} for fact in found.facts],
        "cited_missing": list(found.cited_missing),
        "importance": found.importance,
        "pages": [{"before": one.before, "after": one.after} for one in found.pages],
        "excerpt": [{"before": before, "after": after} for before, after in found.excerpt],
        "en": changed.told("en"),
        "zh": changed.told("zh"),
    }


def _offer(offer: Offer) -> dict[str, str]:
    return {"uri": offer.uri, "why": offer.why.en, "why_zh": offer.why.zh}


def _hop(row: Row, hop: Hop) -> dict[str, Any]:
    return {
        "uri": row.hop_uri(hop),
        "status": hop.status,
        "failure": str(hop.failure) if hop.failure else None,
        "via": str(hop.via) if hop.via else None,
    }


def _capture(copy: Capture) -> dict[str, str]:
    return {"timestamp": copy.timestamp, "digest": copy.digest, "record_id": copy.record_id}


def _copy(copy: Copy, href: str) -> dict[str, Any]:
    """The copy that answers for a citation; `href` as a reader beside the report opens it, null for none."""
    return {**_capture(copy.capture), "href": href or None, "why": _evidence(copy.why), "days": copy.days}


def _organisation(row: Row) -> dict[str, str] | None:
    found = organisation_of(row.host)
    return {"key": found.key, "en": found.en, "zh": found.zh} if found else None


def _month(month: Month) -> dict[str, Any]:
    return {
        "month": month.month,
        "night": month.night,
        "counts": _counts(month.counts),
        "dead": month.dead,
        "hosts": {host: _counts(counts) for host, counts in sorted(month.hosts.items())},
    }


def _counts(counts: Mapping[Group, int]) -> dict[str, int]:
    return {str(group): counts.get(group, 0) for group in Group}


def _evidence(evidence: Evidence) -> dict[str, str]:
    return {"rule": evidence.rule, "en": evidence.en, "zh": evidence.zh}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
