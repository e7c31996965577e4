"""The report as a value: counts, the opening sentence, what was not checked, weather – from rows alone.

The sample nights here are used by the tests of the renderers, too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import (
    Capture,
    Citation,
    Difference,
    Evidence,
    FactChange,
    Failure,
    Flag,
    Group,
    Hop,
    ItemCandidate,
    Kind,
    Layer,
    Line,
    Mark,
    Outcome,
    RecordType,
    Standing,
    TextClass,
    Unreadable,
    Verdict,
    Via,
    Wrapper,
)
from crawler.reports.changed import Changed
from crawler.reports.health import HealthReport, build_report
from crawler.reports.rows import TONE, Cell, Row, Tone, mask_mail

NOW = datetime(2026, 1, 20, 18, 5, tzinfo=UTC)
RLO, NUL, SURROGATE = "\u202e", "\x00", "\udc80"
HOSTILE = f"<script>alert(1)</script>\"'{RLO}gpj.exe{NUL}\u200b{SURROGATE}"


def night_id(n: int) -> str:
    return (NOW - timedelta(days=n)).strftime("%Y%m%dT%H%M%SZ")


def capture(uri: str, n: int = 1) -> Capture:
    at = NOW - timedelta(days=n)
    return Capture(
        "org,example)/",
        at.strftime("%Y%m%d%H%M%S") + "042",
        uri,
        "text/html",
        200,
        "sha256:" + "0a" * 32,
        "a.warc.gz",
        0,
        1,
        f"<urn:uuid:00000000-0000-4000-8000-{n:012d}>",
        RecordType.RESPONSE,
        at,
        night_id(n),
    )


def citation(
    n: int, printed: str, kind: Kind = Kind.PAGE, document: str = "briefing-07.txt", **more: object
) -> Citation:
    uri = printed if printed.startswith("http") and kind is not Kind.TRACKER else None
    plain = Citation(
        f"{n:012x}",
        document,
        "00" * 32,
        n,
        1,
        1 + n // 12,
        (10 + n,),
        0,
        10,
        printed,
        None,
        f"第 {n} 条的说明文字，提到可持续消费与生产的一项新报告，详见 {printed}。",
        kind,
        uri,
        None,
        "政策动态" if n % 2 else "资源与工具",
        f"示例条目 {n}：循环经济与气候行动的年度综述",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def strip(drawn: str) -> tuple[Cell, ...]:
    marks = {
        "o": "ok",
        "4": "not-found",
        "t": "timeout",
        "b": "blocked",
        "g": "gone",
        "n": "dns-nxdomain",
        "m": "ok-moved",
    }
    cells = []
    for n, mark in enumerate(drawn):
        outcome = None if mark == "." else Outcome(marks[mark.lower()])
        cells.append(Cell(night_id(len(drawn) - 1 - n), outcome, not mark.isupper()))
    return tuple(cells)


def row(
    cited: Citation,
    outcome: Outcome,
    verdict: Verdict,
    group: Group,
    nights: int = 0,
    drawn: str = "oooooooooooooo",
    **more: object,
) -> Row:
    standing = Standing(
        verdict,
        group,
        NOW - timedelta(days=nights),
        nights,
        Evidence(
            str(verdict),
            f"Verdict {verdict} on {nights} nights since 2026-01-05.",
            f"自 2026-01-05 起，{nights} 个晚上都是如此（{verdict}）。",
        ),
    )
    evidence = Evidence(f"seen-{outcome}", f"example.org answered: {outcome}.", f"example.org 的应答：{outcome}。")
    return replace(Row(cited, outcome, standing, evidence, cited.uri, strip=strip(drawn)), **more)  # type: ignore[arg-type]


def changed(importance: int = 140, **more: object) -> Changed:
    """A page on which a deadline was moved, and something hostile was put in."""
    difference = Difference(
        TextClass.MINOR,
        "state",
        0.97,
        0.98,
        (Layer.TEXT, Layer.HEADING, Layer.EVIDENCE),
        (FactChange("date", "2026年3月14日", "2026年4月30日"), FactChange("money", "", "USD 1,200")),
        ("2026年3月14日",),
        importance=importance,
        excerpt=(
            ("提交截止日期为2026年3月14日，逾期不予受理。", "提交截止日期为2026年4月30日，逾期不予受理。"),
            ("", HOSTILE),
        ),
    )
    lines = (
        Line(Mark.FOLDED, n=7),
        Line(Mark.SAME, ((Mark.SAME, "园艺用品采购说明"),)),
        Line(Mark.BEFORE, ((Mark.SAME, "提交截止日期为2026年"), (Mark.BEFORE, "3月14"), (Mark.SAME, "日"))),
        Line(Mark.AFTER, ((Mark.SAME, "提交截止日期为2026年"), (Mark.AFTER, "4月30"), (Mark.SAME, "日"))),
        Line(Mark.AFTER, ((Mark.AFTER, HOSTILE),)),
        Line(Mark.FOLDED, n=1),
    )
    return replace(Changed(difference, NOW - timedelta(days=40), lines), **more)  # type: ignore[arg-type]


def rows_of_all_groups() -> list[Row]:
    a = "https://www.example.org/report/2025"
    moved = "https://www.example.org/library/report-2025-final"
    long = "https://very-long.example.com/" + "segment-with-many-words/" * 9 + "document.pdf?version=3&lang=zh"
    chain = (Hop(a, 301, None), Hop(moved, 200, None, Via.LOCATION))
    tracker = Wrapper(
        "00", "https://t.example/signature/[redacted]", "mdrtor", True, "https://t.example/signature/SECRET"
    )
    return [
        row(
            citation(1, "https://www.example.org/a"),
            Outcome.NOT_FOUND,
            Verdict.DEAD,
            Group.NEEDS_YOU,
            3,
            "ooooobooooo444",
            copies=(capture("https://www.example.org/a", 4), capture("https://www.example.org/a", 9)),
            changed_since_last_night=True,
            previous=Verdict.SUSPECT,
        ),
        row(
            citation(2, a),
            Outcome.OK_MOVED,
            Verdict.OK_MOVED,
            Group.NEEDS_YOU,
            0,
            "oooooooooooommm",
            final_uri=moved,
            hops=chain,
            copies=(capture(a),),
        ),
        row(citation(3, "https://gone.example/x"), Outcome.GONE, Verdict.GONE, Group.NEEDS_YOU, 5, "....gggGg"),
        row(
            citation(4, "https://slow.example/x", item=None, item_candidates=CANDIDATES),
            Outcome.TIMEOUT,
            Verdict.SUSPECT,
            Group.WATCHING,
            2,
            "oooooooooooott",
            hops=(Hop("https://slow.example/x", None, Failure.TIMEOUT),),
        ),
        row(
            citation(5, "https://down.example/1"), Outcome.TIMEOUT, Verdict.UNREACHABLE, Group.WATCHING, 6, "ooootttttt"
        ),
        row(citation(6, "https://down.example/2"), Outcome.RESET, Verdict.UNREACHABLE, Group.WATCHING, 6, "ooootttttt"),
        row(
            citation(7, "https://wall.example/1"),
            Outcome.BLOCKED,
            Verdict.BLOCKED,
            Group.CANNOT_JUDGE,
            0,
            "bbbbbbbbbbbbbb",
        ),
        row(citation(8, "https://wall.example/2"), Outcome.BLOCKED, Verdict.BLOCKED, Group.CANNOT_JUDGE, 0, "bbbb"),
        row(citation(9, "https://news.example/x"), Outcome.OK, Verdict.CHANGED, Group.CHANGED, changed=changed()),
        row(
            citation(10, "https://fine.example/x"),
            Outcome.OK,
            Verdict.OK,
            Group.FINE,
            copies=(capture("https://fine.example/x"),),
        ),
        row(citation(11, long, section=None), Outcome.OK, Verdict.OK, Group.FINE),
        row(
            citation(12, "w***@example.org", Kind.MAIL, item=None),
            Outcome.NOT_CRAWLED,
            Verdict.NOT_CRAWLED,
            Group.FINE,
            0,
            "",
        ),
        row(citation(13, "https://hand.example/x"), Outcome.BLOCKED, Verdict.HUMAN_OK, Group.HANDLED, 0, "bbbb"),
        row(
            citation(14, "https://later.example/x"), Outcome.NOT_CHECKED, Verdict.NOT_CHECKED, Group.NOT_CHECKED, 0, ""
        ),
        row(
            citation(15, tracker.redacted, Kind.TRACKER, wrapper=tracker, flags=(Flag.PERSONAL,)),
            Outcome.TARGET_UNKNOWN,
            Verdict.TARGET_UNKNOWN,
            Group.NEEDS_YOU,
            0,
            "",
            hops=(Hop(tracker.raw, 302, None),),
        ),
        row(
            citation(
                1,
                "javascript:alert(1)//" + RLO,
                Kind.OTHER,
                document=f"{RLO}<b>x</b>.txt",
                section=HOSTILE,
                item=HOSTILE,
                context=HOSTILE,
                id="ffffffffffff",
            ),
            Outcome.MALFORMED,
            Verdict.MALFORMED,
            Group.NEEDS_YOU,
            0,
            "",
            final_uri="javascript:alert(2)",
        ),
    ]


CANDIDATES = (
    ItemCandidate("示例条目甲：绿色采购指南", "single-item-page"),
    ItemCandidate("示例条目乙：塑料公约进展", "nearest-above"),
)


def report_of(rows: list[Row], **more: object) -> HealthReport:
    fields: dict[str, object] = {
        "night_id": night_id(0),
        "now": NOW,
        "simulated": False,
        "valid": True,
        "invalid_reason": None,
        "unreadable": [],
        "rules_version": "1",
        "timezone": "Asia/Shanghai",
        "rows": rows,
    }
    return build_report(**{**fields, **more})  # type: ignore[arg-type]


def full_report() -> HealthReport:
    return report_of(
        rows_of_all_groups(),
        unreadable=[Unreadable("scan.pdf", "the file is encrypted")],
        simulated=True,
        weather=[WEATHER],
        site_wide=[("news.example", 4)],
    )


def night_of_36() -> HealthReport:
    hosts = ["one.example", "two.example", "three.example"]
    fine = [
        row(
            citation(n, f"https://{hosts[n % 3]}/{n}"),
            Outcome.OK,
            Verdict.OK,
            Group.FINE,
            copies=(capture("https://x.example/"),),
        )
        for n in range(1, 36)
    ]
    dead = row(citation(36, "https://one.example/36"), Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3, "ooo444")
    return report_of([*fine, dead])


WEATHER = Evidence(
    "weather-refusing", "wall.example refuses all 2 links.", "wall.example：2 个链接全部被拒绝自动访问。"
)
REASON = Evidence("run-no-answer", "None of the 9 hosts tried gave a byte.", "尝试访问的 9 个网站没有一个应答。")


def invalid_report() -> HealthReport:
    rows = [
        row(citation(n, f"https://h{n}.example/"), Outcome.DNS_NXDOMAIN, Verdict.OK, Group.FINE, 0, "oooooooN")
        for n in range(1, 10)
    ]
    return report_of(rows, valid=False, invalid_reason=REASON, weather=[WEATHER])


def silent_report() -> HealthReport:
    """A night on which the only two links led to one host that did not answer."""
    rows = [
        row(citation(n, f"https://h.example/{n}"), Outcome.DNS_NXDOMAIN, Verdict.SUSPECT, Group.WATCHING, 1, "n")
        for n in (1, 2)
    ]
    mail = row(citation(3, "w***@example.org", Kind.MAIL), Outcome.NOT_CRAWLED, Verdict.NOT_CRAWLED, Group.FINE)
    return report_of([*rows, mail], few_hosts=True, weather=[WEATHER])


def test_counts_come_from_the_rows() -> None:
    report = full_report()
    assert list(report.counts) == list(Group), "an editor looks for the groups in this order"
    assert sum(report.counts.values()) == len(report.rows)
    assert all(count == len(report.of(group)) > 0 for group, count in report.counts.items())


def test_rows_stand_in_document_order() -> None:
    rows = rows_of_all_groups()
    report = report_of(list(reversed(rows)))
    assert [found.citation.ordinal for found in report.documents["briefing-07.txt"]] == list(range(1, 16))
    assert sum(map(len, report.documents.values())) == len(rows)


def test_the_change_that_matters_most_comes_first() -> None:
    rows = [
        row(
            citation(n, f"https://news.example/{n}"),
            Outcome.OK,
            Verdict.CHANGED,
            Group.CHANGED,
            changed=changed(importance) if importance is not None else None,
        )
        for n, importance in enumerate((5, None, 140, 40), 1)
    ]
    told = [found.citation.ordinal for found in report_of(rows).of(Group.CHANGED)]
    assert told == [3, 4, 1, 2], "an editor reads of a comma before the deadline that was moved"


def test_lead_of_a_full_night() -> None:
    lead = full_report().lead
    assert lead.en.startswith("5 need you: 1 dead (confirmed on 3 nights), 1 removed for good"), "the worst comes first"
    assert "1 dead (confirmed on 3 nights)" in lead.en
    assert "12 of 16 checked; 3 archived." in lead.en
    assert lead.zh.startswith("5 条需要您处理：")
    assert "1 条已失效（3 晚确认）" in lead.zh
    assert lead.zh.endswith("共 16 条，当晚检查了 12 条；3 条有存档。")


def test_lead_of_36() -> None:
    assert night_of_36().lead.en == "1 needs you: 1 dead (confirmed on 3 nights); 36 of 36 checked; 35 archived."


def test_lead_says_a_range_of_nights() -> None:
    rows = [
        row(citation(n, f"https://h.example/{n}"), Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, n) for n in (3, 8)
    ]
    assert "2 dead (confirmed on 3–8 nights)" in report_of(rows).lead.en


def test_lead_when_nothing_needs_an_editor() -> None:
    rows = [row(citation(1, "https://h.example/"), Outcome.OK, Verdict.OK, Group.FINE)]
    assert report_of(rows).lead.en == "Nothing needs you; 1 of 1 checked; 0 archived."


def test_an_empty_night() -> None:
    report = report_of([])
    assert report.lead.zh == "没有找到任何引用的链接。"
    assert set(report.counts.values()) == {0}
    assert report.unchecked == ()


def test_an_invalid_night_blames_nobody() -> None:
    report = invalid_report()
    assert report.lead.en.startswith("Nothing was judged tonight: the trouble was our own network; 0 of 9 checked")
    assert report.weather == (), "our outage was told as the sites' weather"
    assert len(report.unchecked) == 1
    assert "9" in report.unchecked[0].zh


def test_what_was_not_checked_is_said() -> None:
    lines = [line.en for line in full_report().unchecked]
    assert lines[0] == "scan.pdf could not be read: the file is encrypted"
    assert any(line.endswith(" (1)") for line in lines), "a link that was not asked is silently missing"
    assert lines[-3:] == [
        "1 tracking link: where it leads is not known yet.",
        "1 malformed address: nothing to check.",
        "1 e-mail address or other non-web link: recorded, not checked.",
    ]


def test_an_unreadable_document_is_told_in_each_language() -> None:
    told = report_of([], unreadable=[Unreadable("scan.pdf", "the file is encrypted", "文件已加密")]).unchecked[0]
    assert told.en == "scan.pdf could not be read: the file is encrypted"
    assert told.zh == "scan.pdf 无法读取：文件已加密"


def test_when_too_few_hosts_were_tried_nobody_is_blamed() -> None:
    report = silent_report()
    assert report.few_hosts
    assert not report.telling
    assert report.lead.zh.startswith("当晚没有一个网站响应，无法分辨是网站的问题还是我们自己的网络问题；共 3 条")
    assert "2 of 3 tried, none answered" in report.lead.en
    assert report.unchecked[0].en.startswith("2: tried, but nothing answered"), "told that all was checked"
    assert report.weather == (), "our own network may have been told as the sites' weather"


def test_few_hosts_still_names_what_needed_an_editor_before() -> None:
    rows = [row(citation(1, "https://h.example/1"), Outcome.TIMEOUT, Verdict.DEAD, Group.NEEDS_YOU, 3)]
    assert "1 needs you: 1 dead" in report_of(rows, few_hosts=True).lead.en


def test_a_briefing_of_addresses_alone_is_no_silent_night() -> None:
    mail = row(citation(1, "w***@example.org", Kind.MAIL), Outcome.NOT_CRAWLED, Verdict.NOT_CRAWLED, Group.FINE)
    assert "answered" not in report_of([mail], few_hosts=True).lead.en, "nobody was asked"


def test_a_gone_domain_is_counted_in_good_chinese() -> None:
    gone = row(citation(1, "https://h.example/1"), Outcome.DNS_NXDOMAIN, Verdict.HOST_GONE, Group.NEEDS_YOU, 7)
    assert "1 条域名已不存在（7 晚确认）" in report_of([gone]).lead.zh


def test_what_whole_sites_do_is_told_once() -> None:
    told = report_of([], weather=[WEATHER], site_wide=[("news.example", 4)]).weather
    assert [line.zh for line in told] == [
        WEATHER.zh,
        "news.example：4 个被引页面出现同样的改动，多半是全站调整，不逐条列出。",
    ]


def test_every_outcome_has_a_tone() -> None:
    assert set(TONE) == set(Outcome), "a night would have no colour in the strip"


def test_refusals_are_grey_and_what_did_not_count_too() -> None:
    assert TONE[Outcome.BLOCKED] is Tone.GREY
    assert Cell(night_id(0), Outcome.NOT_FOUND, counted=False).tone is Tone.GREY
    assert Cell(night_id(0), Outcome.OK, counted=False).tone is Tone.GOOD
    assert Cell(night_id(0), None).tone is Tone.GREY


def test_the_strip_shows_fourteen_nights() -> None:
    shown = row(citation(1, "https://h.example/"), Outcome.OK, Verdict.OK, Group.FINE, 0, "4" + "o" * 14).nights
    assert len(shown) == 14
    assert {cell.outcome for cell in shown} == {Outcome.OK}


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("wang.li@example.org", "w***@example.org"),
        ("mailto:wang@example.org?subject=x", "mailto:w***@example.org"),
        ("w***@example.org", "w***@example.org"),
        ("@example.org", "***@example.org"),
        ("no address", "no address"),
    ],
)
def test_mail_is_masked(printed: str, shown: str) -> None:
    assert mask_mail(printed) == shown


def test_a_mail_row_never_shows_its_address() -> None:
    mail = row(citation(1, "wang@example.org", Kind.MAIL), Outcome.NOT_CRAWLED, Verdict.NOT_CRAWLED, Group.FINE)
    assert "wang@" not in mail.printed + mail.context
