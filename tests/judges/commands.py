"""The judges that are commands: what each says of one WARC file, read from its output."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.house import ROOT

OWN = Path(sys.executable).parent
VENV = ROOT / ".venv-judges" / "bin"


@dataclass(frozen=True)
class Said:
    """What a judge said: record ids by what it found, and its own complaint where it gave up."""

    status: int
    rejected: frozenset[str]
    passed: frozenset[str] = frozenset()
    complaint: str = ""


def judge(name: str) -> Path:
    """A program of the judges' own environment."""
    assert (VENV / name).exists(), f"{name} is not installed; `make .venv-judges/ready` installs it"
    return VENV / name


def ask(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a judge to its end."""
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=120)


def gzip_test(path: Path) -> str:
    """What `gzip -t` has against a file; empty when nothing."""
    done = ask("gzip", "-t", path)
    return done.stderr if done.returncode or done.stderr else ""


def warcio_check(path: Path) -> Said:
    """`warcio check -v`: every digest that it can work out."""
    done = ask(OWN / "warcio", "check", "-v", path)
    verdicts = re.findall(r"WARC-Record-ID (\S+) \S+\n((?:    .*\n)*)", done.stdout)
    rejected = frozenset(record for record, verdict in verdicts if "failed" in verdict)
    return Said(done.returncode, rejected, frozenset(record for record, _ in verdicts) - rejected, done.stderr)


def fastwarc_check(path: Path, *options: str) -> Said:
    """`fastwarc check`: block digests; with `--verify-payloads` payload digests too."""
    done = ask(OWN / "fastwarc", "check", "--quiet", "--output", "-", *options, path)
    verdicts = re.findall(r"^(<\S+>): (.*)$", done.stdout, re.MULTILINE)
    rejected = frozenset(record for record, verdict in verdicts if "FAIL" in verdict)
    passed = frozenset(record for record, verdict in verdicts if verdict.startswith("OK"))
    return Said(done.returncode, rejected, passed - rejected, done.stderr)


def cdxj_index(path: Path) -> list[str]:
    """The sorted lines of `cdxj-indexer`."""
    done = ask(judge("cdxj-indexer"), "--sort", path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.splitlines()
