"""`evercite schedule`: the units that run a night every night, printed or installed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.options import Commands, add_places, config_of
from crawler.errors import EverciteError, UsageError

if TYPE_CHECKING:
    from crawler.schedule.units import Job, Unit

SYSTEM = Path("/etc/systemd/system")


def add_schedule(commands: Commands) -> None:
    parser = commands.add_parser("schedule", help="run it every night: systemd units or a crontab, shown or installed")
    parser.add_argument("--at", metavar="HH:MM", type=_time_of_day, default="02:00", help="when (default: 02:00)")
    parser.add_argument("--seeds", metavar="PATH", type=Path, action="append", help="may repeat (default: seeds/)")
    add_places(parser)
    parser.add_argument("--reports", metavar="DIR", type=Path, default=Path("reports"))
    parser.add_argument(
        "--system", metavar="USER", nargs="?", const="", help="for the whole machine, run as USER (default: you)"
    )
    parser.add_argument("--cron", action="store_true", help="crontab lines, where there is no systemd")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--install", action="store_true", help="write the units and switch their timers on")
    doing.add_argument("--uninstall", action="store_true", help="switch the timers off and remove the units")
    parser.set_defaults(run=_schedule)


def _time_of_day(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60 and len(minutes) == 2):
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day; write one like 02:00")
    return f"{int(hours):02d}:{minutes}"


def _schedule(options: argparse.Namespace) -> int:
    from crawler.schedule.cron import cron_lines
    from crawler.schedule.units import units_of

    job = _job(options)
    if options.cron:
        if options.install or options.uninstall:
            raise UsageError("a crontab is yours to change: put the printed lines into `crontab -e`")
        print("\n".join(cron_lines(job)))
        return 0
    units, folder = units_of(job), _folder_of(options)
    if options.uninstall:
        return _uninstall(units, folder, system=options.system is not None)
    if options.install:
        for place in (job.archive, job.reports):
            _make_for(place, job.user)
        return _install(units, folder, system=options.system is not None)
    for unit in units:
        print(f"# {folder / unit.name}\n{unit.text}")
    print("Nothing was installed; --install writes these files and switches the timers on.", file=sys.stderr)
    return 0


def _job(options: argparse.Namespace) -> Job:
    import getpass

    from crawler.schedule.units import Job

    config = config_of(options)
    found = options.config or Path("evercite.toml")
    return Job(
        program=_program(),
        folder=_whole(Path()),
        seeds=tuple(_whole(path) for path in options.seeds or [Path("seeds")]),
        archive=_whole(options.archive),
        reports=_whole(options.reports),
        config=_whole(found) if found.exists() else None,
        at=options.at,
        timezone=config.timezone,
        night_hours=config.night_hours,
        user="" if options.system is None else options.system or getpass.getuser(),
    )


def _whole(path: Path) -> Path:
    """An absolute path. Raises UsageError for one that no unit file can hold."""
    whole = path.absolute()
    if not str(whole).isprintable():
        raise UsageError(f"{str(whole)!r}: no unit can name a folder with such characters; rename it")
    return whole


def _program() -> Path:
    """The command itself, beside the Python that runs it."""
    program = Path(sys.executable).parent / "evercite"
    if not program.exists():
        raise UsageError(f"{program}: the command is not installed there; install the project with pip first")
    return program


def _folder_of(options: argparse.Namespace) -> Path:
    import os

    if options.system is not None:
        return SYSTEM
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _make_for(folder: Path, user: str) -> None:
    """Make a folder that a unit may write: it has to be there before the unit starts."""
    import shutil

    if folder.exists():
        return
    try:
        folder.mkdir(parents=True)
        if user:
            shutil.chown(folder, user)
    except (OSError, LookupError) as error:
        raise EverciteError(f"{folder}: cannot be made for {user or 'you'} ({error}); make it yourself") from error


def _install(units: list[Unit], folder: Path, *, system: bool) -> int:
    from crawler.schedule.units import timers_of

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for unit in units:
            (folder / unit.name).write_text(unit.text, "utf-8")
            print(folder / unit.name)
    except OSError as error:
        raise EverciteError(f"{folder}: the units cannot be written ({error.strerror}){_as_root(system)}") from error
    _systemctl(system, "daemon-reload")
    _systemctl(system, "enable", "--now", *timers_of(units))
    if not system:
        print("These timers run while you are logged in; `loginctl enable-linger` lets them run always.")
    return 0


def _uninstall(units: list[Unit], folder: Path, *, system: bool) -> int:
    from crawler.schedule.units import timers_of

    there = [unit for unit in units if (folder / unit.name).exists()]
    if not there:
        print(f"{folder}: no units of ours are there.")
        return 0
    _systemctl(system, "disable", "--now", *timers_of(there))
    try:
        for unit in there:
            (folder / unit.name).unlink()
            print(f"removed {folder / unit.name}")
    except OSError as error:
        raise EverciteError(f"{folder}: the units cannot be removed ({error.strerror}){_as_root(system)}") from error
    _systemctl(system, "daemon-reload")
    print("The archive, the reports and the settings are untouched.")
    return 0


def _as_root(system: bool) -> str:
    return "; run this as root, or leave out --system" if system else ""


def _systemctl(system: bool, *words: str) -> None:
    """Tell systemd. Raises EverciteError saying what to type where it does not listen."""
    import subprocess

    command = ["systemctl", *([] if system else ["--user"]), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        why = done.stderr.strip().splitlines()[:1] if done.returncode else None
    except (OSError, subprocess.TimeoutExpired) as error:
        why = [str(error)]
    if why is not None:
        raise EverciteError(
            f"`{' '.join(command)}` failed ({''.join(why) or 'no reason given'}); the unit files stand, and this is"
            " left to type; without systemd, use --cron"
        )
