"""`evercite diff`: what an editor reads of a change on a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.cli.diff import WIDTH, columns, render
from crawler.cli.main import main
from crawler.ledger.ledger import Ledger
from crawler.model import Line, Mark
from tests.test_night_changing import DEADLINE, END, ORDINARY, PAGE, POSTPONED, Story, citation, page_of


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive whose one page changed on the third night."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "archive"
    story = begun(folder)
    story.play_each(ORDINARY, ORDINARY, POSTPONED)
    return folder


def begun(folder: Path) -> Story:
    """A story in a folder, its citation read by each night."""
    folder.mkdir()
    cited = citation(PAGE, "申请截止日期为2026年5月5日")
    return Story(Ledger.open(folder / "ledger.sqlite3"), [cited])


def test_a_change_is_told_with_facts_and_lines(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", PAGE, "--archive", str(archive), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "5 May 2026" in said
    assert "[-5 May 2026-] → {+12 June 2026+}" in said
    assert "− Applications for the summer close on [-5 May-] 2026, and late ones are kept\n− for" in said
    assert "+ Applications for the summer close on {+12 June+} 2026, and late ones" in said
    assert "Cited, and no longer found:\n− 2026年5月5日" in said
    assert "Small edits in the text" in said
    assert "unchanged)" in said
    assert all(columns(row) <= WIDTH for row in said.splitlines())
    assert "\x1b" not in said


def test_it_is_told_in_chinese_by_default(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", PAGE, "--archive", str(archive)]) == 1
    said = capsys.readouterr().out
    assert "正文有少量改动；原文保留" in said
    assert "变动的要点：" in said


def test_two_dates_are_the_captures_nearest_them(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--archive", str(archive), "--lang", "en"]
    assert main(["diff", PAGE, "--from", "2026-03-01", "--to", "2026-03-02", *where]) == 0
    assert "Nothing that an editor is to be told differs" in capsys.readouterr().out
    assert main(["diff", PAGE, "--from", "2026-03-02", "--to", "2026-03-09", *where]) == 1
    assert main(["diff", PAGE, "--from", "2026-03-09", "--to", "2026-03-01", *where]) == 3
    assert "exchange them" in capsys.readouterr().err


def test_with_one_copy_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    begun(tmp_path / "archive").play_each(ORDINARY)
    assert main(["diff", PAGE]) == 3
    assert "no two good copies" in capsys.readouterr().err
    assert main(["diff", "https://nobody.example.org/cited"]) == 3
    assert main(["diff", "0123456789ab"]) == 3
    assert "knows no citation" in capsys.readouterr().err


def test_after_an_editor_accepted_nothing_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    story = begun(tmp_path / "archive")
    story.play_each(ORDINARY, POSTPONED, POSTPONED)
    story.accept()
    assert main(["diff", PAGE, "--lang", "en"]) == 0
    story.play_each(page_of(DEADLINE.replace("5 May", "1 July"), END))
    assert main(["diff", PAGE, "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "[-12 June 2026-] → {+1 July 2026+}" in said, "compared with what stood there before it was accepted"
    assert "Compared with the first copy" in said


def test_what_a_page_says_to_a_terminal_is_not_obeyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    evil = page_of("The text is \u009b31mred\u202e and \x07rings, and goes on for a line that is long enough.", END)
    begun(tmp_path / "archive").play_each(ORDINARY, evil)
    main(["diff", PAGE, "--lang", "en"])
    said = capsys.readouterr().out
    assert not {one for one in said if not one.isprintable() and one != "\n"}


def test_rows_are_cut_by_columns_and_coloured() -> None:
    han = Line(Mark.AFTER, ((Mark.SAME, "申报截止日期为" * 9), (Mark.AFTER, "2026年4月15日")))
    rows = list(render(han, colour=False))
    assert [columns(row) for row in rows[:-1]] == [WIDTH] * (len(rows) - 1)
    assert "".join(row.removeprefix("+ ") for row in rows) == "申报截止日期为" * 9 + "{+2026年4月15日+}"
    coloured = "".join(render(han, colour=True))
    assert "\x1b[32m" in coloured
    assert "{+" not in coloured


def test_a_word_longer_than_a_row_stays_whole() -> None:
    line = Line(Mark.SAME, ((Mark.SAME, "see https://library.example.org/" + "a" * 100),))
    assert list(render(line, colour=False)) == [
        "  see",
        "  https://library.example.org/" + "a" * 100,
    ]
