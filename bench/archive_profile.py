"""Where our time goes: a sampling profiler (py-spy) over the crawl of pages, told a page in milliseconds.

Rules:
- The profiler only shares out; the milliseconds are those of the same run without it.
- What a C function costs stands with the Python function that called it: deflate with `compress_member`.
- A thread's waiting is not counted, but for some of its wait for the interpreter's lock: shares are to be read roughly.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench import web
from bench.addresses import uris, write_list
from bench.measure import machine
from bench.page import Section, table
from bench.programs import OURS_LINKS, PEERS
from bench.race import race

PAGES = 3_000
HOSTS = 50
RATE = 100
TOP = 25
_LINE = re.compile(r":\d+\)$")
PROFILER = PEERS.with_name("py-spy")
Stack = tuple[str, ...]

# The parts of a page's way, by the innermost frame on the stack that holds one of these marks; the first row wins.
PARTS = (
    ("deflate", ("compress_member (crawler/archive/members.py",)),
    ("digests", ("sha256_of (crawler/archive/records.py", "Spool.keep (crawler/wire/spool.py")),
    ("links of a page: reading", ("crawler/pages/",)),
    ("links of a page: fields, redaction", ("crawler/fetch/outlinks.py", "crawler/urls/redact.py")),
    ("URL keys and canonical form", ("crawler/urls/", "ada_url/")),
    ("WARC: records, writing, fsync", ("crawler/archive/",)),
    ("ledger and index: SQLite", ("crawler/ledger/", "sqlite_utils/")),
    ("wire: connections, answers", ("crawler/wire/", "crawler/http1.py", "crawler/content.py")),
    ("visits, turns, questions", ("crawler/",)),
    ("Scrapy", ("scrapy/", "twisted/", "w3lib/", "pydispatch/", "itemadapter/")),
    ("event loop, sockets", ("asyncio/", "selectors.py", "concurrent/", "socket.py")),
)
OTHER = "other"


def measured(scale: float) -> Section:
    """Profile ours, with the links of pages read."""
    number = max(HOSTS, int(PAGES * scale))
    if not PROFILER.exists():
        return Section("Where the time goes", "py-spy is not installed (`make bench` installs it).")
    with web.running() as port:
        listed = uris(port, number, HOSTS, "p")
        stacks = _profiled(listed)
        cpu_ms = race([OURS_LINKS], listed, listed[0], 1)[OURS_LINKS.name].cpu_ms
    told = (
        f"`python -m bench profile`, {machine()}. {number:,} pages (median {web.MEDIAN_BYTES // 1000} KB) on {HOSTS}"
        f" hosts, ours with links read: {cpu_ms:.2f} ms of CPU a page without start-up, shared out by"
        f" {sum(stacks.values()):,} samples. What a C function costs stands with the Python function that called it; a"
        " part of the wait for the interpreter's lock is counted as if it were work."
    )
    parts = _shares(stacks, _part, cpu_ms)
    functions = _shares(stacks, _function, cpu_ms)[:TOP]
    return Section(
        "Where the time goes",
        "\n\n".join(
            [told, table(("part", "ms a page", "share"), parts), table(("function", "ms a page", "share"), functions)]
        ),
    )


def _profiled(listed: Sequence[str]) -> Counter[Stack]:
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place, "out"), Path(place, "stacks")
        folder.mkdir()
        command = OURS_LINKS.command(folder, write_list(Path(place, "list"), list(listed)))
        spy = [str(PROFILER), "record", "-f", "raw", "-F", "-r", str(RATE), "-o", str(out), "--", *command]
        subprocess.run(spy, check=True, capture_output=True)
        return read_stacks(out.read_text("utf-8").splitlines())


def read_stacks(lines: Iterable[str]) -> Counter[Stack]:
    """The samples of py-spy's raw format by stack, outermost frame first, without start-up."""
    found: Counter[Stack] = Counter()
    for line in lines:
        names, _, number = line.rpartition(" ")
        stack = tuple(frame for frame in names.split(";") if frame)
        if stack and not any("importlib" in frame for frame in stack):
            found[stack] += int(number)
    return found


def _shares(stacks: Counter[Stack], of: Callable[[Stack], str], cpu_ms: float) -> list[list[str]]:
    found: Counter[str] = Counter()
    for stack, number in stacks.items():
        found[of(stack)] += number
    total = found.total()
    return [[name, f"{cpu_ms * n / total:.3f}", f"{100 * n / total:.0f} %"] for name, n in found.most_common()]


def _part(stack: Stack) -> str:
    for frame in reversed(stack):
        for name, marks in PARTS:
            if any(mark in frame for mark in marks):
                return name
    return OTHER


def _function(stack: Stack) -> str:
    """The innermost function, with its file."""
    return "`" + _LINE.sub(")", stack[-1]) + "`"
