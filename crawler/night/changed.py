"""What changed on cited pages, as a night's report shows it: row by row, and once for what a whole site changed.

Rules:
- A row shows its change while its verdict rests on it, and compares the newest good copy of that night.
- What stands alike on several pages of a site is told in one line, on the first night it is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from crawler.changes.sitewide import LEAST, SiteWide, collapse
from crawler.config import Config
from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Night, Reading, Standing, Verdict
from crawler.night.assess import subject_of
from crawler.night.changing import Changing, Compared
from crawler.night.compared import LATEST
from crawler.night.neighbours import host_of
from crawler.reports.changed import Changed

RESTING = frozenset({Verdict.CHANGED, Verdict.REPLACED, Verdict.HIJACKED})


def changes_of(
    ledger: Ledger, config: Config, night: Night, citations: Sequence[Citation], standings: Mapping[str, Standing]
) -> dict[str, Changed]:
    """By subject, the change that a verdict of that night rests on."""
    resting = [subject for subject, standing in standings.items() if standing.verdict in RESTING]
    changing = Changing(ledger, citations, config, keeps=False)
    found = ((subject, _compared(changing, subject, night)) for subject in resting)
    return {subject: _changed(changing, one) for subject, one in found if one is not None and one.difference.matters}


def _compared(changing: Changing, subject: str, night: Night) -> Compared | None:
    return changing.course_until(subject, night.id + LATEST).compared()


def _changed(changing: Changing, found: Compared) -> Changed:
    lines = changing.differing.lines(found.before, found.now, found.among)
    return Changed(found.difference, found.before.seen_at, tuple(lines))


def changes_of_sites(
    ledger: Ledger, config: Config, night: Night, citations: Sequence[Citation], readings: Mapping[str, Reading]
) -> list[SiteWide]:
    """The differences that several cited pages of a host show since this night."""
    changing = Changing(ledger, citations, config, keeps=False)
    subjects = dict.fromkeys(map(subject_of, citations))
    good = [subject for subject in subjects if subject in readings and readings[subject].outcome in GOOD]
    return collapse(
        {
            (host_of(subject), subject): one.difference
            for subject, one in _of_sites(changing, night, good)
            if one.site_wide and _is_new(one, night)
        }
    )


def _of_sites(changing: Changing, night: Night, subjects: Sequence[str]) -> Iterator[tuple[str, Compared]]:
    """The pages of hosts that have several, beside their baselines."""
    pages = Counter(map(host_of, subjects))
    for subject in subjects:
        found = _compared(changing, subject, night) if pages[host_of(subject)] >= LEAST else None
        if found is not None and found.before.key != found.now.key:
            yield subject, found


def _is_new(found: Compared, night: Night) -> bool:
    """Whether that night is the first to show what the newest copy shows."""
    newest, nights_running = found.among.recent[-1]
    return newest.night == night.id and nights_running == 1
