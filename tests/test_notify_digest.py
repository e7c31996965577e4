"""What a night's message says: what is new and nothing else, every number counted, nothing of a stranger's acting."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Evidence, Group, Kind, Outcome, Standing, Verdict
from crawler.notify.digest import MOST_TOLD, Digest, find_digest, tell_news, write_digest
from crawler.notify.letter import MOST_SHOWN, clean
from crawler.notify.message import Message, write_message
from crawler.notify.payload import digest_payload
from crawler.notify.render import COLUMNS, MOST_CHAT_BYTES, calm, calm_address, width_of, wrap
from crawler.notify.transitions import find_transitions
from crawler.reports.health import HealthReport
from crawler.reports.rows import Row
from crawler.reports.words import CATALOG, LANGUAGES
from tests.house import ROOT
from tests.test_reports_health import (
    HOSTILE,
    NOW,
    WEATHER,
    changed,
    citation,
    full_report,
    invalid_report,
    night_id,
    report_of,
    row,
)

GROUP = {
    "ok": Group.FINE,
    "suspect": Group.WATCHING,
    "blocked": Group.CANNOT_JUDGE,
    "dead": Group.NEEDS_YOU,
    "gone": Group.NEEDS_YOU,
    "needs-eyes": Group.NEEDS_YOU,
    "ok-moved": Group.NEEDS_YOU,
    "changed": Group.CHANGED,
    "replaced": Group.NEEDS_YOU,
    "recovered": Group.FINE,
    "human-ok": Group.HANDLED,
    "ignored": Group.HANDLED,
    "not-checked": Group.NOT_CHECKED,
}
# verdict when told last (- for never) → verdict tonight: what is new of it (- for nothing)
TURNS = """
-            ok           -
-            dead         needs-you
-            suspect      -
-            changed      changed
-            recovered    -
-            ignored      -
ok           ok           -
ok           suspect      -
ok           blocked      -
ok           not-checked  -
suspect      dead         needs-you
suspect      ok           -
blocked      dead         needs-you
dead         dead         -
dead         gone         -
dead         blocked      -
dead         ok           -
dead         recovered    recovered
dead         human-ok     -
recovered    recovered    -
recovered    dead         needs-you
ok           changed      changed
changed      changed      -
changed      replaced     needs-you
changed      ok           -
ok           ok-moved     needs-you
needs-eyes   dead         -
ignored      dead         needs-you
human-ok     gone         needs-you
"""
ROWS = [line.split() for line in TURNS.split("\n") if line.strip()]


def standing(verdict: str) -> Standing:
    return Standing(Verdict(verdict), GROUP[verdict], NOW - timedelta(days=2), 0, Evidence("r", "why", "理由"))


def turned(verdict: str, n: int = 1, **more: object) -> Row:
    return row(citation(n, f"https://www.example.org/{n}", **more), Outcome.OK, Verdict(verdict), GROUP[verdict])  # type: ignore[arg-type]


@pytest.mark.parametrize(("before", "now", "new"), ROWS, ids=lambda word: str(word))
def test_only_what_matters_to_an_editor_is_new(before: str, now: str, new: str) -> None:
    one = turned(now)
    earlier = {} if before == "-" else {one.citation.id: standing(before)}
    found = find_transitions(report_of([one]), earlier)
    assert [transition.kind for transition in found] == ([] if new == "-" else [new])
    assert [transition.before for transition in found] == ([] if new == "-" else [None if before == "-" else before])


def test_a_night_with_nothing_new_has_no_digest() -> None:
    quiet = report_of([turned("ok"), turned("dead", 2)])
    assert find_digest(quiet, {quiet.rows[1].citation.id: standing("dead")}, ()) is None
    assert find_digest(invalid_report(), {}, invalid_report().weather) is None, "an invalid night judges nothing"


def test_weather_that_began_is_news_by_itself() -> None:
    report = report_of([turned("blocked")], weather=[WEATHER])
    digest = digest_of(report, earlier={report.rows[0].citation.id: standing("blocked")})
    assert tell_news(digest, "en") == "1 site-wide notice"
    assert WEATHER.zh in write(digest, "zh").text


def digest_of(report: HealthReport, earlier: dict[str, Standing] | None = None) -> Digest:
    digest = find_digest(report, earlier or {}, report.weather)
    assert digest is not None, "the night has news, and editors would hear nothing"
    return digest


def write(digest: Digest, language: str) -> Message:
    return write_message(digest.report.night_id, "digest", write_digest(digest, language), digest_payload(digest))


def test_the_subject_counts_what_stands_below_it() -> None:
    rows = [turned("dead", 1), turned("gone", 2), turned("changed", 3), turned("recovered", 4)]
    earlier = {rows[3].citation.id: standing("dead")}
    digest = digest_of(report_of(rows), earlier)
    assert write(digest, "en").subject == "2 newly need you, 1 changed, 1 recovered · 2026-01-21"
    assert write(digest, "zh").subject == "2 条新增待处理，1 条内容有变动，1 条已恢复 · 2026年1月21日"
    text = write(digest, "zh").text
    for heading in ("新增待处理（2）", "内容有变动（1）", "已恢复（1）", "已恢复（此前：已失效）"):
        assert heading in text
    assert "1 newly needs you" in write(digest_of(report_of(rows[:1])), "en").subject


def test_the_most_urgent_comes_first() -> None:
    digest = digest_of(report_of([turned("ok-moved", 1), turned("dead", 2), turned("needs-eyes", 3)]))
    assert [one.row.citation.ordinal for one in digest.transitions] == [2, 3, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_a_running_server_or_there_are_none(language: str) -> None:
    report = full_report()
    plain = write(digest_of(report), language)
    assert "http://" not in plain.html.replace("http://www.w3.org", "")
    assert "<a " not in plain.html, "an address that nobody vouches for would be offered in a mail"
    assert report.night_id in plain.text, "an editor would not know which report is meant"
    served = write(digest_of(replace(report, copies_url="https://links.example.org/")), language)
    assert set(re.findall(r'href="([^"]+)"', served.html)) == {
        f"https://links.example.org/reports/{report.night_id}/",
        *(f"https://links.example.org/links/{one.row.citation.id}" for one in digest_of(report).transitions),
    }


def test_a_long_digest_is_cut_and_says_how_much_is_left_out() -> None:
    rows = [turned("dead", n) for n in range(1, MOST_TOLD + 61)]
    digest = digest_of(report_of(rows))
    message = write(digest, "en")
    assert message.subject.startswith(f"{MOST_TOLD + 60} newly need you")
    assert message.text.count("https://www.example.org/") == MOST_TOLD
    assert "And 60 more, in the whole report." in message.text
    assert "And 60 more, in the whole report." in message.html
    assert (len(message.payload["transitions"]), message.payload["more"]) == (MOST_TOLD, 60)
    told = message.chat.count("https://www.example.org/")
    assert 3 < told < MOST_TOLD
    assert f"And {MOST_TOLD - told + 60} more" in message.chat, "the chat would hide how much it leaves out"


def test_what_a_program_is_told_is_what_the_rows_say() -> None:
    report = full_report()
    payload = digest_payload(digest_of(report))
    assert (payload["schema"], payload["kind"], payload["night"]) == (1, "digest", report.night_id)
    assert payload["counts"] == {group.value: n for group, n in report.counts.items()}
    assert len(payload["transitions"]) == report.counts[Group.NEEDS_YOU] + report.counts[Group.CHANGED]
    assert set(payload["transitions"][0]) == {
        "id", "document", "ordinal", "item", "printed", "uri", "before", "after", "group", "kind", "evidence", "report"
    }  # fmt: skip
    by_id = {one.citation.id: one for one in report.rows}
    for told in payload["transitions"]:
        assert told["after"] == by_id[told["id"]].standing.verdict
        assert told["group"] == by_id[told["id"]].standing.group
    json.dumps(payload).encode("ascii")


def test_the_documentation_names_every_field_that_a_program_is_told() -> None:
    page = (ROOT / "docs" / "messages.md").read_text("utf-8")
    payload = digest_payload(digest_of(full_report()))
    names = [*payload, *payload["transitions"][0], "since", "hours"]
    assert not [name for name in names if f"`{name}`" not in page]


def test_a_message_comes_back_from_the_ledger_as_it_was_written() -> None:
    message = write(digest_of(full_report()), "zh")
    assert Message.read(message.data) == message


def test_of_a_change_the_first_facts_are_told() -> None:
    one = replace(turned("changed"), changed=changed())
    text = write(digest_of(report_of([one])), "zh").text.replace("\n   ", "")
    assert "日期 2026年3月14日 → 2026年4月30日" in text, "an editor would have to open the report to see what changed"
    assert "金额 无 → USD 1,200" in text
    assert "date 2026年3月14日 → 2026年4月30日" in write(digest_of(report_of([one])), "en").text.replace("\n   ", " ")


# ---------------------------------------------------------------- text of strangers

MAILER = "https://un.mdrtor.com/track/link/key/1/signature/5ec2e70d15ea5e0fbadc0ffee0ddf00d/userid/b0a710ad1337c0de"


def hostile_report(text: str) -> HealthReport:
    made = citation(1, text, document=text, section=text, item=text, kind=Kind.OTHER)
    one = row(made, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)
    why = Evidence("r", text, text)
    return report_of([replace(one, standing=replace(one.standing, evidence=why))], weather=[why])


def assert_harmless(message: Message, report: HealthReport) -> None:
    forms = (message.subject, message.text, message.html, message.chat)
    for form in forms:
        form.encode("utf-8")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", form), repr(form)
    assert "\n" not in message.subject, "a header field could be forged"
    assert len(message.subject) < 120
    assert not re.search(r"<(script|img|iframe|b|a)\b", message.html.replace(report.copies_url, "")), "markup would act"
    assert not re.search(r"[@<>`*]", message.chat), "a stranger could call everybody"
    assert len(message.chat.encode()) <= MOST_CHAT_BYTES
    assert len(message.text) < 40_000


ACTS = (
    HOSTILE,
    '@all @everyone <@U024BE7LH> <!channel> <at user_id="all">所有人</at>',
    "[click](https://evil.example) *bold* `code`",
    "x\r\nBcc: everybody@example.org\r\n\r\n<h1>",
    "甲" * 10_000,
    "\ud800\x00",
    "a " * 5_000,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ACTS, ids=range(len(ACTS)))
def test_text_of_strangers_is_shown_and_never_acts(text: str, language: str) -> None:
    report = hostile_report(text)
    assert_harmless(write(digest_of(report), language), report)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_harmless(text: str) -> None:
    report = hostile_report(text)
    assert_harmless(write(digest_of(report), "en"), report)


@pytest.mark.parametrize("padding", [0, MOST_SHOWN - 90, MOST_SHOWN - 40, MOST_SHOWN])
def test_nobody_is_named_however_the_text_is_cut(padding: int) -> None:
    message = write(digest_of(hostile_report(f"{'x' * padding} {MAILER} jane.doe@example.org")), "zh")
    everything = message.subject + message.text + message.html + message.chat + json.dumps(message.payload)
    for secret in ("5ec2e70d15ea5e0f", "b0a710ad1337", "jane.doe"):
        assert secret not in everything, f"{secret} would reach every reader of the mail"


def test_cut_text_says_so() -> None:
    assert clean("x" * (MOST_SHOWN + 1)) == "x" * (MOST_SHOWN - 1) + "…"
    assert clean("x" * MOST_SHOWN) == "x" * MOST_SHOWN


def test_a_calm_address_still_leads_where_it_led() -> None:
    assert calm_address("https://a.example/@desk/[1]?x=<y>") == "https://a.example/%40desk/%5B1%5D?x=%3Cy%3E"
    assert calm_address("w***@example.org") == calm("w***@example.org") == "w＊＊＊＠example.org"
    assert calm_address("https://a.example/a_b~c#d&e=1") == "https://a.example/a_b~c#d&e=1"


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("short", 10, ["short"]),
        ("one two three", 7, ["one two", "  three"]),
        ("甲乙丙丁戊", 6, ["甲乙丙", "  丁戊"]),
        ("甲乙丙，丁", 6, ["甲乙", "  丙，", "  丁"]),
        ("https://www.example.org/long", 10, ["https://www.example.org/long"]),
        ("见 https://www.example.org/long 一文", 10, ["见", "  https://www.example.org/long", "  一文"]),
        ("  indented text", 10, ["  indented", "  text"]),
        ("", 10, [""]),
    ],
)
def test_lines_are_broken_where_a_reader_expects_it(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, "  ", columns) == lines


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab 甲乙，。、”)/:-"), max_size=120), st.integers(8, 80))
def test_nothing_is_lost_and_nothing_too_long_that_can_be_broken(text: str, columns: int) -> None:
    lines = wrap(text, "  ", columns)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:
        parts = re.findall(
            r"[\u2e80-\uffef][，。；：！？、）】》”’…]*|[^\s\u2e80-\uffef]+[，。；：！？、）】》”’…]*", line
        )
        assert width_of(line) <= columns or len(parts) == 1, f"{line!r} would be broken by the mail program"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_keeps_to_its_columns_but_for_addresses(language: str) -> None:
    text = write(digest_of(replace(full_report(), copies_url="https://links.example.org")), language).text
    long = [line for line in text.splitlines() if width_of(line) > COLUMNS and "://" not in line]
    assert not long


def test_the_words_of_messages_have_no_half_width_punctuation_in_chinese() -> None:
    assert not [key for key, words in CATALOG["notify"].items() if re.search(r"[\u4e00-\u9fff][,;:!?.]", words["zh"])]


def test_the_night_of_a_digest_is_its_reports() -> None:
    assert write(digest_of(full_report()), "zh").key == f"{night_id(0)}-digest"
