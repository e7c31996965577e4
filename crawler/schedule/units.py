"""systemd units that run a night every night, and say so when none ran: their text, from what is to run where.

Rules:
- A night may write its archive, its reports and its temporary files, nothing else; it reads the rest of the system.
- A unit's words are quoted as systemd.syntax(7) and systemd.service(5) have it: a folder's name may hold anything but a
  line break.
- Statuses that are no fault of the machine are successes: news (1), our network down (4), another night running (75),
  ended politely (143).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAME = "evercite"
# How long after the night's own deadline judging, reports and messages may take.
AFTER_NIGHT_S = 3600
# A night ends within ten seconds of SIGTERM; then the same time again for a slow disk.
STOP_S = 30


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run, and when: the program, its folders (all absolute), and a time of day in a zone.

    `seeds`, `archive` and `reports` may lie anywhere. `night_hours` is the night's own deadline; `user` is whose it is
    in a system-wide unit ("" in a user's own).
    """

    program: Path
    folder: Path
    seeds: tuple[Path, ...]
    archive: Path
    reports: Path
    config: Path | None = None
    at: str = "02:00"
    timezone: str = "Asia/Shanghai"
    night_hours: float = 8.0
    user: str = ""

    @property
    def night(self) -> list[str]:
        """The command of a night."""
        seeds = [word for path in self.seeds for word in ("--seeds", str(path))]
        return [str(self.program), "night", *seeds, *self.places, "--reports", str(self.reports), "--quiet"]

    @property
    def overdue(self) -> list[str]:
        """The command that says when no night ran."""
        return [str(self.program), "notify", "--overdue", *self.places]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Everything on disk that the commands name."""
        return (
            self.program,
            self.folder,
            *self.seeds,
            self.archive,
            self.reports,
            *([self.config] if self.config else []),
        )

    @property
    def places(self) -> list[str]:
        """The options that every command has."""
        config = ["--config", str(self.config)] if self.config else []
        return ["--archive", str(self.archive), *config]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file: its name and its sections, each of (key, value) lines in order."""

    name: str
    sections: Sequence[tuple[str, Sequence[tuple[str, str]]]] = field(default_factory=tuple)

    @property
    def text(self) -> str:
        """The file."""
        parts = ["\n".join([f"[{head}]", *(f"{key}={value}" for key, value in lines)]) for head, lines in self.sections]
        return "\n\n".join(parts) + "\n"


def units_of(job: Job) -> list[Unit]:
    """The units of a job: the night and its timer, the watch over it and its own."""
    hours, minutes = job.at.split(":")
    evening = f"{(int(hours) + 14) % 24:02d}:{minutes}"
    return [
        _service(f"{NAME}.service", "Evercite: the nightly check of cited links", job, job.night, _night_limits(job)),
        _timer(f"{NAME}.timer", "Evercite: every night", job, job.at, "30min"),
        _service(f"{NAME}-overdue.service", "Evercite: says when no night ran", job, job.overdue, _OVERDUE_LIMITS),
        _timer(f"{NAME}-overdue.timer", "Evercite: once a day, twelve hours after a night", job, evening, "10min"),
    ]


def timers_of(units: Iterable[Unit]) -> list[str]:
    """The names of the units that are to be enabled."""
    return [unit.name for unit in units if unit.name.endswith(".timer")]


def _service(name: str, what: str, job: Job, command: Sequence[str], limits: Sequence[tuple[str, str]]) -> Unit:
    unit = [
        ("Description", what),
        *([("Wants", "network-online.target"), ("After", "network-online.target")] if job.user else []),
    ]
    service = [
        ("Type", "oneshot"),
        *([("User", job.user)] if job.user else []),
        ("WorkingDirectory", _path(job.folder)),
        ("ExecStart", " ".join(quoted(word) for word in command)),
        ("SuccessExitStatus", "1 4 75 143"),
        *limits,
        *_sandbox(job),
    ]
    return Unit(name, [("Unit", unit), ("Service", service)])


def _timer(name: str, what: str, job: Job, at: str, random: str) -> Unit:
    when = [
        ("OnCalendar", f"*-*-* {at}:00 {job.timezone}"),
        ("RandomizedDelaySec", random),
        ("FixedRandomDelay", "true"),  # nights stay a day apart: verdicts count days
        ("Persistent", "true"),  # a night missed while the machine slept is run when it wakes
    ]
    return Unit(
        name, [("Unit", [("Description", what)]), ("Timer", when), ("Install", [("WantedBy", "timers.target")])]
    )


def _night_limits(job: Job) -> list[tuple[str, str]]:
    return [
        ("TimeoutStartSec", f"{int(job.night_hours * 3600) + AFTER_NIGHT_S}"),
        ("TimeoutStopSec", f"{STOP_S}"),
        ("KillMode", "mixed"),  # SIGTERM to the night alone: it ends its own helpers
        ("Nice", "10"),
        ("IOSchedulingClass", "idle"),
        ("MemoryHigh", "1500M"),
        ("MemoryMax", "2G"),
        ("TasksMax", "256"),
        ("LimitNOFILE", "8192"),
    ]


_OVERDUE_LIMITS = [("TimeoutStartSec", "900"), ("Nice", "10"), ("MemoryMax", "512M"), ("TasksMax", "64")]

# systemd.exec(5). What needs a privilege is for system-wide units alone: a user's own manager cannot give it.
_ALWAYS = [
    ("NoNewPrivileges", "true"),
    ("UMask", "0027"),
    ("LockPersonality", "true"),
    ("RestrictRealtime", "true"),
    ("RestrictSUIDSGID", "true"),
    ("RestrictNamespaces", "true"),
    ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
]
_PRIVILEGED = [
    ("CapabilityBoundingSet", ""),
    ("AmbientCapabilities", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "read-only"),
    ("PrivateDevices", "true"),
    ("ProtectClock", "true"),
    ("ProtectControlGroups", "true"),
    ("ProtectHostname", "true"),
    ("ProtectKernelLogs", "true"),
    ("ProtectKernelModules", "true"),
    ("ProtectKernelTunables", "true"),
    ("ProtectProc", "invisible"),
]


def _sandbox(job: Job) -> list[tuple[str, str]]:
    if not job.user:
        return _ALWAYS
    writable = " ".join(quoted(str(path)) for path in (job.archive, job.reports))
    own_tmp = [] if any(_is_temporary(path) for path in job.paths) else [("PrivateTmp", "true")]
    return [*_ALWAYS, *_PRIVILEGED, *own_tmp, ("ReadWritePaths", writable)]


def _is_temporary(path: Path) -> bool:
    """Whether a unit with a /tmp of its own would not see a path."""
    return any(path.is_relative_to(place) for place in ("/tmp", "/var/tmp"))


def quoted(word: str) -> str:
    """A word of a unit file that means nothing but itself (systemd.syntax(7), systemd.unit(5) "Specifiers")."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or any(one in word for one in " \t';") or not word else word


def _path(path: Path) -> str:
    """A path that stands alone as a value: taken as it is, but for specifiers."""
    return str(path).replace("%", "%%")
