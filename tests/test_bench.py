"""The programs of bench/ still run, store every page they were given, and are caught where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import page, programs, web
from bench.addresses import host, uris, write_list
from bench.archive_profile import read_stacks
from bench.measure import run
from bench.programs import FLOOR, OURS_LINKS, PEERS, Program
from bench.race import run_once
from bench.stored import read_stored, why_wrong

EVERY = [value for value in vars(programs).values() if isinstance(value, Program)]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with web.running() as found:
        yield found


@pytest.mark.parametrize("program", EVERY, ids=lambda program: program.name)
def test_every_program_stores_every_page_of_its_list(program: Program, port: int) -> None:
    if program.missing():
        pytest.skip(program.missing())
    cost, written = run_once(program, uris(port, 6, 3, "p"))
    assert cost.cpu_s > 0
    assert written > 0, f"{program.name} left nothing behind, and would have been called fast"


def test_a_program_that_left_a_page_out_is_not_counted_as_fast(tmp_path: Path, port: int) -> None:
    listed = uris(port, 4, 2, "s")
    run(OURS_LINKS.command(tmp_path, write_list(tmp_path / "list", listed[1:])))
    assert why_wrong(tmp_path, listed[1:], OURS_LINKS) == ""
    assert why_wrong(tmp_path, listed, OURS_LINKS) == f"1 of 4 pages are not in its archive, such as {listed[0]}"


def test_a_second_run_in_the_same_folder_is_a_second_night(tmp_path: Path, port: int) -> None:
    command = OURS_LINKS.command(tmp_path, write_list(tmp_path / "list", uris(port, 2, 1, "n")))
    run(command)
    assert read_stored(tmp_path).revisits == 0
    run(command)
    assert read_stored(tmp_path).revisits == 2, "the second night of the benchmark would measure nothing"


def test_a_command_that_fails_stops_the_measurement() -> None:
    with pytest.raises(RuntimeError, match="status 1"):
        run(["false"])


def test_hosts_are_as_many_as_asked_for() -> None:
    found = {host(number) for number in range(100_000)}
    assert len(found) == 100_000, "hosts of the fake web share an address: politeness would slow the crawl down"
    assert all(0 < int(part) < 255 for name in found for part in (name.split(".")[1], name.split(".")[3]))


def test_a_section_replaces_its_own_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    for name, body in (("one", "first"), ("two", "other"), ("one", r"second \1")):
        page.write_section(name, page.Section(name.title(), body))
    written = page.PAGE.read_text("utf-8")
    assert "first" not in written
    assert written.index(r"second \1") < written.index("other")


def test_the_profile_leaves_start_up_out() -> None:
    lines = [
        "main (bench/ours.py);_load (<frozen importlib._bootstrap>) 7",
        "main (bench/ours.py);crawl (crawler/x.py) 3",
    ]
    assert read_stacks(lines) == {("main (bench/ours.py)", "crawl (crawler/x.py)"): 3}


@pytest.mark.skipif(not PEERS.exists(), reason=FLOOR.missing())
def test_the_floor_writes_an_archive_that_reads_back(tmp_path: Path, port: int) -> None:
    run(FLOOR.command(tmp_path, write_list(tmp_path / "list", uris(port, 4, 2, "s"))))
    lines = (tmp_path / "floor.cdxj").read_text("ascii").splitlines()
    assert len(lines) == 6, "two robots.txt and four pages"
    assert lines == sorted(lines)
