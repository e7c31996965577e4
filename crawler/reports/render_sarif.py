"""report.sarif: the night as findings of a static analysis, for code-scanning views (SARIF 2.1.0, OASIS).

Rules:
- A rule per verdict, a result per citation that is not fine; its place is the document and line that cites it.
- Only what needs an editor fails; what cannot be judged is open, what changed is for review (§3.27.9).
- The citation's id is the fingerprint: the same finding is the same one next night (§3.27.17).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from crawler.model import Group, Verdict
from crawler.reports.cells import legal
from crawler.reports.health import HealthReport, Said
from crawler.reports.plain import address_of, place_of, told
from crawler.reports.row_words import tell_advice
from crawler.reports.rows import Row
from crawler.reports.words import say
from crawler.version import VERSION

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# How each group is told: kind and level; every kind but `fail` has the level `none` (§3.27.10).
KINDS: dict[Group, tuple[str, str]] = {
    Group.NEEDS_YOU: ("fail", "error"),
    Group.WATCHING: ("fail", "note"),
    Group.CANNOT_JUDGE: ("open", "none"),
    Group.CHANGED: ("review", "none"),
    Group.NOT_CHECKED: ("open", "none"),
}
# What still works for readers is a warning.
_MILD = frozenset({Verdict.OK_MOVED, Verdict.TARGET_UNKNOWN})


def render_sarif(report: HealthReport, language: str) -> str:
    """The report as a SARIF log of one run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, language)]}
    text = json.dumps(log, ensure_ascii=False, indent=1)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def _run(report: HealthReport, language: str) -> dict[str, Any]:
    return {
        "tool": {"driver": _driver(language)},
        "language": "zh-CN" if language == "zh" else "en-US",
        "automationDetails": {"id": f"evercite/{report.night_id}"},
        "invocations": [_invocation(report, language)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(row, language) for row in report.rows if row.standing.group in KINDS],
    }


def _driver(language: str) -> dict[str, Any]:
    return {
        "name": "Evercite",
        "version": VERSION,
        "rules": [
            {
                "id": str(verdict),
                "shortDescription": {"text": say(f"verdict.{verdict}", language)},
                "help": {"text": _help(verdict, language)},
            }
            for verdict in Verdict
        ],
    }


def _help(verdict: Verdict, language: str) -> str:
    return say(f"verdict_advice.{verdict}", language, copy=say("ui.advise_copy", language))


def _invocation(report: HealthReport, language: str) -> dict[str, Any]:
    why = report.invalid_reason
    invalid = [_notice(Said(why.en, why.zh), "error", language)] if why else []
    return {
        "executionSuccessful": report.valid,
        "startTimeUtc": f"{report.now:%Y-%m-%dT%H:%M:%SZ}",
        "toolExecutionNotifications": [
            *invalid,
            *(_notice(line, "warning", language) for line in (*report.unchecked, *report.archive_problems)),
            *(_notice(line, "note", language) for line in report.weather),
        ],
    }


def _notice(said: Said, level: str, language: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _message(said.told(language))}}


def _result(row: Row, language: str) -> dict[str, Any]:
    kind, level = KINDS[row.standing.group]
    return {
        "ruleId": str(row.standing.verdict),
        "ruleIndex": _RULE_INDEX[row.standing.verdict],
        "kind": kind,
        "level": "warning" if row.standing.verdict in _MILD and level == "error" else level,
        "message": {"text": _message(_sentence(row, language))},
        "locations": [_location(row, language)],
        "partialFingerprints": {"citation/v1": row.citation.id},
        "properties": {
            "group": str(row.standing.group),
            "outcome": str(row.outcome),
            "uri": legal(row.citation.uri or ""),
        },
    }


_RULE_INDEX = {verdict: place for place, verdict in enumerate(Verdict)}


def _sentence(row: Row, language: str) -> str:
    verdict = say(f"verdict.{row.standing.verdict}", language)
    blank = "" if language == "zh" else " "
    return f"{verdict}: {address_of(row)} – {told(row.standing.evidence, language)}{blank}{tell_advice(row, language)}"


def _message(text: str) -> str:
    """A plain-text message; brackets and braces would read as links and placeholders (§3.11.5, §3.11.6)."""
    escaped = legal(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _location(row: Row, language: str) -> dict[str, Any]:
    citation = row.citation
    name = quote(citation.document.encode("utf-8", "surrogatepass"), safe="/")
    physical: dict[str, Any] = {"artifactLocation": {"uri": name}}
    if citation.lines:
        physical["region"] = {"startLine": min(citation.lines), "endLine": max(citation.lines)}
    place = place_of(citation, language)
    named = {"logicalLocations": [{"fullyQualifiedName": f"#{citation.ordinal}, {legal(place)}"}]} if place else {}
    return {"physicalLocation": physical, **named}
