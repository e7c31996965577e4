"""The crontab lines of a job, for machines without systemd.

Rules:
- cron gives neither limits nor a missed night again, and knows the machine's time zone alone: the lines say so.
- A `%` ends a crontab's command (crontab(5)); it is escaped.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from crawler.schedule.units import Job


def cron_lines(job: Job) -> list[str]:
    """What stands in the crontab of whoever runs the nights."""
    hours, minutes = (int(part) for part in job.at.split(":"))
    return [
        "# Evercite, by this machine's own time zone. Statuses 1, 4 and 75 are no fault; a night that was missed is not"
        " made up for.",
        f"{minutes} {hours} * * * {_command(job, job.night)}",
        f"{minutes} {(hours + 14) % 24} * * * {_command(job, job.overdue)}",
    ]


def _command(job: Job, words: Sequence[str]) -> str:
    return f"cd {shlex.quote(str(job.folder))} && nice {shlex.join(words)}".replace("%", "\\%")
