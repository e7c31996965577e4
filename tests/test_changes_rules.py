"""The rules that comparing rests on: facts in one spelling, evidence, what is learned, what is site-wide."""

from __future__ import annotations

import pytest

from crawler.changes.cited import Read, cited_by, missing
from crawler.changes.fact_rows import ROWS
from crawler.changes.facts import find_facts, same_fact
from crawler.changes.learning import is_volatile, learn, vary
from crawler.changes.listing import is_home
from crawler.changes.measure import language_of, measure
from crawler.changes.noise import ROWS as NOISE
from crawler.changes.parts import MOST_PARTS, is_same_state, parts_of
from crawler.changes.passages import normal, passages, sentences
from crawler.changes.sitewide import collapse, is_site_wide, shared_parts
from crawler.changes.skeletons import Skeletons
from crawler.changes.telling import LINE_CHARACTERS, excerpt
from crawler.model import Difference, TextClass

FACTS = [
    ("Closes on 5 March 2026 at 17:00 (Friday)", "2026-03-05 T17:00 W5"),
    ("March 5th, 2026; 2026年3月5日; 2026-03-05; 2026/3/5; 二〇二六年三月五日", "2026-03-05 " * 5),
    ("5 de marzo de 2026, 5. März 2026, 5 mars 2026, 5 марта 2026 года", "2026-03-05 " * 4),
    ("3月5日 and 5 March and March 5", "--03-05 " * 3),
    ("2026年3月, March 2026", "2026-03 2026-03"),
    ("下午5时30分, 17时30分, 5:30 p.m., 5 pm", "T17:30 T17:30 T17:30 T17:00"),
    ("2026年第三季度, Q3 2026", "2026Q3 2026Q3"),
    ("星期五, 每周五, 一周一次", "W5 W5"),
    ("in 2030, 2030年底, by 2030", "2030 2030 2030"),
    ("05/03/2026 stays as it stands", "05/03/2026"),
    ("120万元, RMB 1.2 million, 1,200,000 yuan", "CNY 1200000|" * 3),
    ("US$3.5bn, USD 3.5 billion, 35亿美元", "USD 3500000000|" * 3),
    ("€300, EUR 300, 300 euros, 300欧元", "EUR 300|" * 4),
    ("12.5%, 12.5 per cent, 百分之12.5, 12.50 %", "12.5% 12.5% 12.5% 12.5%"),
    ("1,234 people, 10 000 units, 120万", "1234 10000 1200000"),
    ("ISO 20400:2017 and ISO/IEC 27001, EN 15804", "ISO20400:2017 ISO/IEC27001 EN15804"),
    ("GB/T 33635-2017, GB 5749—2022, DB11/T 1234-2020", "GB/T33635-2017 GB5749-2022 DB11/T1234-2020"),
    ("Regulation (EU) 2024/1781; 财库〔2024〕7号", "REGULATION(EU)2024/1781 财库〔2024〕7号"),
    ("third edition, 3rd edition, 第三版, 第3版, version 3", "edition 3|" * 5),
    ("CO2, H2O, B2B and 5km", "5"),
    ("no fact at all, 没有数字", ""),
    ("31 February is told as it stands, 40 March is no date", "--02-31 40"),
]


@pytest.mark.parametrize(("text", "values"), FACTS, ids=[text[:30] for text, _ in FACTS])
def test_facts_are_read_into_one_spelling(text: str, values: str) -> None:
    wanted = [one for one in values.split("|") if one] if "|" in values else values.split()
    assert [fact.value for fact in find_facts(normal(text))] == wanted


def test_every_row_says_where_it_was_met() -> None:
    assert all(row.met for row in ROWS)
    assert all(row.met for row in NOISE)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-03-05", "--03-05", True),
        ("2026-03-05", "2025-03-05", False),
        ("2026-03", "2026-03-05", False),
        ("GB/T33635-2017", "GB/T33635", True),
        ("GB/T33635-2017", "GB/T33635-2025", False),
        ("CNY 1200000", "¥ 1200000", True),
        ("USD 300", "EUR 300", False),
        ("1200000", "EUR 1200000", True),
        ("12.5%", "12.5", False),
    ],
)
def test_two_spellings_say_the_same(one: str, other: str, same: bool) -> None:
    assert same_fact(one, other) is same_fact(other, one) is same


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("One. Two! Three? Four", 4),
        ("Dr. A. Smith, e.g. No. 5 of ISO 20400.", 1),
        ("第一句。第二句！第三句；第四句", 4),
        ("The price is 3.5 m. It costs.", 2),
        ("الجملة الأولى. الجملة الثانية.", 2),
        ("Первое. Второе и т. д. третье.", 2),
    ],
)
def test_lines_are_cut_into_sentences(line: str, found: int) -> None:
    assert len(sentences(line)) == found, sentences(line)


# ---------------------------------------------------------------- evidence


def test_a_claim_in_chinese_is_found_in_an_english_page() -> None:
    page = Read("It has RMB 1.2 million until 5 March 2026, 35 per cent of it for ISO 20400:2017.")
    claims = cited_by([("安排资金120万元，截止2026年3月5日，其中35%，依据ISO 20400", None)])
    assert all(claim.stands_in(page) for claim in claims.claims)
    assert len(claims.claims) == 4
    gone = missing(claims, [page], Read("It has RMB 2 million until 5 April 2026, 30 per cent of it for nobody."))
    assert gone == ("120万元", "2026年3月5日", "35%", "ISO 20400")


def test_small_numbers_hours_and_days_of_the_week_are_no_evidence() -> None:
    assert cited_by([("On Friday at 17:00 the 3 judges met.", None)]).claims == ()


def test_text_fragments_are_claims_without_their_context() -> None:
    cited = cited_by([("", "text=before-,The%20first,%E7%AC%AC%E4%BA%8C,-behind&text=Third%2C%20too")])
    assert [claim.printed for claim in cited.claims] == ["The first", "第二", "Third, too"]
    assert all(claim.stands_in(Read("the\nFIRST … 第 二 … third, too")) for claim in cited.claims)


# ---------------------------------------------------------------- measuring


def test_languages_are_told_by_script_and_words() -> None:
    assert language_of("The bell of the mill is in the house of the miller, and that is all for now.") == "en"
    assert language_of("申报截止日期为二零二六年三月五日，逾期材料一律退回，不予拆封，请各单位注意。") == "han"
    assert language_of("12 34") == ""


def test_a_text_measured_against_nothing_is_uncompared() -> None:
    assert measure("", "Some words.").text_class is TextClass.UNCOMPARED


# ---------------------------------------------------------------- learning


@pytest.mark.parametrize(
    ("steps", "volatile"),
    [
        ([True, True, True], True),
        ([False, True, False], False),
        ([True, False, True, False, True], False),
        ([True, True, False, True, True, True], True),
        ([True, True, False, True, True, False, True], True),  # five of seven
        ([True, True, True, False, False, False], False),  # it rests: what stays is a change
        ([None, True, None, True, True], True),
        ([], False),
    ],
)
def test_volatile_is_what_differs_every_night(steps: list[bool | None], volatile: bool) -> None:
    assert is_volatile(steps) is volatile


def test_a_field_varies_when_it_is_another_one_every_night() -> None:
    assert vary(["a", "b", "c", "d"])
    assert not vary(["a", "a", "b", "b", "b"])


def test_another_page_is_no_box() -> None:
    pages = [
        Skeletons(passages("\n".join(f"Verse {chr(97 + night)}{n} of a song." for n in range(9)))) for night in range(6)
    ]
    assert learn(pages).slots == ()


# ---------------------------------------------------------------- names of states, sites


def test_states_are_one_when_something_that_lasts_is_in_both() -> None:
    assert is_same_state(["~a", "~b"], ["~b", "~c"])
    assert is_same_state(["=a", "+x"], ["=a", "+y"])
    assert not is_same_state(["+a"], ["+a", "+b"]), "a list that grows is no state"
    assert is_same_state(["+a", "+b"], ["+b", "+a"])
    assert is_same_state(["~a|b"], ["~b|c"]), "masked on the day of the look, unmasked later: one sentence"
    assert not is_same_state(["~a"], ["-a"])


def test_of_many_parts_every_night_keeps_the_same_sample() -> None:
    names = [f"+{n:04}" for n in range(1000)]
    assert parts_of(names) == parts_of(reversed(names))
    assert len(parts_of(names)) == MOST_PARTS


def difference(*parts: str, missing: tuple[str, ...] = ()) -> Difference:
    return Difference(TextClass.MINOR, "s", parts=parts, cited_missing=missing)


def test_three_pages_with_one_difference_are_one_row() -> None:
    found = {("a.example", f"/{n}"): difference("+f", "-g") for n in range(3)}
    found |= {("a.example", "/own"): difference("+f", "-g", "~own"), ("b.example", "/1"): difference("+f", "-g")}
    (row,) = collapse(found)
    assert row.host == "a.example"
    assert row.subjects == ("/0", "/1", "/2")


def test_missing_evidence_is_never_site_wide() -> None:
    shared = shared_parts({str(n): ("+f",) for n in range(4)})
    assert is_site_wide(difference("+f"), shared)
    assert not is_site_wide(difference("+f", missing=("5 March",)), shared)
    assert not is_site_wide(difference(), shared)


@pytest.mark.parametrize(
    ("uri", "home"),
    [
        ("https://a.example/", True),
        ("https://a.example/en/", True),
        ("https://a.example/zh-hans", True),
        ("https://a.example/index.html", True),
        ("https://a.example/en/index.php", True),
        ("https://a.example/?id=7", False),
        ("https://a.example/report", False),
        ("https://a.example/en/report", False),
    ],
)
def test_home_pages(uri: str, home: bool) -> None:
    assert is_home(uri) is home


def test_an_excerpt_is_cut_around_what_differs() -> None:
    from crawler.changes.pairs import differ, pair

    lead = "word " * 100
    old, new = passages(lead + "closes in March."), passages(lead + "closes in April.")
    ((before, after),) = excerpt(pair(differ(old, new)))
    assert "closes in March" in before
    assert "closes in April" in after
    assert max(len(before), len(after)) <= LINE_CHARACTERS + 2
