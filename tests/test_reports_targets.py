"""How a report tells what spans nights: notes and offers, documents read in part, documents that are gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from crawler.model import Evidence, Group, Outcome, Retired, Unreadable, Verdict
from crawler.reports.health import HealthReport, build_report
from crawler.reports.render_html import render_html
from crawler.reports.render_json import render_json
from crawler.reports.rows import Offer
from crawler.reports.words import LANGUAGES
from tests.test_reports_health import HOSTILE, NOW, citation, night_id, row

NOTE = Evidence("target-typed", f"Typed by an editor: {HOSTILE}", f"由编辑填写：{HOSTILE}")
OFFER = Offer(
    "https://www.example.org/a%20b", Evidence("decoded-once-answers", "This form answers.", "此写法可以打开。")
)
BROKEN = citation(1, "https://www.example.org/a%2520b", notes=(NOTE,), same_as="https://www.example.org/first")


def report_of(**more: Any) -> HealthReport:
    rows = [
        row(BROKEN, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3, offer=OFFER),
        row(replace(BROKEN, id="f" * 12, ordinal=2), Outcome.OK, Verdict.OK, Group.FINE),
    ]
    values: dict[str, Any] = {
        "night_id": night_id(0),
        "now": NOW,
        "simulated": True,
        "valid": True,
        "invalid_reason": None,
        "unreadable": [],
        "rules_version": "1",
        "timezone": "Asia/Shanghai",
        "rows": rows,
    }
    return build_report(**values | more)


def night_of(report: HealthReport) -> dict[str, Any]:
    night: dict[str, Any] = json.loads(render_json(report))["night"]
    return night


def test_a_row_carries_its_notes_and_its_offer() -> None:
    broken, fine = json.loads(render_json(report_of()))["citations"]
    assert broken["notes"] == [{"rule": NOTE.rule, "en": NOTE.en, "zh": NOTE.zh}]
    assert broken["offer"] == {"uri": OFFER.uri, "why": OFFER.why.en, "why_zh": OFFER.why.zh}
    assert (broken["same_as"], fine["offer"]) == ("https://www.example.org/first", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_notes_and_offers_and_lets_nothing_hostile_out(language: str) -> None:
    page = render_html(report_of(), language)
    assert page.count({"zh": "由编辑填写", "en": "Typed by an editor"}[language]) == 2, "a folded row keeps it back"
    assert f'href="{OFFER.uri}"' in page
    assert {"zh": OFFER.why.zh, "en": OFFER.why.en}[language] in page
    assert HOSTILE not in page


def test_what_was_read_in_part_is_a_warning_and_not_unreadable() -> None:
    unreadable = [
        Unreadable("x.pdf", "is empty", "文件为空"),
        Unreadable("y.pdf", "page 3 is a picture", "第 3 页是图片", True),
    ]
    report = report_of(unreadable=unreadable)
    assert [one["document"] for one in night_of(report)["unreadable"]] == ["x.pdf"]
    assert night_of(report)["warnings"] == [
        {"document": "y.pdf", "why": "page 3 is a picture", "why_zh": "第 3 页是图片"}
    ]
    assert "y.pdf was read only in part: page 3 is a picture" in [line.en for line in report.unchecked]
    assert "y.pdf 只读取了一部分：第 3 页是图片" in [line.zh for line in report.unchecked]


def test_documents_that_are_gone_are_one_line() -> None:
    one = Retired("a.txt", "a", "20260104T180000Z")
    report = report_of(retired=[one])
    assert night_of(report)["retired"] == [{"document": "a.txt", "last_night": "20260104T180000Z"}]
    (line,) = [line for line in report.unchecked if "a.txt" in line.en]
    assert line.en == "No longer among the seeds: a.txt (last read 2026-01-05); its history is kept.", "not their date"
    assert line.zh == "以下文档已不在来源文件夹中：a.txt（最后读取于 2026-01-05）；其历史记录仍保留。"


def test_many_documents_that_are_gone_are_counted_the_last_first() -> None:
    gone = [Retired(f"{n}.txt", f"{n}", f"202601{n:02}T020000Z") for n in range(1, 9)]
    report = report_of(retired=gone)
    assert len(night_of(report)["retired"]) == 8
    (line,) = [line for line in report.unchecked if "8.txt" in line.en]
    assert "4.txt (last read 2026-01-04) and 3 more; their history is kept." in line.en
    assert "4.txt（最后读取于 2026-01-04），另有 3 份；" in line.zh
    assert "3.txt" not in line.en


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_of_documents_that_are_gone_even_with_nothing_else_to_say(language: str) -> None:
    report = report_of(rows=[], retired=[Retired("旧刊.txt", "旧刊", "20260104T020000Z")])
    assert "旧刊.txt" in render_html(report, language), "a folder emptied by mistake would go unnoticed"
