"""The schedule: units that systemd itself takes for sound, a crontab that a shell reads right, nothing unasked.

What systemd says is asked of the real `systemd-analyze`; installing is tried on a folder of the test's own.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.cli.main import main
from crawler.cli.schedule import _time_of_day
from crawler.schedule.cron import cron_lines
from crawler.schedule.units import Job, quoted, timers_of, units_of

ANALYZE = shutil.which("systemd-analyze")
PROGRAM = Path("/usr/bin/true")
HOUSE = Path("/srv/evercite")
JOB = Job(PROGRAM, HOUSE, (HOUSE / "seeds",), HOUSE / "archive", HOUSE / "reports", HOUSE / "evercite.toml")
ODD = Path("/srv/链接 100% $HOME 'a' \"b\" \\c; d")
JOBS = {
    "a user's own": JOB,
    "system-wide": replace(JOB, user="daemon"),
    "odd names": replace(JOB, folder=ODD, seeds=(ODD / "seeds",), archive=ODD / "archive", reports=ODD / "reports"),
    "odd names, system-wide": replace(JOB, user="daemon", archive=ODD / "archive", reports=ODD / "reports"),
    "without settings": replace(JOB, config=None, seeds=(Path("/a"), Path("/b"))),
}


@pytest.mark.parametrize("name", JOBS)
def test_systemd_takes_the_units(name: str, tmp_path: Path) -> None:
    assert ANALYZE, "systemd-analyze is missing; install the package systemd"
    units = units_of(JOBS[name])
    for unit in units:
        (tmp_path / unit.name).write_text(unit.text, "utf-8")
    said = subprocess.run(
        [ANALYZE, "verify", *(str(tmp_path / unit.name) for unit in units)], capture_output=True, text=True, check=False
    )
    ours = [line for line in said.stderr.splitlines() if "evercite" in line]
    assert (said.returncode, ours) == (0, []), "an editor would install units that do not start"


@pytest.mark.parametrize("at", ["00:00", "02:00", "13:37", "23:59"])
def test_systemd_understands_when(at: str) -> None:
    assert ANALYZE
    for unit in units_of(replace(JOB, at=at)):
        when = dict(dict(unit.sections).get("Timer", ())).get("OnCalendar")
        if when:
            subprocess.run([ANALYZE, "calendar", when], check=True, capture_output=True)


def test_an_exposed_night_is_told() -> None:
    """What the sandbox leaves open, as systemd itself rates it: 0 is closed, 10 is open."""
    assert ANALYZE
    (night, *_) = units_of(replace(JOB, user="daemon"))
    lines = dict(dict(night.sections)["Service"])
    for key in (
        "ProtectSystem",
        "NoNewPrivileges",
        "CapabilityBoundingSet",
        "SystemCallFilter",
        "MemoryMax",
        "TasksMax",
    ):
        assert key in lines, f"a night that a hostile page got hold of would not be held by {key}"
    assert lines["SuccessExitStatus"] == "1 4 75 143", "news for editors would be told as a failed unit"


def test_a_night_sees_its_folders_below_tmp() -> None:
    here = units_of(replace(JOB, user="daemon", archive=Path("/tmp/a")))[0]
    assert "PrivateTmp" not in dict(dict(here.sections)["Service"]), "the night would look into another /tmp"
    assert "PrivateTmp" in dict(dict(units_of(replace(JOB, user="daemon"))[0].sections)["Service"])


def test_only_the_timers_are_switched_on() -> None:
    assert timers_of(units_of(JOB)) == ["evercite.timer", "evercite-overdue.timer"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("100%", '"100%%"'),
        ("$HOME", '"$$HOME"'),
        ('say "so"', '"say \\"so\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("", '""'),
        ("semi;colon", '"semi;colon"'),
    ],
)
def test_a_word_means_only_itself(word: str, written: str) -> None:
    assert quoted(word) == written


@pytest.mark.parametrize("name", JOBS)
def test_a_shell_reads_the_crontab_as_it_was_meant(name: str) -> None:
    job = JOBS[name]
    _, night, overdue = cron_lines(job)
    for line, command in ((night, job.night), (overdue, job.overdue)):
        asked = line.split(" ", 5)[5].replace("\\%", "%")
        assert "%" not in line.replace("\\%", ""), "cron would cut the command off there"
        assert shlex.split(asked) == ["cd", str(job.folder), "&&", "nice", *command]


def test_the_watch_comes_twelve_hours_after_a_night_can_begin() -> None:
    assert cron_lines(replace(JOB, at="02:30"))[2].startswith("30 16 ")
    assert cron_lines(replace(JOB, at="22:05"))[2].startswith("5 12 ")


@pytest.mark.parametrize("text", ["2", "24:00", "02:60", "02:5", "", "a:bc", "-1:00"])
def test_what_is_no_time_of_day_is_told(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write one like 02:00"):
        _time_of_day(text)


# ---------------------------------------------------------------- the command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    return tmp_path


def test_nothing_is_installed_unasked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--at", "3:15"]) == 0
    told = capsys.readouterr()
    assert "OnCalendar=*-*-* 03:15:00 Asia/Shanghai" in told.out
    assert f"--seeds {home / 'seeds'}" in told.out
    assert "Nothing was installed" in told.err
    assert not (home / "settings").exists()


def test_installing_writes_what_was_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No manager runs for the test's user: the files stand, and what is left to type is said."""
    status = main(["schedule", "--install"])
    told = capsys.readouterr()
    written = home / "settings" / "systemd" / "user" / "evercite.service"
    assert "--quiet" in written.read_text("utf-8")
    assert (home / "archive").is_dir(), "the unit could not start: what it may write is not there"
    assert status in (0, 2)
    if status:
        assert "daemon-reload" in told.err
        assert "--cron" in told.err


def test_a_folder_that_no_unit_can_name_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--archive", "a\nb"]) == 3
    assert "rename it" in capsys.readouterr().err


def test_a_crontab_is_printed_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--cron", "--install"]) == 3
    assert "crontab -e" in capsys.readouterr().err
    assert main(["schedule", "--cron"]) == 0
    assert "0 2 * * *" in capsys.readouterr().out
