"""A sample of the archive proven again each night: what does not hold is said, and stops nothing.

Rules:
- The night's number says which part it proves, so that in a row of nights all of it is (archive/sample.py).
- What is found wanting is no original of revisits any more, until it was proven again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from crawler.archive.findings import CheckReport, many
from crawler.archive.sample import parts_of, prove_part
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.model import Evidence
from crawler.night.voice import Voice

MOST_S = 20.0
# Lost files that the closing words name.
_NAMED = 3


def prove_again(archive: Path, ledger: Ledger, voice: Voice) -> tuple[Evidence, ...]:
    """Prove tonight's part of the archive: what the report and the closing words say of it, nothing when all holds."""
    ends = time.monotonic() + MOST_S
    number = len(ledger.nights())
    try:
        of = parts_of(archive, ledger)
        report, broken = prove_part(archive, ledger, number, of, lambda: time.monotonic() > ends)
    except (ArchiveError, OSError) as error:
        voice.warn(f"the archive could not be proven again tonight: {error}")
        return ()
    if broken:
        ledger.mark_proven(dict.fromkeys(broken, 0))
    _tell(report, f"part {number % of + 1} of {of}", voice)
    return tuple(_problems(report))


def _problems(report: CheckReport) -> Iterator[Evidence]:
    """Files that are gone in words of their own, and what else does not hold."""
    lost, records = len(report.lost_files), report.count - len(report.lost_files)
    if lost:
        named = ", ".join(report.lost_files[:_NAMED]) + (", …" if lost > _NAMED else "")
        yield Evidence(
            "archive-file-lost",
            f"{many(lost, 'WARC file')} of the archive cannot be read ({named}); restore from a backup.",
            f"存档中有 {lost:,} 个 WARC 文件缺失或无法读取（{named}），请从备份恢复。",
        )
    if records:
        yield Evidence(
            "archive-record-altered",
            f"In the archive {many(records, 'record')} did not hold; run `evercite archive check`.",
            f"存档中有 {records:,} 处记录与其摘要不符，请运行 evercite archive check。",
        )


def _tell(report: CheckReport, part: str, voice: Voice) -> None:
    if not (report.answers or report.count):
        return  # a first night has nothing to prove
    for sentence in report.sentences():
        voice.warn(f"archive: {sentence}")
    left_out = f"; left out: {report.left_out}" if report.left_out else ""
    found = many(report.count, "problem") if report.count else "all of them hold"
    voice.say(
        f"archive: {report.answers:,} answers proven again ({part}), {report.digests:,} digests: {found}{left_out}"
    )
