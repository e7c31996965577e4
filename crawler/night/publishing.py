"""The files an editor opens: a night's report in every format, and the page over all nights.

Rules:
- A file is there whole or not at all, also on a disk that is full.
- A format is a row: its name and what makes its files; what only some formats need is imported by them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from crawler.config import Config
from crawler.errors import EverciteError, UsageError
from crawler.ledger.ledger import Ledger
from crawler.ledger.summaries import Summary
from crawler.model import Evidence, Night
from crawler.night.copying import lay_copies
from crawler.night.telling import find_night, told_of
from crawler.reports.health import HealthReport, Said
from crawler.reports.render_nights import NightLine, render_nights_pages

Files = Mapping[str, str | bytes]
Tell = Callable[[str], None]
# The page over all nights, as a night's folder and `latest/` see it.
ALL_NIGHTS = "../index.html"


def _html(report: HealthReport, language: str, nights_href: str = ALL_NIGHTS, files: Sequence[str] = ()) -> Files:
    from crawler.reports.render_html import render_pages

    return render_pages(report, language, nights_href=nights_href, files=files)


def _paste(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_paste import render_paste_pages

    return render_paste_pages(report)


def _xlsx(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_xlsx import render_xlsx

    return {"report.xlsx": render_xlsx(report, language)}


def _csv(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_csv import render_csv

    return {"report.csv": render_csv(report, language)}


def _json(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_json import render_json

    return {"report.json": render_json(report)}


def _markdown(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_markdown import render_markdown

    return {"report.md": render_markdown(report, language)}


def _junit(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_junit import render_junit

    return {"report.junit.xml": render_junit(report, language)}


def _sarif(report: HealthReport, language: str) -> Files:
    from crawler.reports.render_sarif import render_sarif

    return {"report.sarif": render_sarif(report, language)}


FORMATS: dict[str, Callable[[HealthReport, str], Files]] = {
    "html": _html,
    "paste": _paste,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "md": _markdown,
    "junit": _junit,
    "sarif": _sarif,
}
# What a night writes by itself; the others are for those who run it in CI.
NIGHTLY = ("html", "xlsx", "csv", "json", "md")
# The folder of copies that all nights share, as a night's folder and `latest/` see it.
COPIES, BESIDE = "copies", "../copies/"


def tell(
    report: HealthReport,
    folder: Path,
    language: str,
    formats: Collection[str] = NIGHTLY,
    nights_href: str = ALL_NIGHTS,
) -> None:
    """Write a report's files into a folder; `nights_href` is where the page over all nights is, '' where there is none.

    Raises EverciteError when it cannot be written.
    """
    files = [f"report.{name}" for name in ("xlsx", "csv") if name in formats]
    makers = FORMATS | {"html": partial(_html, nights_href=nights_href, files=files)}
    for name in formats:
        write_files(folder, makers[name](report, language))


def write_files(folder: Path, files: Files) -> None:
    """Write texts and bytes as files, each whole. Raises EverciteError when they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _write(folder / name, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise EverciteError(f"{folder}: the report cannot be written ({error.strerror}); free the disk") from error


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes and writes the report of a night; `tell` takes what is to be said aside."""

    ledger: Ledger
    config: Config
    archive: Path
    tell: Tell

    def report(self, night: Night, copies: Path, prefix: str, problems: Sequence[Evidence] = ()) -> HealthReport:
        """The report of a night, its copies laid into a folder that its pages see as `prefix`."""
        told = told_of(self.ledger, night, self.config, problems)
        return lay_copies(told, self.ledger, self.archive, copies, prefix, self.tell)

    def summarise(self, report: HealthReport) -> None:
        """Keep what the page over all nights says of a report."""
        self.ledger.summarise(report.night_id, Summary(report.lead.en, report.lead.zh, report.counts))

    def write_nights(self, reports: Path, now: datetime) -> None:
        """Write the page over all nights."""
        summaries = self.ledger.summaries()
        lines = [
            _line(night, summaries.get(night.id), self.ledger.invalid_reason(night.id), reports)
            for night in self.ledger.nights()
        ]
        write_files(reports, render_nights_pages(lines, self.config.language, self.config.timezone, now))


def _line(night: Night, summary: Summary | None, invalid: Evidence | None, reports: Path) -> NightLine:
    return NightLine(
        night=night.id,
        started_at=night.started_at,
        valid=night.valid,
        status=night.status,
        simulated=night.simulated,
        lead=Said(summary.en, summary.zh) if summary else None,
        counts=summary.counts if summary else {},
        invalid_reason=invalid,
        has_report=(reports / night.id / "index.html").exists(),
    )


def write_report_again(
    publisher: Publisher, night_id: str, formats: Collection[str], language: str | None, reports: Path, now: datetime
) -> Path:
    """Write a night's report again from the ledger, in its place among the others; returns the folder."""
    night = find_night(publisher.ledger, night_id)
    report = publisher.report(night, reports / COPIES, BESIDE)
    tell(report, reports / night.id, language or publisher.config.language, formats)
    publisher.summarise(report)
    publisher.write_nights(reports, now)
    return reports / night.id


def write_report_apart(
    publisher: Publisher, night_id: str, formats: Collection[str], language: str | None, out: Path
) -> Path:
    """Write a night's report into a folder that holds all it needs; returns the folder.

    Raises UsageError where a file is in the way.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; name a folder for the report with --out")
    night = find_night(publisher.ledger, night_id)
    report = publisher.report(night, out / COPIES, f"{COPIES}/")
    tell(report, out, language or publisher.config.language, formats, nights_href="")
    return out
