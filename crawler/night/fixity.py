"""A sample of the archive proven again each night: what does not hold is said, and stops nothing.

Rules:
- The night's number says which part it proves, so that in a row of nights all of it is (archive/sample.py).
- What is found wanting is no original of revisits any more, until it was proven again.
"""

from __future__ import annotations

import time
from pathlib import Path

from crawler.archive.findings import CheckReport
from crawler.archive.sample import parts_of, prove_part
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.night.voice import Voice
from crawler.reports.health import Said

MOST_S = 20.0


def prove_again(archive: Path, ledger: Ledger, voice: Voice) -> Said:
    """Prove tonight's part of the archive: what to add to the night's closing words, empty when all holds."""
    ends = time.monotonic() + MOST_S
    number = len(ledger.nights())
    try:
        of = parts_of(archive, ledger)
        report, broken = prove_part(archive, ledger, number, of, lambda: time.monotonic() > ends)
    except (ArchiveError, OSError) as error:
        voice.warn(f"the archive could not be proven again tonight: {error}")
        return Said("", "")
    if broken:
        ledger.mark_proven(dict.fromkeys(broken, 0))
    _tell(report, f"part {number % of + 1} of {of}", voice)
    if not report.count:
        return Said("", "")
    return Said(
        f" In the archive {report.count:,} records do not hold; run `evercite archive check`.",
        f" 存档中有 {report.count:,} 处记录与其摘要不符，请运行 evercite archive check。",
    )


def _tell(report: CheckReport, part: str, voice: Voice) -> None:
    for sentence in report.sentences():
        voice.warn(f"archive: {sentence}")
    left_out = f"; left out: {report.left_out}" if report.left_out else ""
    found = f"{report.count:,} problems" if report.count else "all of them hold"
    voice.say(f"archive: {report.answers:,} answers proven again ({part}), {report.digests:,} digests: {found}{left_out}")
