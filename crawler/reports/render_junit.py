"""report.junit.xml: the night as a test run, for those who watch it in CI: a suite per document, a case per citation.

Rules:
- What needs an editor fails; what could not be judged or was not checked is skipped, with the reason; the rest passes.
- A night that says nothing of the sites fails no case that did not fail before.
- Legal XML 1.0 whatever stood in a document.
"""

from __future__ import annotations

from datetime import UTC
from xml.etree import ElementTree as Xml

from crawler.model import Group, Verdict
from crawler.reports.cells import legal
from crawler.reports.health import HealthReport
from crawler.reports.plain import address_of, place_of, title_of, told
from crawler.reports.row_words import tell_advice
from crawler.reports.rows import OURS, Row
from crawler.reports.words import say

_SKIPPED = frozenset({Group.CANNOT_JUDGE, Group.NOT_CHECKED})


def render_junit(report: HealthReport, language: str) -> str:
    """The report as JUnit XML, UTF-8."""
    suites = Xml.Element("testsuites", {"name": legal(f"evercite {report.night_id}"), **_figures(report, report.rows)})
    for name, rows in report.documents.items():
        suite = Xml.SubElement(suites, "testsuite", {"name": legal(name), **_figures(report, rows)})
        suite.set("timestamp", f"{report.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
        for row in rows:
            suite.append(_case(report, row, language))
    Xml.indent(suites, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(suites, "unicode")}\n'


def _figures(report: HealthReport, rows: tuple[Row, ...]) -> dict[str, str]:
    failed = sum(row.standing.group is Group.NEEDS_YOU for row in rows)
    skipped = sum(is_skipped(report, row) for row in rows)
    return {"tests": str(len(rows)), "failures": str(failed), "errors": "0", "skipped": str(skipped), "time": "0"}


def is_skipped(report: HealthReport, row: Row) -> bool:
    """Whether a row says nothing of its link this night: not judged, not checked, or on a night that does not count."""
    group = row.standing.group
    return group is not Group.NEEDS_YOU and (not report.telling or group in _SKIPPED or row.outcome in OURS)


def _case(report: HealthReport, row: Row, language: str) -> Xml.Element:
    named = " ".join(part for part in (f"#{row.citation.ordinal}", title_of(row.citation), address_of(row)) if part)
    case = Xml.Element("testcase", {"classname": legal(row.citation.document), "name": named, "time": "0"})
    verdict = say(f"verdict.{row.standing.verdict}", language)
    if row.standing.group is Group.NEEDS_YOU:
        failure = Xml.SubElement(case, "failure", {"message": verdict, "type": str(row.standing.verdict)})
        failure.text = "\n".join(_explain(row, language))
    elif is_skipped(report, row):
        Xml.SubElement(case, "skipped", {"message": _why_skipped(report, row, language)})
    elif row.standing.verdict is not Verdict.OK:
        Xml.SubElement(case, "system-out").text = f"{verdict}: {legal(told(row.standing.evidence, language))}"
    return case


def _explain(row: Row, language: str) -> tuple[str, ...]:
    said = (
        told(row.standing.evidence, language),
        place_of(row.citation, language),
        row.target or "",
        tell_advice(row, language),
        f"evercite: {row.citation.id}",
    )
    return tuple(legal(line) for line in said if line)


def _why_skipped(report: HealthReport, row: Row, language: str) -> str:
    if not report.telling:
        why = say("ui.invalid_why" if not report.valid else "ui.few_hosts_why", language)
    else:
        why = told(row.evidence, language)
    return f"{say(f'verdict.{row.standing.verdict}', language)}: {legal(why)}"
