"""What a program is told: the JSON object of a message, as a web hook gets it.

Every object: `schema` 1, `kind` ("digest", "overdue" or "test"), `sentence` {en, zh}, `report` (an address, or null).
A digest: `night`, `now`, `simulated`, `lead` {en, zh}, `counts` (group → rows), `weather` [{en, zh}], `more` (how many
transitions are left out), and `transitions` [{id, document, ordinal, item, printed, uri, before, after, group, kind,
evidence {rule, en, zh}, report}]. `before` and `after` are verdicts, `before` null for what was never told; `kind` is
needs-you, changed or recovered; a transition's `report` is its link's own page, or null.
An overdue message: `since` (a night's start), `hours`, `night` (the newest there is, or null).
Fields may be added, never renamed.
"""

from __future__ import annotations

from typing import Any

from crawler.model import Evidence
from crawler.notify.digest import Digest, tell_news
from crawler.notify.letter import clean
from crawler.notify.transitions import Transition
from crawler.reports.health import Said
from crawler.reports.words import LANGUAGES

SCHEMA = 1


def digest_payload(digest: Digest) -> dict[str, Any]:
    """The object of a digest."""
    report = digest.report
    return {
        "schema": SCHEMA,
        "kind": "digest",
        "night": report.night_id,
        "now": f"{report.now:%Y-%m-%dT%H:%M:%SZ}",
        "simulated": report.simulated,
        "sentence": {language: tell_news(digest, language) for language in LANGUAGES},
        "lead": _said(report.lead),
        "counts": {group.value: n for group, n in report.counts.items()},
        "weather": [_said(line) for line in digest.weather],
        "transitions": [_transition(digest, one) for one in digest.told],
        "more": len(digest.transitions) - len(digest.told),
        "report": digest.report_url or None,
    }


def _transition(digest: Digest, one: Transition) -> dict[str, Any]:
    row, citation = one.row, one.row.citation
    return {
        "id": citation.id,
        "document": clean(citation.document),
        "ordinal": citation.ordinal,
        "item": clean(citation.item) if citation.item else None,
        "printed": clean(row.printed),
        "uri": clean(citation.uri) if citation.uri else None,
        "before": one.before,
        "after": row.standing.verdict,
        "group": row.standing.group,
        "kind": one.kind,
        "evidence": _evidence(row.standing.evidence),
        "report": digest.link_of(one) or None,
    }


def _evidence(evidence: Evidence) -> dict[str, str]:
    return {"rule": evidence.rule, "en": clean(evidence.en), "zh": clean(evidence.zh)}


def _said(line: Said) -> dict[str, str]:
    return {"en": clean(line.en), "zh": clean(line.zh)}
